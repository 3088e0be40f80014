"""What the report says of the hand-coded evidence: complete, no more than the figures say, and marked where it must be."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.synthesis.made_up import surveys
from wijkanalyse.config import BusinessCases, Config, Evidence, Inference
from wijkanalyse.evidence import load_evidence, load_own
from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.files import read_table, write_table
from wijkanalyse.frames import rows
from wijkanalyse.report import evidence_words
from wijkanalyse.report.claims import Claim, Claims, as_frame, as_variables, effectiveness, hand_coded, reports
from wijkanalyse.report.claims import costs as cost_claims
from wijkanalyse.report.claims import surveys as survey_claims
from wijkanalyse.report.claims.evidence import on_evidence
from wijkanalyse.report.figures.costs import draw_tornado
from wijkanalyse.report.numbers import interval, number
from wijkanalyse.report.pieces import evidence as pieces
from wijkanalyse.report.pieces.context import Context
from wijkanalyse.report.tables import costs as cost_tables
from wijkanalyse.report.tables import evidence as tabulate
from wijkanalyse.report.tables.markdown import Ledger
from wijkanalyse.synthesis.business_cases import value_business_cases
from wijkanalyse.synthesis.business_tables import CONTRACTS as BUSINESS
from wijkanalyse.synthesis.proportions import wilson
from wijkanalyse.synthesis.results import CONTRACTS, synthesise

ROOT = Path(__file__).parents[2]
QUICK = Inference(draws=199)
OWN = load_own("own_business_cases", None)
GROUPS = pd.DataFrame(
    {
        "gm_code": [f"GM000{place}" for place in range(1, 9)],
        "group": ["active"] * 3 + ["not_active"] * 3 + [None] * 2,
        "source": "VOORBEELDCIJFERS (verzonnen, niet van CBS)",
    }
)


def made_up_surveys() -> pd.DataFrame:
    """Five places on every indicator, one of them without a number of respondents; of `helpend` two places only."""
    found: list[dict[str, Any]] = []
    for indicator, known in PUBLISHED_INDICATORS.items():
        for place in range(1, 3 if indicator == "helpend" else 6):
            value = 7 + 0.2 * place if known.unit == "grade" else 72 + 3 * place
            n = None if place == 5 else 100 * place
            survey = {"survey_id": f"CS{place}", "gm_code": f"GM000{place}", "gm_name": f"Plaats {place}"}
            found.append({**survey, "indicator": indicator, "value": value, "n": n})
    return surveys(*found)


def own_cases(*amounts: tuple[int, int]) -> pd.DataFrame:
    columns = {
        "case_id": [f"EIGEN-{case}" for case in range(1, len(amounts) + 1)],
        "level": "case",
        "approach": "wijkteam",
        "horizon": "1 year",
        "who_pays": "gemeente",
        "who_gains": "zorgverzekeraar",
        "cost_before_eur": [before for before, _ in amounts],
        "cost_wijkteam_eur": [after for _, after in amounts],
    }
    return pd.DataFrame(columns).reindex(columns=OWN.columns).astype(OWN.dtypes)


@pytest.fixture(scope="module")
def records() -> dict[str, pd.DataFrame]:
    return {**load_evidence(ROOT / "data/raw/evidence"), "client_surveys": made_up_surveys()}


@pytest.fixture(scope="module")
def tables(records: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return synthesise(records, GROUPS, Evidence(), QUICK)


def valued(records: dict[str, pd.DataFrame], own: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return value_business_cases(records["business_case"], own, BusinessCases(), QUICK)


@pytest.fixture(scope="module")
def context(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, pd.DataFrame], records: dict[str, pd.DataFrame]
) -> Context:
    """The tables and claims of a run without own cases, written as the workflow does."""
    folder, files = tmp_path_factory.mktemp("run"), {}
    for name, frame in {**tables, **valued(records, OWN)}.items():
        files[name] = folder / f"{name}.parquet"
        write_table(frame, files[name], {**CONTRACTS, **BUSINESS}[name], csv=False)
    claims = [*on_evidence(files, records, "84134NED"), *effectiveness.published_pairs(records["published_figures"])]
    files["claims"], files["register"] = folder / "claims.parquet", folder / "statline.json"
    write_table(as_frame(claims, "VOORBEELDCIJFERS"), files["claims"], Claims, csv=False)
    files["register"].write_text(json.dumps({"source": "example", "tables": {}}))
    return Context(files, Config().model_dump())


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
    (line,) = [line for line in tabulate.client_indicators(context.ledger).splitlines() if line.startswith("| helpend")]
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
    assert by_id(survey_claims.together(everywhere))["indicators.outside"].text == "geen"


def test_each_variant_changes_one_choice_and_no_other(tables: dict[str, pd.DataFrame]) -> None:
    estimates = tables["client_estimates"]
    keys = ["subset", "precision", "missing_n", "estimator"]
    main = estimates[estimates["is_base"] & estimates["estimator"].eq("random_effects")]
    for name, (_, change) in survey_claims.VARIANTS.items():
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
    assert "VOORBEELDCIJFERS" in tabulate.client_activity(context.ledger, mark=True)
    assert "VOORBEELDCIJFERS" not in tabulate.client_activity(context.ledger, mark=False)


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
    lines = tabulate.elements(tables["elements"], levels).splitlines()
    (trust,) = [line for line in lines if "| vertrouwen |" in line]
    assert trust.count("niet gecodeerd") == 2
    (workload,) = [line for line in lines if "werkdruk" in line]
    assert "%" not in workload
    (prevention,) = [line for line in lines if "inzet op preventie" in line]
    assert "circa 50%" in prevention
    # where the configuration counts municipal sections, they stand alone
    alone = tabulate.elements(tables["elements"], {"municipal_report": "gemeenten"}).splitlines()
    assert {line.count("|") for line in alone if line.startswith("|")} == {5}


def test_coders_table_leaves_no_room_for_nan(tables: dict[str, pd.DataFrame]) -> None:
    table = tabulate.coders(tables["coder_agreement"])
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
    total = tabulate.studies(tables["studies"]).splitlines()[-3]
    assert total.endswith(f"| {number(claims['studies.unclear'].value)} |")


def test_cpb_results_carry_the_numbers_of_their_record(records: dict[str, pd.DataFrame]) -> None:
    stated = records["local_studies"].set_index("study_id")["effect_stated"]
    for study in evidence_words.CPB_FOUND:
        said = evidence_words.cpb_in_words(study, stated[study])
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


# --- cost ------------------------------------------------------------------------------------------------------------


def test_without_cases_the_report_says_so_and_shows_no_empty_table(context: Context) -> None:
    texts = dict(pieces.tables(context))
    assert "niets te vergelijken" in texts["costs"]
    assert "|" not in texts["costs"]
    assert "include" not in texts["costs"]
    assert {"BC02", "BC06"} <= set(re.findall(r"BC\d\d", texts["costs_listed"]))


def said_of(found: dict[str, pd.DataFrame]) -> str:
    """What the report says of valued cases."""
    claims = [*cost_claims.compared(found["business_summary"]), *cost_claims.cases(found["business_cases"])]
    return cost_tables.cases(Ledger(as_frame(claims, "x")), found["business_cases"], found["business_payers"])


def test_own_cases_are_compared_case_by_case(tmp_path: Path, records: dict[str, pd.DataFrame]) -> None:
    own = own_cases((10_000, 8_000), (20_000, 15_000), (5_000, 6_000), (40_000, 30_000), (12_000, 9_000))
    found = valued(records, own)
    text = said_of(found)
    assert "4 van de 5 casussen goedkoper" in text
    assert "gemiddeld \N{MINUS SIGN}3.800 euro (" in text
    assert "te smal" in text
    assert "| EIGEN-3 | eigen | 5.000 | 6.000 | 1.000 | 20 | — |" in text
    assert "| gemeente | zorgverzekeraar | 5 | \N{MINUS SIGN}19.000 |" in text
    assert "{{< include /_generated/fig_tornado.md >}}" in text
    alt = draw_tornado(found["business_tornado"].query("origin == 'own'"), tmp_path / "tornado.svg")
    assert "looptijd" in alt
    assert "zoals gekozen \N{MINUS SIGN}3.800 euro" in alt


def test_too_few_own_cases_have_a_difference_without_interval(records: dict[str, pd.DataFrame]) -> None:
    text = said_of(valued(records, own_cases((10_000, 8_000), (20_000, 15_000))))
    assert "3.500 euro, zonder interval" in text
    assert "nan" not in text


# --- the whole -------------------------------------------------------------------------------------------------------


def test_the_sections_call_only_claims_and_pieces_that_exist(context: Context, tmp_path: Path) -> None:
    variables = as_variables(read_table(context.files["claims"], Claims))
    made = {f"/_generated/tbl_{name}.md" for name, _ in pieces.tables(context)}
    made |= {f"/_generated/fig_{figure.name}.md" for figure in pieces.figures(context)}
    for section in ("_waarde", "_kosten"):
        text = (ROOT / f"reports/nl/{section}.qmd").read_text(encoding="utf-8")
        for name in re.findall(r"\{\{< var (\S+) >\}\}", text):
            place: Any = variables
            for part in name.split("."):
                assert part in place, f"{section}: {name}"
                place = place[part]
            assert isinstance(place, str), name
        assert set(re.findall(r"\{\{< include (\S+) >\}\}", text)) <= made


def test_figures_are_reproducible_described_and_carry_no_mark(context: Context, tmp_path: Path) -> None:
    for figure in pieces.figures(context):
        first, second = (tmp_path / f"{figure.name}_{turn}.svg" for turn in (1, 2))
        alt = figure.draw(first)
        assert figure.draw(second) == alt
        assert first.read_bytes() == second.read_bytes()
        assert len(alt) > 20
        assert "nan" not in alt
        assert not figure.rests_on_statline


def test_no_sentence_of_the_sections_begins_a_line_with_a_bare_number_and_a_point() -> None:
    """Such a line inside a list would become a numbered list of its own."""
    for section in ("_waarde", "_kosten"):
        text = (ROOT / f"reports/nl/{section}.qmd").read_text(encoding="utf-8")
        assert not re.search(r"^\s+\{\{< var [^>]*>\}\}\.\s", text, re.M), section
