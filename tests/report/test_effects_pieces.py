"""Figures and tables of the effects: the parts add up, what is mechanical says so, in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.effects.test_sensitivity import case_of
from tests.report.reading import linked, plain, printed, unlinked_numbers, watch_the_edges
from wijkanalyse.effects.estimands import Estimands, read_estimands
from wijkanalyse.effects.sensitivity import variations
from wijkanalyse.report.claims import Claim, Origin, as_frame
from wijkanalyse.report.claims import effects as claims
from wijkanalyse.report.figures import effects as draw
from wijkanalyse.report.figures.curves import draw_curves
from wijkanalyse.report.figures.decomposition import draw_decomposition
from wijkanalyse.report.figures.event_study import draw_event_study
from wijkanalyse.report.language import catalogue, speaking, tr
from wijkanalyse.report.pieces.effects import estimate_rows
from wijkanalyse.report.pieces.settings import sensitivity_rows, setting_in_words
from wijkanalyse.report.tables import effects as tabulate
from wijkanalyse.report.tables.markdown import Ledger
from wijkanalyse.report.tables.printed import Drawn
from wijkanalyse.report.tables.reasons import reason_in_words

CONFIG = Path("config/estimands.yaml")
MINUS = "\N{MINUS SIGN}"


@pytest.fixture(autouse=True)
def _nothing_runs_off(monkeypatch: pytest.MonkeyPatch) -> None:
    watch_the_edges(monkeypatch)


@pytest.fixture(scope="module")
def estimands() -> Estimands:
    return read_estimands(CONFIG)


def effect(estimand: str, value: float, **others: object) -> dict[str, object]:
    inference = dict.fromkeys([*claims.INFERENCE, "detectable", "e_value"], 0.5)
    row = {"estimand": estimand, "role": "secondary", "unit": "percent", "value": value, "lower": value - 2, "upper": value + 2,
           "municipalities": 300, "active": 100, "is_mechanical": False, "reason": ""}  # fmt: skip
    return row | inference | others


@pytest.fixture
def effects() -> pd.DataFrame:
    nothing = dict.fromkeys(["value", "lower", "upper"], np.nan)
    return pd.DataFrame(
        [
            effect("use_change", -0.3, role="primary"),
            effect("use_total", -9.5, is_mechanical=True),
            effect("use_adoption", 0, reason="4 municipalities became active: too few for 8 coefficients") | nothing,
            effect("crisis_share", -1.5, role="primary"),
            effect("control_probation", 3.1, role="control"),
        ]
    )


def in_both(draw_it) -> tuple[Drawn, Drawn]:
    with speaking("nl"):
        dutch = draw_it()
    with speaking("en"):
        english = draw_it()
    assert list(dutch.data.index) == list(english.data.index)
    assert dutch.data.index.is_unique
    assert dutch.alt != english.alt
    numbers = [column.name for column in dutch.columns if column.unit]
    pd.testing.assert_frame_equal(dutch.data[numbers], english.data[numbers])
    return dutch, english


# --- the waterfall --------------------------------------------------------------------------------------------------------


def parts() -> pd.DataFrame:
    values = {"difference": (-50, -60, -40), "team": (-45, -55, -35), "others": (-5, -12, 2)}
    return pd.DataFrame(
        [
            {"contrast": "duration", "part": part, "value": value, "lower": lower, "upper": upper, "unit": "days"}
            for part, (value, lower, upper) in values.items()
        ]
    )


def test_the_waterfall_tells_the_whole_the_step_and_what_is_left(tmp_path: Path) -> None:
    dutch, english = in_both(lambda: draw_decomposition(parts(), {"duration": -52.0}, tmp_path / "x.svg", mark=False))
    assert f"doordat de hulp van het team meetelt {MINUS}45 ({MINUS}55 tot {MINUS}35)" in dutch.alt
    assert f"within help by others {MINUS}5 ({MINUS}12 to 2)" in english.alt
    found = dutch.data["value"]
    assert found["duration published"] == -52
    assert found["duration team"] + found["duration others"] == found["duration difference"]


def test_the_claims_on_what_counting_makes_say_that_they_are_mechanical() -> None:
    table = pd.DataFrame(
        [
            {"contrast": "duration", "weighting": "pooled", "component": component, "form": form, "value": -1.0,
             "lower": -2.0, "upper": 0.0, "unit": "days", "is_mechanical": is_mechanical}
            for component, form, is_mechanical in (
                ("difference", "all", True), ("rest", "niet_wijkteam", True), ("within", "niet_wijkteam", False),
            )
        ]
    )  # fmt: skip
    ledger = as_frame(lambda: claims.decomposition(table, {"duration": "82971NED"}), "s").set_index("id")
    assert ledger["label"].str.endswith("(mechanisch)").to_dict() == {
        "split.duration.difference": True, "split.duration.others": False, "split.duration.team": True,
    }  # fmt: skip
    assert ledger["label_en"].str.endswith("(mechanical)").equals(ledger["label"].str.endswith("(mechanisch)"))


# --- estimates ------------------------------------------------------------------------------------------------------------


def test_estimates_stand_in_groups_with_what_is_mechanical_named(
    effects: pd.DataFrame, estimands: Estimands, tmp_path: Path
) -> None:
    dutch, english = in_both(lambda: draw.draw_estimates(estimate_rows(effects, estimands), tmp_path / "x.svg", mark=True))
    assert list(dutch.data.index) == ["use_change", "use_total", "crisis_share", "control_probation"]
    assert dutch.data["counted"].to_dict()["use_total"] == "mechanisch"
    assert english.data["counted"].tolist() == ["", "mechanical", "", ""]
    assert "Verandering van het totale gebruik: " in dutch.alt
    assert english.alt.count("mechanical") == 1


def test_without_any_estimate_there_is_a_figure_that_says_so(
    effects: pd.DataFrame, estimands: Estimands, tmp_path: Path
) -> None:
    none = estimate_rows(effects.assign(value=np.nan), estimands)
    with speaking("en"):
        drawn = draw.draw_estimates(none, tmp_path / "x.svg", mark=False)
    assert drawn.alt.startswith("There is nothing to draw")
    assert (tmp_path / "x.svg").is_file()


def test_the_table_of_estimates_takes_its_numbers_from_the_claims_and_gives_reasons(
    effects: pd.DataFrame, estimands: Estimands
) -> None:
    tables = dict.fromkeys([estimand.id for estimand in estimands.estimands], "84134NED")
    ledger = as_frame(lambda: claims.estimates(effects, estimands, tables), "s")
    with speaking("en"):
        table = tabulate.estimates(effects, estimands, Ledger(ledger), printed(), mark=False)
    assert not unlinked_numbers(table)
    assert linked(table)["effect.use_total.p"] == "0.500"
    assert "not estimated: only 4 municipalities became active" in plain(table)
    (mechanical,) = [line for line in table.splitlines() if "| mechanical |" in line]
    assert "`use_total`" in mechanical
    labels = ledger.set_index("id")["label_en"]
    assert labels["effect.use_total.value"] == "Change of total use (mechanical)"
    assert labels["effect.use_change.value"] == "Change of use outside the team"


def test_an_unknown_reason_is_shown_as_the_models_gave_it() -> None:
    assert reason_in_words("no municipality has the figures") == "geen gemeente heeft de cijfers"
    assert reason_in_words("separation: x predicts 3 of 9 rows perfectly") == "de cijfers laten deze schatting niet toe"
    assert reason_in_words("the moon is full") == "`the moon is full`"


def test_every_question_is_in_the_methods_with_what_its_answer_is_not(estimands: Estimands) -> None:
    for language in ("nl", "en"):
        with speaking(language):
            table = tabulate.methods(estimands, printed())
            said = plain(table)
            for estimand in estimands.estimands:
                assert tr(estimand.label) in said
                assert f"{tr(estimand.question)} *{tr(estimand.is_not)}*" in said
        assert not unlinked_numbers(table)
    # what asks the same question stands in one row
    assert len(table.splitlines()) < len(estimands.estimands)


def test_everything_in_the_declared_estimands_has_a_translation(estimands: Estimands) -> None:
    texts = [covariate.label for covariate in estimands.baseline.covariates.values()]
    texts += [text for each in estimands.estimands for text in (each.label, each.question, each.is_not)]
    assert not set(texts) - set(catalogue())


# --- other choices ----------------------------------------------------------------------------------------------------------


def sensitivity() -> pd.DataFrame:
    settings = [("main", "main", 0.0), ("adjustment", "none", 1.0), ("activity", "2018-2019", 2.0)]
    settings += [("region", name, value) for name, value in (("Drenthe", -4.0), ("Flevoland", 0.5), ("Zeeland", 6.0))]
    rows = [
        {"estimand": estimand, "kind": kind, "setting": setting, "value": value, "lower": value - 1, "upper": value + 1,
         "is_main": kind == "main", "is_mechanical": False}
        for estimand in ("use_change", "crisis_share") for kind, setting, value in settings
    ]  # fmt: skip
    bounds = {"kind": "bounds", "setting": "extreme", "value": np.nan, "is_main": False, "is_mechanical": False}
    rows += [{**bounds, "estimand": "crisis_share", "lower": -3.0, "upper": 2.0}]
    rows += [{**bounds, "estimand": "use_change", "lower": np.nan, "upper": np.nan}]
    return pd.DataFrame(rows)


def test_of_the_youth_regions_the_lowest_and_the_highest_are_shown() -> None:
    rows = sensitivity_rows(sensitivity())
    regions = rows[rows["kind"].eq("region") & rows["estimand"].eq("use_change")].set_index("key")["value"]
    assert regions.to_dict() == {"region lowest": -4.0, "region highest": 6.0}
    # bounds have no estimate but are a result all the same
    assert rows.loc[rows["kind"].eq("bounds"), "estimand"].tolist() == ["crisis_share"]


def test_every_setting_of_the_analysis_has_words_in_both_languages() -> None:
    for name in ("use_change", "crisis_share"):
        for kind, setting, _ in variations(case_of(name)):
            with speaking("nl"):
                dutch = setting_in_words(kind, setting)
            with speaking("en"):
                assert setting_in_words(kind, setting) != dutch
    assert setting_in_words("years", "2021-2024") == "van 2021 op 2024"
    assert setting_in_words("years", "without 2023") == "zonder 2023"


def test_the_sensitivity_has_a_row_per_choice_with_every_estimand_beside_it(tmp_path: Path) -> None:
    titles = {"use_change": "Gebruik", "crisis_share": "Crisis"}
    dutch, english = in_both(
        lambda: draw.draw_sensitivity(sensitivity_rows(sensitivity()), titles, titles, tmp_path / "x.svg", mark=False)
    )
    assert dutch.data.loc["activity 2018-2019", ["use_change value", "crisis_share upper"]].tolist() == [2.0, 3.0]
    assert np.isnan(dutch.data.loc["bounds extreme", "use_change lower"])
    assert english.data.loc["activity 2018-2019", "choice"] == "Classification: classified over 2018-2019"


def test_every_threshold_stands_behind_the_curves_and_a_few_doses(tmp_path: Path) -> None:
    x = {"threshold": [1.0, 2.0, 5.0, 7.5, 10.0], "dose": list(np.linspace(0, 40, 25))}
    curves = pd.DataFrame(
        [
            {"estimand": "use_change", "curve": curve, "x": at, "value": at / 10, "lower": at / 10 - 1, "upper": at / 10 + 1,
             "active": 50 if curve == "threshold" else 0}
            for curve, places in x.items() for at in places
        ]
    )  # fmt: skip
    titles = {"use_change": "Gebruik"}
    dutch, english = in_both(lambda: draw_curves(curves, titles, titles, 5.0, tmp_path / "x.svg", mark=False))
    kept = dutch.data.groupby("kind", sort=False)["x"].apply(list).tolist()
    assert kept == [x["threshold"], [0, 10, 20, 30, 40]]
    assert "andere grens 10%: 1,0% (0,0 tot 2,0%)" in dutch.alt
    assert "other threshold 10%: 1.0% (0.0 to 2.0%)" in english.alt


# --- becoming active --------------------------------------------------------------------------------------------------------


def switchers(is_mechanical: bool) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"outcome": outcome, "era": "2017-2020", "event_time": time, "value": value, "lower": value - width,
             "upper": value + width, "switchers": 9, "is_mechanical": is_mechanical}
            for outcome in claims.OUTCOMES for time, value, width in ((-2.0, 0.0, 0.0), (-1.0, -1.1, 2.0), (0.0, -3.2, 2.0))
        ]
    )  # fmt: skip


def test_leads_and_lags_say_that_they_are_mechanical_where_they_are(tmp_path: Path) -> None:
    dutch, english = in_both(lambda: draw_event_study(switchers(True), tmp_path / "x.svg", mark=False))
    assert f"jaar {MINUS}1: {MINUS}1,1%" in dutch.alt
    assert "help by others (mechanical: is in the denominator of the share), 2017-2020" in english.alt
    assert set(english.data["counted"]) == {"mechanical"}
    assert dutch.data.loc["use 2017-2020 before 1", "value"] == -1.1
    sound = draw_event_study(switchers(False), tmp_path / "x.svg", mark=False)
    assert "mechanisch" not in sound.alt
    assert set(sound.data["counted"]) == {""}


def test_bounds_on_trends_are_linked_and_say_when_they_are_partly_mechanical() -> None:
    bounds = pd.DataFrame(
        {
            "outcome": tabulate.FOLLOWED, "era": ["2017-2020", "2021-2025"] * 2, "m_bar": [0.0, 0.0, 0.5, 0.5],
            "lower": [-5.1, np.nan, -7.3, np.nan], "upper": [-1.2, np.nan, 1.4, np.nan],
        }
    )  # fmt: skip
    table = tabulate.trend_bounds(bounds, switchers(True), printed(), mark=True)
    assert not unlinked_numbers(table)
    assert f"| 0,5 | {MINUS}7,3 tot 1,4% | te weinig jaren ervoor |" in plain(table)
    assert "Deels mechanisch" in table
    assert "Deels mechanisch" not in tabulate.trend_bounds(bounds, switchers(False), printed(), mark=True)


# --- who is compared --------------------------------------------------------------------------------------------------------


def test_balance_and_overlap_are_told_in_both_languages(tmp_path: Path) -> None:
    balance = pd.DataFrame(
        {"estimand": "use_change", "covariate": ["income", "population"], "active": [27.1, 10.0], "others": [26.9, 9.9],
         "label": ["gestandaardiseerd inkomen", "jongeren tot en met 22 jaar (logaritme)"],
         "smd_before": [0.3, 0.06], "smd_after": [0.0, np.nan]}
    )  # fmt: skip
    dutch, english = in_both(lambda: draw.draw_balance(balance, tmp_path / "x.svg", mark=False))
    assert "gestandaardiseerd inkomen 0,30 voor en 0,00 na weging" in dutch.alt
    assert "unknown after weighting" in english.alt
    with speaking("en"):
        table = tabulate.balance(balance, printed(), mark=False)
    assert "standardised income" in table
    assert not unlinked_numbers(table)
    overlap = pd.DataFrame({"is_active": [True, True, False, False], "propensity": [0.4, 0.6, 0.11, 0.12]})
    dutch, _ = in_both(lambda: draw.draw_overlap(overlap, tmp_path / "x.svg", mark=False))
    assert dutch.data[["active", "not_active"]].sum().to_dict() == {"active": 2, "not_active": 2}
    assert dutch.data.loc["from_10", "not_active"] == 2


def test_the_primary_estimates_stand_side_by_side(estimands: Estimands) -> None:
    origin = Origin("f", "r", "t", "rule")
    ledger = as_frame(
        lambda: [
            Claim(f"effect.{each.id}.value", -1.5, "percent", tr(each.label), origin, -3, 0.2, 1) for each in estimands.primary
        ],
        "s",
    )
    with speaking("en"):
        table = tabulate.primary(Ledger(ledger), estimands, mark=False)
    assert table.splitlines()[0].startswith("|  | Change of use outside the team | Duration of help")
    assert plain(table).count(f"**{MINUS}1.5 ({MINUS}3.0 to 0.2)**") == 3
    assert not unlinked_numbers(table)
