"""What is estimated holds what is true, is the same by every road, and says why where there is nothing to say."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from tests.effects.country import (
    CHOICES,
    PROJECT,
    QUICK,
    USE,
    YOUNG,
    ask,
    asked,
    by_share,
    country,
    long_of,
    of_project,
    panel_of,
)
from wijkanalyse.config import Inference
from wijkanalyse.effects import estimate, sensitivity
from wijkanalyse.effects.designing import TREATED, design_of
from wijkanalyse.effects.estimands import Estimand, Estimands
from wijkanalyse.effects.estimate import compare_groups_before, estimate_effects
from wijkanalyse.effects.inference.multiple import holm
from wijkanalyse.effects.models import Design, Fit, fit, newton
from wijkanalyse.effects.results import Balance, Curves, Effects, Overlap, Sensitivity, Switchers, TrendBounds
from wijkanalyse.effects.rows import rows_of
from wijkanalyse.effects.sensitivity import probe_sensitivity, variations
from wijkanalyse.effects.switching import estimate_switchers
from wijkanalyse.errors import WijkanalyseError

P_VALUES = ["p", "p_cr1", "p_bootstrap", "p_permutation", "p_region", "p_holm", "p_maxt"]
PRIMARY = ("use_change", "duration_within", "crisis_share")
CRISIS = [f"begun_crisis_{form}" for form in ("niet_wijkteam", "wijkteam", "zonder_verblijf")]


def effects(panel: pd.DataFrame, estimands: Estimands = PROJECT, inference: Inference = QUICK) -> pd.DataFrame:
    """The estimates, as the contract has them."""
    return Effects.validate(estimate_effects(panel, long_of(panel), estimands, CHOICES, inference))


@cache
def everything() -> pd.DataFrame:
    """All of the project's own questions to a country in which help by others is used 10 % less in active municipalities."""
    return effects(country(use_pct=-10))


def number(table: pd.DataFrame, estimand: str, column: str = "value", unit: str = "percent") -> float:
    return table.loc[table["estimand"].eq(estimand) & table["unit"].eq(unit), column].item()


# --- what is true is found --------------------------------------------------------------------------------------------


def test_every_question_has_an_answer_and_a_share_a_second_one_in_points():
    table = everything()
    percent = table[table["unit"].eq("percent")]
    assert percent["estimand"].tolist() == [estimand.id for estimand in PROJECT.estimands]
    shares = table.loc[table["unit"].eq("points"), "estimand"].tolist()
    assert shares == ["crisis_share", "crisis_share_weighted", "crisis_share_early", "crisis_all"]
    # in this country nobody becomes active
    assert percent.loc[percent["reason"].ne(""), "estimand"].tolist() == ["use_same_year", "use_year_later", "use_adoption"]
    assert percent.loc[percent["value"].isna(), "estimand"].tolist() == ["use_same_year", "use_year_later", "use_adoption"]


ROADS = ["use_change", "use_change_unadjusted", "use_change_weighted", "use_change_doubly_robust"]


@pytest.mark.parametrize("name", ROADS)
def test_ten_percent_less_use_is_found_by_every_road(name: str):
    table = everything()
    assert number(table, name, "lower") < -10 < number(table, name, "upper")
    assert number(table, name, "upper") < -5
    assert number(table, name, "p") < 0.001


def test_a_shorter_duration_and_fewer_crises_are_found():
    table = effects(
        country(duration_pct=-8, crisis_pct=-20),
        of_project(
            "duration_within",
            "duration_within_gamma",
            "duration_within_doubly_robust",
            "crisis_share",
            "crisis_share_doubly_robust",
        ),
    )
    for name, truth in {
        "duration_within": -8, "duration_within_gamma": -8, "duration_within_doubly_robust": -8,
        "crisis_share": -20, "crisis_share_doubly_robust": -20,
    }.items():  # fmt: skip
        assert number(table, name, "lower") < truth < number(table, name, "upper"), name
    assert number(table, "crisis_share", "upper", "points") < 0


