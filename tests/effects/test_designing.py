"""The coefficient of each design is a comparison that can be worked out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.effects.country import BASELINE, CHOICES, PROJECT, YOUNG, ask, by_share, country, long_of, panel_of
from wijkanalyse.effects.designing import TREATED, design_of, municipal_weights, ratio_of
from wijkanalyse.effects.designs.balance import balance_table
from wijkanalyse.effects.estimands import Baseline, Covariate, Estimand
from wijkanalyse.effects.models import Design, fit
from wijkanalyse.effects.rows import Rows, rows_of

YEARS = range(2017, 2026)
ACTIVE = np.arange(8) < 3
CRISIS, BEGUN = "begun_crisis_niet_wijkteam", "begun_niet_wijkteam"
DAYS, ENDED = "mean_duration_days_niet_wijkteam", "ended_niet_wijkteam"


def world(**figures: Any) -> pd.DataFrame:
    """Eight municipalities, of which the first three are active; figures of the outcome stand beside those of the share."""
    share = by_share(np.where(ACTIVE, 50.0, 0.0)[:, None], 150.0)
    return panel_of({**share, YOUNG: 1000.0, **figures}, len(ACTIVE), YEARS)


def seen(panel: pd.DataFrame, estimand: Estimand, baseline: Baseline = BASELINE) -> Rows:
    return rows_of(panel, long_of(panel), estimand, baseline, CHOICES)


def estimated(panel: pd.DataFrame, estimand: Estimand) -> tuple[float, float]:
    """Coefficient, and ratio."""
    design = design_of(estimand, seen(panel, estimand))
    assert isinstance(design, Design)
    fitted = fit(design, TREATED)
    assert fitted.reason is None
    return fitted.estimate(TREATED), ratio_of(estimand, design, fitted, 0.95)[0]


counts = st.lists(st.integers(5, 4_000), min_size=len(ACTIVE), max_size=len(ACTIVE)).map(
    lambda c: np.array(c, dtype=float)[:, None]
)


@settings(deadline=None, max_examples=10)
@given(counts, counts)
def test_a_level_is_the_ratio_of_the_pooled_rates(outcome: np.ndarray, young: np.ndarray):
    level = ask(design="level", outcome="count", per="persons", years=[2022])
    coefficient, ratio = estimated(world(count=outcome, persons=young), level)
    by_hand = (outcome[ACTIVE].sum() / young[ACTIVE].sum()) / (outcome[~ACTIVE].sum() / young[~ACTIVE].sum())
    assert coefficient == pytest.approx(np.log(by_hand), abs=1e-8)
    assert ratio == pytest.approx(by_hand)


@settings(deadline=None, max_examples=10)
@given(counts, counts)
def test_a_change_is_the_ratio_of_two_ratios(before: np.ndarray, after: np.ndarray):
    """With as many young people in both years, every municipality's own level drops out and the counts add up."""
    panel = world(count=np.where(np.array(YEARS) == 2025, after, before))
    coefficient, ratio = estimated(panel, ask(outcome="count"))
    by_hand = (after[ACTIVE].sum() / before[ACTIVE].sum()) / (after[~ACTIVE].sum() / before[~ACTIVE].sum())
    assert coefficient == pytest.approx(np.log(by_hand), abs=1e-8)
    assert ratio == pytest.approx(by_hand)


def test_a_change_counts_that_there_are_more_young_people():
    before, growth = np.array([40.0, 80, 120, 60, 90, 200, 150, 30])[:, None], np.where(np.array(YEARS) == 2025, 1.1, 1.0)
    panel = world(count=before * growth, persons=1000 * growth * np.ones_like(before))
    assert estimated(panel, ask(outcome="count", per="persons"))[0] == pytest.approx(0, abs=1e-8)


