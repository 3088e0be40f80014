"""Figure and tables of the multiverse: both sides of the firewall apart, what is marked, what was changed in the primary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.report.reading import linked, plain, printed, unlinked_numbers, watch_the_edges
from wijkanalyse.effects.multiverse.declaration import BRANCHES, Declaration, read_declaration
from wijkanalyse.effects.multiverse.drawing import curve_drawing
from wijkanalyse.effects.multiverse.frozen import Changed, changed_since_frozen
from wijkanalyse.effects.multiverse.nearest import Published, nearest, summarise_curves
from wijkanalyse.report.claims import as_frame
from wijkanalyse.report.claims import multiverse as claims
from wijkanalyse.report.figures.multiverse import draw_curves
from wijkanalyse.report.language import catalogue, speaking, tr
from wijkanalyse.report.pieces.multiverse import from_primary
from wijkanalyse.report.tables import multiverse as tabulate
from wijkanalyse.report.tables.declared import declared, deviations
from wijkanalyse.report.tables.markdown import Ledger

CONTRASTS = ("use", "duration", "crisis")
PAIRS = {"use": Published(-10, -5), "duration": Published(337, 389), "crisis": Published(2.3, 3.6)}
UNITS = {"use": "percent", "duration": "days", "crisis": "percentage points"}
TABLES = dict.fromkeys(CONTRASTS, "84134NED")


@pytest.fixture(autouse=True)
def _nothing_runs_off(monkeypatch: pytest.MonkeyPatch) -> None:
    watch_the_edges(monkeypatch)


@pytest.fixture(scope="module")
def declaration() -> Declaration:
    return read_declaration(Path("config/multiverse.yaml"))


@pytest.fixture(scope="module")
def specifications(declaration: Declaration) -> pd.DataFrame:
    """Per contrast 120 specifications: the primary, the reading of the study, and others near the primary; half mechanical."""
    rng = np.random.default_rng(2)
    rows = []
    for contrast in CONTRASTS:
        for n in range(120):
            name = {0: "primary", 1: "study"}.get(n, "")
            options = declaration.readings["study"].of(contrast) if name == "study" else declaration.primary.of(contrast)
            if not name:
                others = {
                    branch: rng.choice(declaration.options_of(contrast, branch)) for branch in ("threshold", "suppressed")
                }
                options = options | others
            own, other = PAIRS[contrast].active + rng.normal(0, 5), PAIRS[contrast].not_active + rng.normal(0, 5)
            estimate = own - other
            rows.append(
                {"id": f"{contrast}-{n:016x}", "contrast": contrast, "name": name, **options, "mechanical": n % 2 == 1,
                 "comparable": True, "status": "estimated", "unit": UNITS[contrast], "estimate": estimate,
                 "lower": estimate - 3, "upper": estimate + 3, "p": rng.uniform(), "active": own, "not_active": other,
                 "source": "s"}
            )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def summary(declaration: Declaration, specifications: pd.DataFrame) -> pd.DataFrame:
    return summarise_curves(declaration, specifications, PAIRS)


@pytest.fixture(scope="module")
def found(declaration: Declaration, specifications: pd.DataFrame) -> pd.DataFrame:
    return nearest(declaration, specifications, PAIRS)[0]


def changed(declaration: Declaration, **options: str) -> Declaration:
    primary = declaration.primary
    return declaration.model_copy(update={"primary": primary.model_copy(update={"options": {**primary.options, **options}})})


def test_the_curve_marks_what_was_published_and_what_has_a_name_in_both_languages(
    declaration: Declaration, specifications: pd.DataFrame, summary: pd.DataFrame, tmp_path: Path
) -> None:
    drawings = {name: curve_drawing(specifications, name, PAIRS[name], steps=40, bins=20) for name in CONTRASTS}
    drawn = {}
    for language in ("nl", "en"):
        with speaking(language):
            labels = {name: tr(named.label) for name, named in declaration.named.items()}
            drawn[language] = draw_curves(drawings, UNITS, UNITS, labels, summary, tmp_path / "x.svg", mark=False)
    dutch, english = drawn["nl"].data, drawn["en"].data
    assert dutch.index.equals(english.index)
    assert dutch.index.is_unique
    pd.testing.assert_frame_equal(dutch[["estimate", "lower", "upper"]], english[["estimate", "lower", "upper"]])
    primary = specifications.query("contrast == 'duration' and name == 'primary'")["estimate"].item()
    assert english.loc["duration primary", ["side", "what"]].tolist() == ["not mechanical", "primary specification"]
    assert english.loc["duration primary", "estimate"] == primary
    assert dutch.loc["duration study", "side"] == "mechanisch"
    assert dutch.loc["duration published", "estimate"] == -52
    # no number is over both sides of the firewall
    assert {"mechanisch", "niet mechanisch", ""} == set(dutch["side"])
    assert "niet mechanisch: mediaan" in drawn["nl"].alt
    assert "not mechanical: median" in drawn["en"].alt
    assert len(dutch) <= 60


def test_the_curves_in_figures_come_from_the_claims(summary: pd.DataFrame) -> None:
    ledger = as_frame(lambda: claims.summaries(summary, TABLES), "s")
    for language in ("nl", "en"):
        with speaking(language):
            table = tabulate.curves(summary, Ledger(ledger), printed("tbl_multiverse"), mark=False)
        assert not unlinked_numbers(table)
    median = ledger.set_index("id").loc["multiverse.duration.mechanical.median"]
    assert linked(table)["multiverse.duration.mechanical.median"] == median["text_en"].split("\N{NO-BREAK SPACE}")[0]
    assert "mechanisch" in median["label"]
    assert "mechanical" in median["label_en"]


def test_the_text_has_three_nearest_specifications_per_contrast_and_the_appendix_all(
    declaration: Declaration, specifications: pd.DataFrame, found: pd.DataFrame
) -> None:
    with speaking("en"):
        differences = from_primary(declaration, specifications, set(found["id"]))
        few = tabulate.nearest(found, differences, printed(), mark=False)
        every = tabulate.nearest_all(found, differences, printed(), mark=False)
    body = [[line for line in table.splitlines() if line.startswith("| ")][1:] for table in (few, every)]
    assert [len(lines) for lines in body] == [9, 60]
    assert not unlinked_numbers(few)
    assert not unlinked_numbers(every)
    assert "By outcome the 20 specifications" in plain(every)
    # the text names the choice of every option; the appendix only of options that do not tell it themselves
    assert "threshold for active: 10%" in plain(every)
    assert "suppressed cells: " in few
    assert "suppressed cells: " not in every
    first = found[found["contrast"].eq("duration") & found["rank"].eq(1)].iloc[0]
    assert linked(few)[f"cell.piece.{first['id'].replace('-', '_')}.active"] == f"{first['active']:.1f}"


def test_a_specification_is_told_by_what_differs_from_the_primary(
    declaration: Declaration, specifications: pd.DataFrame
) -> None:
    primary = declaration.primary.of("use")
    for _, row in specifications[specifications["contrast"].eq("use")].head(12).iterrows():
        (choices,) = from_primary(declaration, specifications, {row["id"]}).values()
        assert {branch for branch, _, _ in choices} == {branch for branch in BRANCHES if row[branch] != primary[branch]}
    with speaking("en"):
        study = from_primary(declaration, specifications, {f"use-{1:016x}"})[f"use-{1:016x}"]
    assert ("help", "help of the team in the outcome", "with the team's help") in study


def test_the_share_of_each_choice_is_linked_per_contrast_and_side() -> None:
    shares = pd.DataFrame(
        {
            "contrast": ["use", "use"], "side": ["not_mechanical", "mechanical"], "branch": "threshold",
            "label": "Drempel voor actief", "eta2": [0.126, np.nan],
        }
    )  # fmt: skip
    with speaking("en"):
        table = tabulate.choices(shares, printed("tbl_choices"), mark=False)
    assert "| Threshold for active | 13 | \N{EM DASH} |" in plain(table)
    assert linked(table) == {"cell.tbl_choices.threshold.use_other": "13"}


# --- the frozen primary ----------------------------------------------------------------------------------------------------


def test_the_primary_of_the_project_is_the_frozen_one(declaration: Declaration) -> None:
    assert changed_since_frozen(declaration) == ()
    with speaking("en"):
        assert deviations(declaration, printed()).startswith("The primary specification is the same as when it was frozen")


def test_an_option_that_was_changed_is_found_back_from_the_seal(declaration: Declaration) -> None:
    other = changed(declaration, threshold="ten")
    assert changed_since_frozen(other) == (Changed(None, "threshold", "five"),)
    with speaking("en"):
        table = deviations(other, printed())
    assert "| Threshold for active | 5% | 10% |" in plain(table)
    assert not unlinked_numbers(table)


def test_two_changed_options_are_found_back_too(declaration: Declaration) -> None:
    found = changed_since_frozen(changed(declaration, threshold="ten", help="with_team"))
    assert found is not None
    assert {(change.branch, change.frozen) for change in found} == {("threshold", "five"), ("help", "without_team")}


def test_more_changes_are_told_by_their_seals(declaration: Declaration) -> None:
    other = changed(declaration, threshold="ten", help="with_team", weighting="municipality")
    text = deviations(other, printed())
    assert declaration.primary.frozen_sha256[:12] in text
    assert other.primary_sha256[:12] in text


def test_the_claim_says_whether_the_primary_was_changed() -> None:
    sizes = pd.DataFrame({"contrast": ["use"], "admissible": [10], "deviation": [""]})
    for deviation, words in (("", ("ongewijzigd", "unchanged")), ("gewijzigd: ...", ("gewijzigd nadat", "changed after"))):
        frame = sizes.assign(deviation=deviation)
        claim = as_frame(lambda frame=frame: claims.admissible(frame), "s").set_index("id").loc["multiverse.deviation"]
        assert (claim["text"].startswith(words[0]), claim["text_en"].startswith(words[1])) == (True, True)


def test_every_option_stands_there_with_what_speaks_for_it(declaration: Declaration) -> None:
    for language in ("nl", "en"):
        with speaking(language):
            table = declared(declaration, printed())
            said = plain(table)
            for branch in BRANCHES:
                for option in declaration.options(branch).values():
                    assert f"*{tr(option.label)}*: {tr(option.defence)}" in said.replace("**", "*")
        assert not unlinked_numbers(table)
    # bold is what the primary has
    assert "| Threshold for active | *2%*: Above 2 per cent the team is demonstrably more" in said
    assert " **5%**: The threshold that the study names. *7½%*: " in said


def test_every_label_and_defence_of_the_declaration_has_a_translation(declaration: Declaration) -> None:
    labels = [named.label for named in declaration.named.values()]
    for branch in BRANCHES:
        labels.append(getattr(declaration.branches, branch).label)
        labels += [text for option in declaration.options(branch).values() for text in (option.label, option.defence)]
    assert not {label for label in labels if any(map(str.isalpha, label))} - set(catalogue())