@pytest.mark.parametrize("seed", [1, 2])
def test_where_nothing_happens_nothing_is_found(seed: int):
    table = effects(country(seed=seed), of_project(*PRIMARY))
    for name in PRIMARY:
        assert number(table, name, "lower") < 0 < number(table, name, "upper"), name
        for column in P_VALUES:
            assert number(table, name, column) > 0.02, (name, column)
        assert number(table, name, "e_value_interval") == 1


def test_help_by_the_team_makes_a_difference_where_there_is_none_and_is_labelled():
    table = effects(country(), of_project("duration_within", "duration_all", "crisis_all"))
    assert number(table, "duration_all", "upper") < -5, "the team's short help is counted with the rest"
    assert number(table, "crisis_all", "upper") < 0
    assert table.loc[table["is_mechanical"], "estimand"].unique().tolist() == ["duration_all", "crisis_all"]
    assert table.loc[table["is_mechanical"], "mechanical_because"].str.contains("wijkteam zelf").all()
    assert table.loc[~table["is_mechanical"], "mechanical_because"].eq("").all()


def test_percent_and_points_are_two_sayings_of_the_same_by_hand():
    crises, begun = np.array([30.0, 20, 10, 5, 40, 60])[:, None], np.array([200.0, 100, 100, 150, 400, 650])[:, None]
    share = by_share(np.array([50.0, 50, 50, 0, 0, 0])[:, None], 150.0)
    panel = panel_of({**share, YOUNG: 1000.0, "begun_crisis_niet_wijkteam": crises, "begun_niet_wijkteam": begun}, 6)
    question = ask(design="level", model="share", outcome="begun_crisis_niet_wijkteam", per="begun_niet_wijkteam", years=[2022])
    table = effects(panel, asked(question))
    # 60 of 400 against 105 of 1,200
    assert number(table, "use") == pytest.approx(100 * (0.15 / 0.0875 - 1))
    assert number(table, "use", unit="points") == pytest.approx(15 - 8.75)
    for column in ("coefficient", "se", "p", "p_permutation", "municipalities"):
        assert number(table, "use", column) == pytest.approx(number(table, "use", column, "points"), nan_ok=True)


def test_intervals_of_a_share_are_all_of_the_risk_ratio():
    """Of the odds ratio they would lie further from nil: here four in ten starts are from crisis."""
    rng = np.random.default_rng(2)
    crises, begun = rng.integers(30, 50, (12, 1)).astype(float), np.full((12, 1), 100.0)
    share = by_share(np.where(np.arange(12) < 5, 50.0, 0.0)[:, None], 150.0)
    panel = panel_of({**share, YOUNG: 1000.0, "crisis_niet_wijkteam": crises, "begun_niet_wijkteam": begun}, 12)
    question = ask(design="level", model="share", outcome="crisis_niet_wijkteam", per="begun_niet_wijkteam", years=[2022])
    row = effects(panel, asked(question)).iloc[0]
    jackknifed, width = row["upper"] - row["lower"], row["upper_cr1"] - row["lower_cr1"]
    odds = 100 * (np.exp(row["coefficient"] + 2.2 * row["se"]) - np.exp(row["coefficient"] - 2.2 * row["se"]))
    assert width < jackknifed < 1.4 * width
    assert odds > 1.5 * width
    assert row["detectable"] < 0.8 * odds


def test_doubly_robust_is_the_plain_difference_where_the_groups_are_alike():
    """Every active municipality has a twin of the same size: nothing to adjust for."""
    rng = np.random.default_rng(5)
    young = np.repeat(np.exp(rng.normal(8, 0.5, 15)), 2)[:, None]
    is_active = np.arange(30) % 2 == 0
    count = np.round(young * 0.1 * np.exp(rng.normal(0, 0.1, (30, 11))))
    panel = panel_of({**by_share(np.where(is_active, 100.0, 0.0)[:, None], 300.0), YOUNG: young, "count": count}, 30)
    table = effects(panel, asked(ask(outcome="count", adjustment="doubly_robust")))
    change = np.log(count[:, 10] / count[:, 6])
    by_hand = [np.average(change[group], weights=young[group, 0]) for group in (is_active, ~is_active)]
    assert number(table, "use", "coefficient") == pytest.approx(by_hand[0] - by_hand[1], abs=1e-9)
    level = effects(panel, asked(ask(outcome="count", design="level", years=[2022, 2023], adjustment="doubly_robust")))
    rate = np.log(count[:, [7, 8]].sum(axis=1) / (2 * young[:, 0]))
    by_hand = [np.average(rate[group], weights=young[group, 0]) for group in (is_active, ~is_active)]
    assert number(level, "use", "coefficient") == pytest.approx(by_hand[0] - by_hand[1], abs=1e-9)