@settings(deadline=None, max_examples=10)
@given(counts, counts)
def test_a_share_is_the_risk_ratio_of_the_pooled_shares(crises: np.ndarray, others: np.ndarray):
    share = ask(design="level", model="share", outcome=CRISIS, per=BEGUN, years=[2022])
    begun = crises + others
    coefficient, ratio = estimated(world(**{CRISIS: crises, BEGUN: begun}), share)
    one, none = (crises[group].sum() / begun[group].sum() for group in (ACTIVE, ~ACTIVE))
    assert ratio == pytest.approx(one / none)
    assert coefficient == pytest.approx(np.log(one / (1 - one)) - np.log(none / (1 - none)), abs=1e-7)


def test_crises_that_rounding_puts_above_all_starts_count_as_all_of_them():
    crises, begun = np.full((8, 1), 10.0), np.where(ACTIVE, 5.0, 40.0)[:, None]
    share = ask(design="level", model="share", outcome=CRISIS, per=BEGUN, years=[2022])
    design = design_of(share, seen(world(**{CRISIS: crises, BEGUN: begun}), share))
    assert isinstance(design, Design)
    assert design.y.tolist() == [5.0] * 3 + [10.0] * 5


@settings(deadline=None, max_examples=10)
@given(counts, counts)
def test_a_mean_is_the_difference_of_weighted_logarithms(days: np.ndarray, ended: np.ndarray):
    assume(len(np.unique(days)) > 1)
    mean = ask(design="level", model="mean", outcome=DAYS, per=ENDED, years=[2022])
    panel = world(**{DAYS: days, ENDED: ended})
    logs = [np.average(np.log(days[group]), weights=ended[group]) for group in (ACTIVE, ~ACTIVE)]
    assert estimated(panel, mean)[0] == pytest.approx(logs[0] - logs[1], abs=1e-9)
    # the gamma model compares the means themselves
    means = [np.average(days[group], weights=ended[group]) for group in (ACTIVE, ~ACTIVE)]
    gamma = mean.model_copy(update={"model": "mean_gamma"})
    assert estimated(panel, gamma)[1] == pytest.approx(means[0] / means[1], rel=1e-7)


def test_years_together_are_compared_within_each_year():
    """All rates double from year to year, and one active municipality has figures of the last year only."""
    rate = 50.0 * 2.0 ** (np.array(YEARS) - 2017) * np.where(ACTIVE, 1.5, 1.0)[:, None]
    rate[0, :-1] = np.nan
    level = ask(design="level", outcome="count", years=[2023, 2024, 2025])
    assert estimated(world(count=rate), level)[1] == pytest.approx(1.5)


def test_a_yearly_design_compares_a_municipality_with_itself():
    team = np.zeros((8, len(YEARS)))
    team[:4, [YEARS.index(2023), YEARS.index(2024)]] = 50
    level = np.array([100.0, 400, 300, 250, 120, 600, 350, 200])[:, None] * np.ones(len(YEARS))
    for lag, years in ((0, [2023, 2024]), (1, [2024, 2025])):
        count = level * np.where((team.sum(axis=1) > 0)[:, None] & np.isin(np.array(YEARS), years), 0.8, 1.0)
        panel = panel_of({**by_share(team, 150.0), YOUNG: 1000.0, "count": count}, 8, YEARS)
        yearly = ask(design="yearly", activity=[], lag=lag, outcome="count", years=[2022, 2023, 2024, 2025])
        assert estimated(panel, yearly)[1] == pytest.approx(0.8), f"lag {lag}"


def test_adoption_is_the_odds_of_becoming_active_per_standard_deviation_of_use():
    """With one year and use on two levels the model is a two by two table."""
    became, high = np.arange(40) % 4 == 0, np.arange(40) % 8 < 3
    high[[0, 8, 16]] = False
    team = np.where(became[:, None] & (np.array(YEARS) >= 2023), 50.0, 0.0)
    others = np.where(high, 200.0, 100.0)[:, None]
    panel = panel_of({**by_share(team, others), YOUNG: 1000.0}, 40, YEARS)
    adoption = ask(design="adoption", activity=[], model="share", years=[2023])
    odds = [(became & group).sum() / (~became & group).sum() for group in (high, ~high)]
    per_step = np.log(odds[0] / odds[1])
    spread = np.log(np.where(high, 200.0, 100.0)).std() / np.log(2)
    assert estimated(panel, adoption)[0] == pytest.approx(per_step * spread, abs=1e-7)


