"""What the report says of the hand-coded evidence: complete, no more than the figures say, and marked where it must be."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.report.evidence_world import GROUPS, QUICK, ROOT, bare, context_of, made_up_surveys, plain
from wijkanalyse.config import Evidence
from wijkanalyse.evidence import load_evidence
from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS, THEMES
from wijkanalyse.files import read_table
from wijkanalyse.frames import rows
from wijkanalyse.report import evidence_words
from wijkanalyse.report.claims import Claim, Claims, as_variables, hand_coded, reports
from wijkanalyse.report.claims import surveys as survey_claims
from wijkanalyse.report.language import LANGUAGES, Language, catalogue, speaking
from wijkanalyse.report.numbers import interval, number
from wijkanalyse.report.pieces import evidence as pieces
from wijkanalyse.report.pieces.context import Context
from wijkanalyse.report.tables import clients as tabulate_clients
from wijkanalyse.report.tables import evidence as tabulate
from wijkanalyse.report.tables.grouped import under_headings
from wijkanalyse.report.tables.printed import Book, Printed
from wijkanalyse.report.tracked import NUMBER
from wijkanalyse.synthesis import elements, forest, polls
from wijkanalyse.synthesis.business_tables import ASSUMPTIONS, MEASURES
from wijkanalyse.synthesis.proportions import wilson
from wijkanalyse.synthesis.results import synthesise


def printed() -> Printed:
    return Printed(Book(), "piece", "file", "rule", "tables")


@pytest.fixture(scope="module")
def records() -> dict[str, pd.DataFrame]:
    return {**load_evidence(ROOT / "data/raw/evidence"), "client_surveys": made_up_surveys()}


@pytest.fixture(scope="module")
def tables(records: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return synthesise(records, GROUPS, Evidence(), QUICK)


@pytest.fixture(scope="module")
def context(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, pd.DataFrame], records: dict[str, pd.DataFrame]
) -> Context:
    """A run without own cases."""
    return context_of(tmp_path_factory.mktemp("run"), tables, records)


def by_id(claims: Any) -> dict[str, Claim]:
    found = list(claims)
    assert len({claim.id for claim in found}) == len(found)
    return {claim.id: claim for claim in found}


# --- clients ---------------------------------------------------------------------------------------------------------


def test_every_indicator_has_its_surveys_means_and_published_figure(tables: dict[str, pd.DataFrame]) -> None:
    claims = by_id(survey_claims.indicators(tables["client_estimates"]))
    for name, known in PUBLISHED_INDICATORS.items():
        assert claims[f"indicator.{name}.k"].value == (2 if name == "helpend" else 5)
        assert claims[f"indicator.{name}.n"].value == (300 if name == "helpend" else 1000)
        assert claims[f"indicator.{name}.unweighted"].value == pytest.approx(
            {"grade": 7.6, "percent": 81}[known.unit] if name != "helpend" else 76.5
        )
    assert claims["indicator.tevredenheid_cijfer.published"].text == "7,7"
    assert claims["indicator.tevredenheid_cijfer.published_n"].text == "9.892"
    # weighted by 100, 200, 300 and 400 respondents
    assert claims["indicator.regie.pooled"].value == pytest.approx((75 + 2 * 78 + 3 * 81 + 4 * 84) / 10)
    row = tables["client_estimates"].query("is_base and estimator == 'random_effects' and indicator == 'regie'").iloc[0]
    assert claims["indicator.regie.elsewhere"].text == interval(row["prediction_lower"], row["prediction_upper"], "percent", 0)


def test_too_few_places_give_no_mean_and_a_dash_in_the_table(tables: dict[str, pd.DataFrame], context: Context) -> None:
    claims = by_id(survey_claims.indicators(tables["client_estimates"]))
    assert claims["indicator.helpend.mean"].text == "niet te berekenen"
    assert claims["indicator.helpend.position"].text == "niet te berekenen"
    lines = plain(tabulate_clients.client_indicators(context.ledger)).splitlines()
    (line,) = [line for line in lines if line.startswith("| helpend")]
    assert "| — | — |" in line
    assert "nan" not in line


def test_figures_outside_the_interval_are_named_with_their_side(tables: dict[str, pd.DataFrame]) -> None:
    estimates = tables["client_estimates"]
    claims = by_id(survey_claims.together(estimates))
    main = estimates.query("is_base and estimator == 'random_effects'")
    inside = [row for row in rows(main) if row.lower <= row.published <= row.upper]
    outside = [row for row in rows(main) if not row.lower <= row.published <= row.upper and not math.isnan(row.lower)]
    assert claims["indicators.within"].value == len(inside)
    assert 0 < len(outside) == claims["indicators.outside"].text.count("de studie")
    for row in outside:
        side = "lager" if row.published < row.value else "hoger"
        assert f"{row.label_nl} (de studie {side})" in claims["indicators.outside"].text
    # where every figure lies inside, none is named
    everywhere = estimates.assign(published_in_interval=pd.array([True] * len(estimates), dtype="boolean"))
    assert by_id(survey_claims.together(everywhere))["indicators.outside"].text == "geen enkel cijfer"


def test_each_variant_changes_one_choice_and_no_other(tables: dict[str, pd.DataFrame]) -> None:
    estimates = tables["client_estimates"]
    keys = ["subset", "precision", "missing_n", "estimator"]
    main = estimates[estimates["is_base"] & estimates["estimator"].eq("random_effects")]
    for name, change in survey_claims.VARIANTS.items():
        found = survey_claims._changed(estimates, main, change)
        assert list(found["indicator"]) == list(PUBLISHED_INDICATORS), name
        differing = [key for key in keys if found[key].iloc[0] != main[key].iloc[0]]
        assert differing == list(change), name


def test_without_the_survey_that_states_no_number_the_mean_rests_on_the_others(tables: dict[str, pd.DataFrame]) -> None:
    claims = by_id(survey_claims.sensitivity(tables["client_estimates"]))
    assert claims["sensitive.left_out.regie"].value < claims["sensitive.main.regie"].value  # the fifth place has the highest
    # three of the indicators' places are of youth care: none
    assert claims["sensitive.jeugd.known"].value == 0
    assert claims["sensitive.main.known"].value == 7


def test_satisfaction_by_activity_says_what_the_groups_rest_on(tables: dict[str, pd.DataFrame], context: Context) -> None:
    claims = by_id(survey_claims.activity(tables["client_activity"], "84134NED"))
    # places 1 to 3 against 4 and 5
    assert claims["activity.regie.active"].value == 78
    assert claims["activity.regie.not_active"].value == pytest.approx(85.5)
    assert claims["activity.regie.difference"].text == "\N{MINUS SIGN}7,5\N{NO-BREAK SPACE}procentpunt"
    assert claims["activity.regie.difference"].interval == ""
    assert claims["activity.regie.difference"].origin.tables == "client_surveys.csv, 84134NED"
    assert claims["activity.source"].text.startswith("VOORBEELDCIJFERS")
    assert "VOORBEELDCIJFERS" in tabulate_clients.client_activity(context.ledger, mark=True)
    assert "VOORBEELDCIJFERS" not in tabulate_clients.client_activity(context.ledger, mark=False)


# --- reports, studies, polls -----------------------------------------------------------------------------------------


def test_a_theme_has_its_count_and_interval_in_both_kinds_of_text(tables: dict[str, pd.DataFrame]) -> None:
    claims = by_id(reports.themes(tables["themes_all"]))
    n, seen = claims["themes.n"].value, claims["theme.preventie.seen"].value
    lower, upper = wilson(seen, n)
    assert claims["theme.preventie.share"].interval == interval(lower, upper, "percent", 0)
    assert claims["theme_municipal.preventie.seen"].value != seen
    # the rule of the first coder is the one of the configuration; the largest change is over the other rules
    assert claims["themes.consensus"].text == evidence_words.CONSENSUS["first"]
    assert claims["themes.rule_shift"].value == max(
        claim.value for name, claim in claims.items() if name.startswith("theme.") and name.endswith("rule_shift")
    )


def test_elements_without_a_code_are_not_counted_and_barriers_get_no_share(tables: dict[str, pd.DataFrame]) -> None:
    levels = {"team_report": "teams", "municipal_report": "gemeenten"}
    lines = plain(tabulate.elements(tables["elements"], levels, printed())).splitlines()
    (trust,) = [line for line in lines if "| vertrouwen |" in line]
    assert trust.count("niet gecodeerd") == 2
    (workload,) = [line for line in lines if "werkdruk" in line]
    assert "%" not in workload
    (prevention,) = [line for line in lines if "inzet op preventie" in line]
    assert "studie: circa 50%" in prevention
    # where the configuration counts municipal sections, they stand alone
    alone = tabulate.elements(tables["elements"], {"municipal_report": "gemeenten"}, printed()).splitlines()
    assert {line.count("|") for line in alone if line.startswith("|")} == {3}


def test_coders_table_leaves_no_room_for_nan(tables: dict[str, pd.DataFrame], context: Context) -> None:
    table = tabulate.coders(tables["coder_agreement"], context.ledger, printed())
    assert "nan" not in table
    assert len(table.splitlines()) == 2 + len(tables["coder_agreement"]) + 2
    most = by_id(reports.coders(tables["coder_agreement"]))["coders.most_n"]
    themes = tables["coder_agreement"].query("item not in ['all_themes', 'delivers_help']")
    assert most.value == themes["disagreements"].max()


def test_an_unclear_outcome_is_neither_for_nor_against(tables: dict[str, pd.DataFrame]) -> None:
    claims = by_id(hand_coded.studies(tables["studies"]))
    directions = sum(claims[f"studies.{direction}"].value for direction in ("positive", "mixed", "none", "negative"))
    assert claims["studies.seen"].value == directions
    assert claims["studies.all"].value == directions + claims["studies.unclear"].value
    total = plain(tabulate.studies(tables["studies"], printed())).splitlines()[-3]
    assert total.endswith(f"| {number(claims['studies.unclear'].value)} |")


def test_cpb_results_carry_the_numbers_of_their_record(records: dict[str, pd.DataFrame]) -> None:
    stated = records["local_studies"].set_index("study_id")["effect_stated"]
    for study in evidence_words.CPB_FOUND:
        said = evidence_words.cpb_in_words(study, stated[study])
        with speaking("en"):
            assert sorted(re.findall(r"\d+", evidence_words.cpb_in_words(study, stated[study]))) == sorted(
                re.findall(r"\d+", said)
            )
        assert sorted(re.findall(r"\d+", said)) == sorted(re.findall(r"\d+", stated[study]))
        assert said != stated[study]
    # a record of another shape is not forced into the sentence
    assert evidence_words.cpb_in_words("NS02", "no numbers any more") == "no numbers any more"
    assert evidence_words.cpb_in_words("LS01", "12% less") == "12% less"


def test_polls_leave_open_what_the_others_would_have_said(tables: dict[str, pd.DataFrame]) -> None:
    claims = by_id(hand_coded.polls(tables["polls"]))
    # 2019: 83 % of the 60 % that answered
    assert claims["poll.y2019.lowest"].value == pytest.approx(0.83 * 60)
    assert claims["poll.y2019.highest"].value == pytest.approx(0.83 * 60 + 40)
    assert claims["poll.y2022.share"].interval == ""
    assert claims["polls.highest_year"].text == "2015"


def test_a_group_is_named_once_above_its_rows() -> None:
    rows = [("Taak", ["preventie", "81"]), ("Taak", ["vraagverheldering", "95"]), ("Vorm", ["breed team", "46"])]
    assert under_headings(rows) == [
        ["**Taak**", ""],
        ["preventie", "81"],
        ["vraagverheldering", "95"],
        ["**Vorm**", ""],
        ["breed team", "46"],
    ]


# --- the whole -------------------------------------------------------------------------------------------------------


def test_the_sections_call_only_claims_and_pieces_that_exist(context: Context, tmp_path: Path) -> None:
    variables = as_variables(read_table(context.files["claims"], Claims))
    made = {f"/_generated/nl/tbl_{name}.md" for name, _ in pieces.tables(context)}
    made |= {f"/_generated/nl/fig_{figure.name}.md" for figure in pieces.figures(context)}
    for section in ("_waarde", "_kosten"):
        text = (ROOT / f"reports/nl/{section}.qmd").read_text(encoding="utf-8")
        for name in re.findall(r"\{\{< var (?!says\.)(\S+) >\}\}", text):  # says.*: conclusions from all claims together
            place: Any = variables
            for part in name.split("."):
                assert part in place, f"{section}: {name}"
                place = place[part]
            assert isinstance(place, str), name
        assert set(re.findall(r"\{\{< include (\S+) >\}\}", text)) <= made


def test_figures_are_reproducible_described_and_carry_no_mark(context: Context, tmp_path: Path) -> None:
    for figure in pieces.figures(context):
        first, second = (tmp_path / f"{figure.name}_{turn}.svg" for turn in (1, 2))
        drawn = figure.draw(first)
        assert figure.draw(second).alt == drawn.alt
        assert first.read_bytes() == second.read_bytes()
        assert len(drawn.alt) > 20
        assert "nan" not in drawn.alt
        assert not figure.rests_on_statline
        assert drawn.data.index.is_unique
        # this run has no cases, and no figure for which five surveys state their respondents
        assert drawn.data.empty == (figure.name in ("tornado", "sizes"))


def test_no_sentence_of_the_sections_begins_a_line_with_a_bare_number_and_a_point() -> None:
    """Such a line inside a list would become a numbered list of its own."""
    for section in ("_waarde", "_kosten"):
        text = (ROOT / f"reports/nl/{section}.qmd").read_text(encoding="utf-8")
        assert not re.search(r"^\s+\{\{< var [^>]*>\}\}\.\s", text, re.M), section


# --- two languages ---------------------------------------------------------------------------------------------------


def made(context: Context, language: Language, folder: Path) -> Iterator[tuple[str, str]]:
    """Every piece as Markdown, in `language`: captions, tables, and the figures behind the figures."""
    with speaking(language):
        for figure in pieces.figures(context):
            drawn = figure.draw(folder / f"{figure.name}.svg")
            header = " | ".join(column.title for column in drawn.columns)
            yield figure.name, "\n".join([figure.caption, header, *(" | ".join(row) for row in drawn.rows(figure.printed))])
        yield from pieces.tables(context)


def test_every_number_that_a_piece_prints_is_a_claim_the_same_in_both_languages(context: Context, tmp_path: Path) -> None:
    ids = {}
    for language in LANGUAGES:
        own = Context(context.files, context.config)
        for name, text in made(own, language, tmp_path):
            assert not (found := NUMBER.findall(re.sub(r"(?m)^\|[-:|]+\|$", "", bare(text)))), (language, name, found)
        ids[language] = [(name, claim.value if claim.value == claim.value else None) for name, claim in own.book.claims.items()]
    assert ids["nl"] == ids["en"]
    assert len(ids["nl"]) > 300


DUTCH = re.compile(
    r"\b(het|een|van|niet|met|zonder|onderzoek(en)?|plaats(en)?|gemeenten?|aantal|studie|thema|interval tot|"
    r"gepubliceerd|jaar|wijkteams?|cliënt\w*|casus(sen)?|verslagen|peiling|landelijk|beter|gunstig)\b",
    re.I,
)
NAMED_IN_DUTCH = re.compile(r"Plaats \d|\{#tbl-\w+\}|\[[^\]]*\]\(http[^)]*\)|Haaglanden \(10 gemeenten\)|`[^`]*`|of=\"[^\"]*\"")
"""Names of places, titles of documents, files and ids."""


def test_english_pieces_are_english(context: Context, tmp_path: Path) -> None:
    dutch = dict(made(context, "nl", tmp_path))
    for name, text in made(Context(context.files, context.config), "en", tmp_path):
        said = NAMED_IN_DUTCH.sub("", text)
        assert not (left := DUTCH.search(said)), (name, said[max(0, left.start() - 60) : left.end() + 60] if left else "")
        assert text != dutch[name]


def test_english_claims_are_english(context: Context) -> None:
    ledger = context.claims
    for row in rows(ledger[~ledger["id"].str.startswith(("published.", "cpb.", "activity.source"))]):
        for said in (row.label_en, row.text_en, row.interval_en):
            assert not DUTCH.search(said), (row.id, said)
    assert context.values.notna().sum() > 100


def test_every_label_of_the_synthesis_is_translated() -> None:
    labels = [
        *(indicator.label_nl for indicator in PUBLISHED_INDICATORS.values()),
        *(theme.label_nl for theme in THEMES.values()),
        *(element.wording for element in elements.STUDY_ELEMENTS),
        *(label for _, label in polls.ANSWERS.values()),
        *forest._LABELS.values(),
        *(label for _, label in (*MEASURES.values(), *ASSUMPTIONS.values())),
    ]
    assert [label for label in labels if label not in catalogue()] == []