def test_a_count_of_nothing_has_no_logarithm_and_is_left_out_of_the_doubly_robust_estimate():
    panel = country(30)
    panel.loc[panel["gm_code"].eq("GM0002") & panel["year"].eq(2025), USE] = 0
    table = effects(panel, of_project("use_change_unadjusted", "use_change_doubly_robust"))
    assert table["municipalities"].tolist() == [30, 29]
    assert table["left_out"].tolist() == [0, 1]


# --- the same by every road -------------------------------------------------------------------------------------------


def test_the_order_of_the_panel_does_not_matter():
    panel = country(30, use_pct=-10)
    names = ("use_change", "use_change_weighted", "use_change_doubly_robust", "duration_within", "crisis_share")
    mixed = panel.sample(frac=1, random_state=1).reset_index(drop=True)
    pd.testing.assert_frame_equal(effects(panel, of_project(*names)), effects(mixed, of_project(*names)), rtol=1e-9)


def test_the_same_seed_gives_the_same_table():
    panel = country(30)
    pd.testing.assert_frame_equal(effects(panel, of_project(*PRIMARY)), effects(panel, of_project(*PRIMARY)))


@cache
def as_it_is() -> tuple[pd.DataFrame, pd.DataFrame]:
    panel = country()
    return panel, long_of(panel)


@cache
def with_switches() -> tuple[pd.DataFrame, pd.DataFrame]:
    panel = country(switches={number: 2022 + number % 3 for number in range(1, 60, 4) if number % 3})
    return panel, long_of(panel)


@pytest.mark.parametrize("estimand", PROJECT.estimands, ids=lambda estimand: estimand.id)
def test_statsmodels_and_the_engine_agree(estimand: Estimand):
    panel, long = with_switches() if estimand.design in ("yearly", "adoption") else as_it_is()
    design = design_of(estimand, rows_of(panel, long, estimand, PROJECT.baseline, CHOICES))
    assert isinstance(design, Design)
    reported, quick = fit(design, TREATED), newton(design, TREATED)
    assert reported.reason is None
    assert quick.estimate(TREATED) == pytest.approx(reported.estimate(TREATED), rel=1e-10, abs=1e-10)
    assert quick.error(TREATED) == pytest.approx(reported.error(TREATED), rel=1e-6)


def test_another_answer_of_the_engine_stops_the_run(monkeypatch: pytest.MonkeyPatch):
    def wrong(design: Design, term: str) -> Fit:
        found = newton(design, term)
        return Fit(found.names, found.params + 1e-6, found.covariance, found.df, found.n, found.clusters, True)

    monkeypatch.setattr(estimate, "newton", wrong)
    with pytest.raises(WijkanalyseError, match=r"use_change: statsmodels gives .* must agree"):
        effects(country(30), of_project("use_change"))


def test_with_youth_regions_as_clusters_both_p_values_are_one():
    table = effects(country(60), of_project("use_change"), QUICK.model_copy(update={"cluster": "jeugdregio_code"}))
    assert number(table, "use_change", "clusters") == 10
    assert number(table, "use_change", "p_region") == pytest.approx(number(table, "use_change", "p"), rel=0.05)


# --- several tests at once --------------------------------------------------------------------------------------------


def test_every_p_value_is_a_chance():
    table = everything()
    values = table[P_VALUES].to_numpy(dtype=float)
    assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()
    assert (table["lower"].le(table["value"]) & table["value"].le(table["upper"]) | table["value"].isna()).all()