def test_adoption_by_a_handful_of_municipalities_is_not_estimated():
    team = np.where((np.arange(20) < 2)[:, None] & (np.array(YEARS) >= 2023), 50.0, 0.0)
    panel = panel_of({**by_share(team, np.arange(100.0, 120)[:, None]), YOUNG: 1000.0}, 20, YEARS)
    adoption = ask(design="adoption", activity=[], model="share", years=[2022, 2023])
    assert design_of(adoption, seen(panel, adoption)) == "2 municipalities became active: too few for 2 coefficients"
    nobody = ask(design="adoption", activity=[], model="share", years=[2022])
    assert design_of(nobody, seen(panel, nobody)) == "no municipality has the figures"


@pytest.mark.parametrize("name", ["use_change_weighted", "duration_within_weighted", "crisis_share_weighted"])
def test_entropy_weights_give_the_others_exactly_the_means_of_the_active(name: str):
    rows = seen(country(60), PROJECT.named(name), PROJECT.baseline)
    weights = municipal_weights(rows.frame, rows.covariates)
    assert isinstance(weights, pd.Series)
    once = rows.frame.groupby("gm_code").agg({"treated": "first", "per": "mean", **dict.fromkeys(rows.covariates, "first")})
    table = balance_table(once[rows.covariates], once["treated"], weights * once["per"], once["per"])
    assert len(table) == 5
    assert table["smd_after"].abs().max() < 1e-8
    assert table["smd_before"].abs().max() > 0.05
    assert weights[once["treated"].eq(1)].eq(1).all()
    assert (weights > 0).all()


def test_weights_that_cannot_balance_are_a_reason():
    """All active municipalities have more young people than any other."""
    apart = Baseline(year=2017, covariates={"persons": Covariate(label="jongeren", part="persons")})
    panel = world(persons=np.where(ACTIVE, 900.0, 100.0)[:, None] + np.arange(8.0)[:, None])
    weighted = ask(adjustment="entropy")
    found = design_of(weighted, seen(panel, weighted, apart))
    assert isinstance(found, str)
    assert "outside the range of the others for persons" in found


def test_regression_takes_away_a_growth_that_goes_with_a_covariate():
    rng = np.random.default_rng(4)
    size = rng.normal(0, 1, 8) + ACTIVE
    growth = np.where(np.array(YEARS) == 2025, np.exp(0.2 * size)[:, None], 1.0)
    baseline = Baseline(year=2017, covariates={"size": Covariate(label="grootte", part="size")})
    panel = world(size=size[:, None], count=500.0 * growth)
    estimates = {}
    for adjustment in ("none", "regression"):
        estimand = ask(outcome="count", adjustment=adjustment)
        design = design_of(estimand, seen(panel, estimand, baseline))
        assert isinstance(design, Design)
        estimates[adjustment] = fit(design, TREATED).estimate(TREATED)
    assert abs(estimates["none"]) > 0.05
    assert estimates["regression"] == pytest.approx(0, abs=1e-8)


def test_clusters_are_municipalities_or_youth_regions():
    panel = country(30)
    estimand = ask()
    rows = seen(panel, estimand)
    sizes = {}
    for cluster in ("gm_code", "jeugdregio_code"):
        design = design_of(estimand, rows, cluster)
        assert isinstance(design, Design)
        sizes[cluster] = design.cluster_groups.size
    assert sizes == {"gm_code": 30, "jeugdregio_code": 10}
