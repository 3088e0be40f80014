"""The municipal values of every outcome: weighted, they are the pooled figure; on the scale of the contrast, always."""

import numpy as np
import pytest

from tests.effects.multiverse.country import figures
from wijkanalyse.effects.multiverse.figures import Floats
from wijkanalyse.effects.multiverse.outcomes import Values, Variables, municipal_counts, municipal_values

FIGURES = figures()
USE = Variables("begun_niet_wijkteam", None, None)
RATE = Variables("begun_niet_wijkteam", "population_0_22", None)
DURATION = Variables("mean_duration_days_niet_wijkteam", "ended_niet_wijkteam", None)
CRISIS = Variables("begun_crisis_niet_wijkteam", "begun_niet_wijkteam", "begun_niet_wijkteam")
CRISIS_PER_YOUTH = Variables("begun_crisis_niet_wijkteam", "population_0_22", "begun_niet_wijkteam")


def total(variable: str, years: tuple[int, ...]) -> Floats:
    return FIGURES.of(None, variable, "filled", years).sum(axis=1)


def pooled(values: Values) -> float:
    return float(np.average(values.value, weights=values.denominator))


def test_a_change_pooled_is_the_change_of_the_sum() -> None:
    values = municipal_values(FIGURES, None, "count", USE, "filled", (2018, 2019, 2020), 2016)
    after, before = total("begun_niet_wijkteam", (2018, 2019, 2020)).sum() / 3, total("begun_niet_wijkteam", (2016,)).sum()
    assert pooled(values) == pytest.approx(100 * (after / before - 1))


def test_a_level_of_use_lies_around_that_of_the_country() -> None:
    values = municipal_values(FIGURES, None, "count", RATE, "filled", (2020,), None)
    assert pooled(values) == pytest.approx(0, abs=1e-9)
    rate = total("begun_niet_wijkteam", (2020,)) / total("population_0_22", (2020,))
    assert values.value[0] / values.value[1] == pytest.approx(
        (rate / rate.mean() - 1)[0] / (rate / rate.mean() - 1)[1], rel=0.5
    )


def test_a_duration_over_years_is_weighted_with_what_ended() -> None:
    years = (2019, 2020)
    values = municipal_values(FIGURES, None, "mean", DURATION, "filled", years, None)
    days, ended = (FIGURES.of(None, name, "filled", years) for name in (DURATION.outcome, DURATION.per or ""))
    assert values.value == pytest.approx((days * ended).sum(axis=1) / ended.sum(axis=1))
    change = municipal_values(FIGURES, None, "mean", DURATION, "filled", (2020,), 2019)
    assert change.value == pytest.approx(days[:, 1] - days[:, 0])


def test_crisis_per_young_person_is_on_the_scale_of_crisis_per_start() -> None:
    per_start = municipal_values(FIGURES, None, "share", CRISIS, "filled", (2020,), None)
    per_youth = municipal_values(FIGURES, None, "share", CRISIS_PER_YOUTH, "filled", (2020,), None)
    share = 100 * total(CRISIS.outcome, (2020,)).sum() / total("begun_niet_wijkteam", (2020,)).sum()
    assert pooled(per_start) == pytest.approx(share)
    assert pooled(per_youth) == pytest.approx(share)


def test_counts_within_municipalities_begin_with_the_base_year() -> None:
    counts = municipal_counts(FIGURES, None, CRISIS, "filled", (2022, 2023), 2021)
    assert counts.count[:, 0] == pytest.approx(total(CRISIS.outcome, (2021,)))
    assert counts.exposure.shape == (len(FIGURES.gm_code), 3)
    assert counts.scale == pytest.approx(
        100 * total(CRISIS.outcome, (2021,)).sum() / total("begun_niet_wijkteam", (2021,)).sum()
    )