def test_p_values_of_the_primary_outcomes_are_adjusted_and_only_those():
    table = everything()
    primary = table[table["role"].eq("primary") & table["unit"].eq("percent")].set_index("estimand")
    assert primary.index.tolist() == list(PRIMARY)
    assert primary["p_holm"].tolist() == pytest.approx(holm(primary["p"].tolist()))
    assert (primary["p_holm"] >= primary["p"]).all()
    assert (primary["p_maxt"] >= primary["p_permutation"] - 1e-12).all()
    # Holm supposes nothing about how the outcomes hang together, so it is the more careful one (but for chance in the draws)
    assert (primary["p_maxt"] <= holm(primary["p_permutation"].tolist()) + 0.05).all()
    others = table[~(table["role"].eq("primary") & table["unit"].eq("percent"))]
    assert others[["p_holm", "p_maxt"]].isna().all(axis=None)


def test_a_primary_outcome_without_figures_does_not_take_the_others_along():
    panel = country(30)
    panel[CRISIS] = np.nan
    table = effects(panel, of_project(*PRIMARY)).set_index("estimand")
    assert table.loc["crisis_share", "reason"] == "no municipality has the figures"
    told = table.loc[["use_change", "duration_within"]]
    assert told["p_holm"].tolist() == pytest.approx(holm(told["p"].tolist()))
    assert told["p_maxt"].notna().all()


def test_draws_of_other_years_of_activity_are_not_taken_together():
    other = PROJECT.named("duration_within").model_copy(update={"activity": [2018, 2019]})
    table = effects(country(30), asked(PROJECT.named("use_change"), other, baseline=PROJECT.baseline))
    assert table["p_permutation"].notna().all()
    assert table["p_maxt"].isna().all()


# --- the firewall -----------------------------------------------------------------------------------------------------


def test_a_mechanical_estimand_cannot_be_primary():
    with pytest.raises(WijkanalyseError, match="use_total cannot be primary"):
        effects(
            country(30), asked(PROJECT.named("use_total").model_copy(update={"role": "primary"}), baseline=PROJECT.baseline)
        )


def test_the_labels_are_those_of_the_firewall():
    table = everything()
    assert set(table.loc[table["is_mechanical"], "estimand"]) == {
        "use_total", "use_same_year", "duration_all", "crisis_all", "reach_background", "reach_no_background",
    }  # fmt: skip


# --- nothing to say: a reason instead of a number, and the run goes on ------------------------------------------------


def no_crisis_figures(panel: pd.DataFrame) -> pd.DataFrame:
    panel[CRISIS] = np.nan
    return panel


def no_crisis_in_one_year(panel: pd.DataFrame) -> pd.DataFrame:
    panel.loc[panel["year"].eq(2023), CRISIS] = np.nan
    return panel


def nobody_active(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.assign(trajectories_wijkteam=0.0, trajectories_zonder_verblijf=panel[USE])


def one_active(panel: pd.DataFrame) -> pd.DataFrame:
    return panel[panel["gm_code"].eq("GM0001") | panel["trajectories_wijkteam"].lt(0.05 * panel[USE])]


def nobody_classified(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.assign(trajectories_wijkteam=np.nan)


def crisis_only_without_team(panel: pd.DataFrame) -> pd.DataFrame:
    panel.loc[panel["trajectories_wijkteam"].gt(0.05 * panel[USE]), CRISIS] = 0
    return panel


def no_use(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.assign(**{USE: np.nan})


def no_young(panel: pd.DataFrame) -> pd.DataFrame:
    return panel.assign(**{YOUNG: np.nan})


def only_since_2020(panel: pd.DataFrame) -> pd.DataFrame:
    return panel[panel["year"].ge(2020)]


@pytest.mark.parametrize(
    ("spoil", "without", "words"),
    [
        (no_crisis_figures, {"crisis_share"}, "no municipality has the figures"),
        (no_crisis_in_one_year, set(), ""),
        (nobody_active, set(PRIMARY), "no variation"),
        (one_active, set(PRIMARY), "too few clusters"),
        (nobody_classified, set(PRIMARY), "no municipality has the figures"),
        (crisis_only_without_team, {"crisis_share"}, "separation"),
        (no_use, {"use_change"}, "no municipality has the figures"),
        (no_young, {"use_change"}, "no municipality has the figures"),
        (only_since_2020, set(PRIMARY), "no figures for 2017"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_cannot_be_estimated_is_a_row_with_its_reason(
    spoil: Callable[[pd.DataFrame], pd.DataFrame], without: set[str], words: str, monkeypatch: pytest.MonkeyPatch
):
    panel = spoil(country(24, switches={4: 2019, 7: 2019, 10: 2023, 13: 2023}, regions=4))
    long = long_of(panel)
    questions = of_project(*PRIMARY, "use_year_later", "use_change_doubly_robust", "crisis_share_weighted")
    # few municipalities cannot do with many covariates, of which one is the number of young people
    plain = [estimand.model_copy(update={"adjustment": "none"}) for estimand in questions.estimands[:4]]
    questions = questions.model_copy(update={"estimands": plain + questions.estimands[4:]})

    table = effects(panel, questions).set_index(["estimand", "unit"])
    main = table.xs("percent", level="unit").loc[list(PRIMARY)]
    assert set(main.index[main["value"].isna()]) == without
    assert main.loc[sorted(without), "reason"].str.contains(words).all()
    assert main.loc[~main.index.isin(without), "reason"].eq("").all()

    # one of those that are affected will do
    name = min(without, default="crisis_share")
    monkeypatch.setattr(sensitivity, "THRESHOLDS", (1.0, 20.0))
    monkeypatch.setattr(sensitivity, "variations", lambda case: list(variations(case))[::4])
    one = questions.model_copy(update={"estimands": [questions.named(name)]})
    settings, curves = probe_sensitivity(panel, long, one, CHOICES, QUICK)
    (main_row,) = settings[settings["is_main"]].to_dict("records")
    assert np.isnan(main_row["value"]) == (name in without)
    assert words in main_row["reason"]
    empty = settings["value"].isna() & settings["kind"].ne("bounds")
    assert settings.loc[empty, "reason"].ne("").all()
    assert set(curves["curve"]) == {"threshold", "dose"}
    assert curves.loc[curves["value"].isna(), "reason"].ne("").all()
    Sensitivity.validate(settings)
    Curves.validate(curves)

    switchers, bounds = estimate_switchers(panel, long, CHOICES, questions.baseline, QUICK)
    Switchers.validate(switchers)
    TrendBounds.validate(bounds)
    assert set(switchers["era"]) == {"2017-2020", "2021-2025"}
    assert switchers.loc[switchers["value"].isna(), "reason"].ne("").all()

    balance, overlap = compare_groups_before(panel, long, questions, CHOICES)
    Balance.validate(balance)
    Overlap.validate(overlap)
    if spoil is not only_since_2020:
        assert set(balance["estimand"]) == set(PRIMARY)


@pytest.mark.parametrize("engine", ["fit", "newton"])
def test_no_convergence_is_a_reason_whichever_engine_it_happens_to(engine: str, monkeypatch: pytest.MonkeyPatch):
    def failing(design: Design, term: str) -> Fit:
        return Fit.failed(design.names, "no convergence: it did not settle", len(design.y), 30)

    monkeypatch.setattr(estimate, engine, failing)
    table = effects(country(30), of_project("use_change"))
    assert table["reason"].tolist() == ["no convergence: it did not settle"]
    assert table["value"].isna().all()


# --- how the groups differed before -----------------------------------------------------------------------------------


def test_the_groups_before_are_alike_after_weighting():
    panel = country(60)
    balance, overlap = compare_groups_before(panel, long_of(panel), PROJECT, CHOICES)
    Balance.validate(balance)
    assert balance.groupby("estimand", sort=False).size().to_dict() == dict.fromkeys(PRIMARY, 5)
    assert balance["smd_after"].abs().max() < 1e-8
    assert balance["smd_before"].abs().max() > 0.02
    Overlap.validate(overlap)
    assert overlap["gm_code"].is_unique
    assert overlap["is_active"].sum() == 20
    assert overlap["propensity"].mean() == pytest.approx(20 / 60)
    assert overlap.loc[overlap["is_active"], "weight"].eq(1).all()


def test_a_covariate_that_is_the_same_everywhere_is_left_out_of_the_comparison():
    panel = country(30).assign(mean_income_1000_eur=27.0)
    balance, overlap = compare_groups_before(panel, long_of(panel), PROJECT, CHOICES)
    assert "income" not in set(balance["covariate"])
    assert balance["reason"].eq("").all()
    assert overlap["propensity"].between(0, 1).all()
