"""How far a conclusion survives when the groups were not on parallel trends (Rambachan & Roth 2023, REStud 90(5)).

An event study measures effect plus difference in trend; before the switch there is no effect, so its leads show what
differences in trend there are. Two ways to carry them over to the years after the switch:

relative magnitudes: from one year to the next the difference in trend changes at most Mbar times as much as it did at most
before the switch. Eliminating the unknown trend leaves, for each lead difference that may be the largest, an interval
whose two ends are linear in the coefficients. Its confidence set tests both ends together with the least favourable critical
value; the union over all leads and signs is the confidence set. That set covers with at least the stated probability, also in
the worst case. It is not the conditional hybrid (C-LF) of HonestDiD: it leaves out the inequalities between the leads,
which makes it a little wider where several leads are equally large.

smoothness: the slope of the difference in trend changes by at most M a year. Here the shortest fixed-length interval around
an affine estimator, as HonestDiD gives (Armstrong & Kolesar 2018, Econometrica 86(2)).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import chdtrc, ndtr, ndtri, owens_t

from wijkanalyse.errors import WijkanalyseError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class EventStudy:
    """Coefficients of the years around the base year, which has coefficient 0.

    `times`: consecutive but for the base year, `base` (as years since the switch; -1 as a rule). Normal approximation.
    """

    times: NDArray[np.int64]
    coefficients: Array
    covariance: Array
    base: int = -1

    def __post_init__(self) -> None:
        whole = [*self.times[self.times < self.base], self.base, *self.times[self.times > self.base]]
        is_consecutive = (np.diff(whole) == 1).all() and len(whole) == len(self.times) + 1
        if not is_consecutive or not (self.times < self.base).any() or not (self.times > self.base).any():
            raise WijkanalyseError(
                f"event study: found years {list(map(int, self.times))} around base year {self.base}; expected consecutive "
                "years on both sides, the base year itself left out. Choose the base `universal`, or leave out far years"
            )

    @property
    def leads(self) -> int:
        """Number of years before the base year."""
        return int((self.times < self.base).sum())

    @property
    def lags(self) -> int:
        """Number of years after the base year."""
        return int((self.times > self.base).sum())


def event_study_table(study: EventStudy, level: float = 0.95) -> pd.DataFrame:
    """Return time, value, standard_error, lower, upper and is_lead of every year, the base year included as 0."""
    errors = np.sqrt(np.diag(study.covariance))
    half = ndtri((1 + level) / 2) * errors
    table = pd.DataFrame({"time": study.times, "value": study.coefficients, "standard_error": errors})
    table = table.assign(lower=study.coefficients - half, upper=study.coefficients + half, is_lead=study.times < study.base)
    base = {"time": study.base, "value": 0.0, "standard_error": 0.0, "lower": 0.0, "upper": 0.0, "is_lead": False}
    return pd.concat([table, pd.DataFrame([base])]).sort_values("time", ignore_index=True)


def wald_test_of_leads(study: EventStudy) -> tuple[float, float]:
    """Return the Wald statistic (chi-squared with one degree of freedom per lead) that all leads are 0, and its p value."""
    leads = study.coefficients[: study.leads]
    statistic = float(leads @ np.linalg.solve(study.covariance[: study.leads, : study.leads], leads))
    return statistic, float(chdtrc(study.leads, statistic))


def relative_magnitudes(
    study: EventStudy, mbars: Sequence[float], *, lags: ArrayLike | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Return what is known about the effect for each bound Mbar on the difference in trend, relative to that of the leads.

    `lags`: weights of the years after the base year in the effect asked for (default: the first year only). Columns mbar,
    set_lower and set_upper (the identified set if the coefficients were exact), lower and upper (confidence set).
    """
    target = _target(study, lags)
    return pd.DataFrame(
        [(mbar, *_relative(study, target, mbar, level)) for mbar in mbars],
        columns=["mbar", "set_lower", "set_upper", "lower", "upper"],
    )


def smoothness(study: EventStudy, ms: Sequence[float], *, lags: ArrayLike | None = None, level: float = 0.95) -> pd.DataFrame:
    """Return the fixed-length interval for each bound M on the yearly change of the slope of the difference in trend.

    M is in the unit of the coefficients; with M = 0 the trend of the leads is drawn on in a straight line. Columns m, value
    (the affine estimate), worst_bias, standard_error, lower, upper.
    """
    target = _target(study, lags)
    return pd.DataFrame(
        [(m, *_fixed_length(study, target, m, level)) for m in ms],
        columns=["m", "value", "worst_bias", "standard_error", "lower", "upper"],
    )


def breakdown_mbar(study: EventStudy, *, lags: ArrayLike | None = None, level: float = 0.95, largest: float = 100.0) -> float:
    """Return the largest Mbar whose confidence set leaves out 0; 0 if even Mbar = 0 does not, `largest` at most."""
    target = _target(study, lags)

    def excludes(mbar: float) -> bool:
        *_, lower, upper = _relative(study, target, mbar, level)
        return lower > 0 or upper < 0

    return _last_true(excludes, largest)


def breakdown_m(study: EventStudy, *, lags: ArrayLike | None = None, level: float = 0.95, largest: float = 100.0) -> float:
    """Return the largest M whose fixed-length interval leaves out 0; 0 if even M = 0 does not, `largest` at most.

    The estimator changes with M and so does its centre: the first M at which 0 comes in counts.
    """
    target = _target(study, lags)

    def excludes(m: float) -> bool:
        *_, lower, upper = _fixed_length(study, target, m, level)
        return lower > 0 or upper < 0

    return _last_true(excludes, largest)


def _target(study: EventStudy, lags: ArrayLike | None) -> Array:
    weights = np.eye(study.lags)[0] if lags is None else np.asarray(lags, dtype=np.float64)
    if weights.shape != (study.lags,):
        raise WijkanalyseError(f"event study: found {weights.shape[0]} weights for {study.lags} years after the base year")
    return weights


def _relative(study: EventStudy, target: Array, mbar: float, level: float) -> tuple[float, float, float, float]:
    """Identified set and confidence set under relative magnitudes."""
    before, after = study.leads, study.lags
    # the largest bias: every yearly change of the trend at its bound, with the sign of what it adds up to in the target
    largest = np.abs(np.cumsum(target[::-1])).sum()
    steps = np.zeros((before, before + after))
    steps[np.arange(before), np.arange(before)] = -1.0
    steps[np.arange(before - 1), np.arange(1, before)] = 1.0
    signed = mbar * largest * np.concatenate([steps, -steps])
    effect = np.concatenate([np.zeros(before), target])
    low, high = effect - signed, effect + signed
    ends_low, ends_high = low @ study.coefficients, high @ study.coefficients
    errors_low = np.sqrt(np.einsum("ij,jk,ik->i", low, study.covariance, low))
    errors_high = np.sqrt(np.einsum("ij,jk,ik->i", high, study.covariance, high))
    together = -np.einsum("ij,jk,ik->i", low, study.covariance, high) / (errors_low * errors_high)
    critical = _largest_of_two(together, level)
    lower, upper = ends_low - critical * errors_low, ends_high + critical * errors_high
    is_possible = lower <= upper
    # with the sign of the estimated step its interval is never empty, so the union is not either
    return float(ends_low.min()), float(ends_high.max()), float(lower[is_possible].min()), float(upper[is_possible].max())


def _largest_of_two(correlation: Array, level: float) -> Array:
    """The `level` quantile of the larger of two standard normal variables (Owen 1956)."""
    slope = np.sqrt(np.clip(1 - correlation, 0, None) / np.clip(1 + correlation, 1e-300, None))
    low, high = np.full(len(slope), ndtri(level)), np.full(len(slope), ndtri((1 + level) / 2))
    for _ in range(60):
        middle = (low + high) / 2
        is_short = ndtr(middle) - 2 * owens_t(middle, slope) < level
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    return high


def _fixed_length(study: EventStudy, target: Array, m: float, level: float) -> tuple[float, float, float, float, float]:
    """Estimate, worst bias, standard error and interval of the affine estimator with the shortest interval.

    With trend(base) = 0, a difference in trend is a straight line plus its changes of slope. An estimator target'lags +
    a'leads has finite bias only if it removes straight lines, and then its bias is at most M times the sum of the absolute
    weights that it gives to each change of slope. The half-length is convex in those weights (two-sided normal chance
    constraints are: Lubin, Bienstock & Vielma 2016), so the minimum found is the minimum.
    """
    before = study.leads
    distance = np.arange(before, 0, -1, dtype=np.float64)
    after = np.arange(1, study.lags + 1, dtype=np.float64)
    # rows: the straight line, then the change of slope 1, 2, ... years before the base year
    to_weights = np.vstack([distance, np.clip(distance - np.arange(1, before)[:, None], 0, None)])
    from_weights = np.linalg.inv(to_weights)
    of_lags = np.abs(np.clip(after - np.arange(study.lags)[:, None], 0, None) @ target).sum()
    straight = from_weights[:, 0] * (after @ target)

    def estimator(bends: Array) -> Array:
        return np.concatenate([straight + from_weights[:, 1:] @ bends, target])

    def half_length(parts: Array) -> tuple[float, Array]:
        """Half the length of the interval and its gradient; `parts` are the positive and the negative parts of the weights."""
        positive, negative = np.split(parts, 2)
        chosen = estimator(positive - negative)
        error = np.sqrt(chosen @ study.covariance @ chosen)
        bias = m * (of_lags + parts.sum())
        ratio = bias / error
        critical = _folded_quantile(ratio, level)
        by_bias = np.tanh(critical * ratio)  # difference over sum of the normal densities at both ends
        of_error = from_weights[:, 1:].T @ (study.covariance @ chosen)[:before] / error
        by_error = critical - ratio * by_bias
        gradient = by_bias * m + by_error * np.concatenate([of_error, -of_error])
        return float(error * critical), gradient

    bends: Array = np.zeros(before - 1)
    if before > 1:
        quadratic = from_weights[:, 1:].T @ study.covariance[:before, :before] @ from_weights[:, 1:]
        linear = from_weights[:, 1:].T @ (study.covariance @ estimator(bends))[:before]
        bends = np.asarray(-np.linalg.solve(quadratic, linear), dtype=np.float64)
        if m > 0:
            start = np.concatenate([np.clip(bends, 0, None), np.clip(-bends, 0, None)])
            scale = half_length(start)[0]
            found = minimize(
                lambda parts: tuple(value / scale for value in half_length(parts)),
                start,
                jac=True,
                bounds=[(0, None)] * len(start),
                method="L-BFGS-B",
                options={"maxiter": 5_000, "maxfun": 20_000, "ftol": 1e-15, "gtol": 1e-10},
            )
            positive, negative = np.split(found.x, 2)
            bends = np.asarray(positive - negative, dtype=np.float64)
    chosen = estimator(bends)
    value, error = float(chosen @ study.coefficients), float(np.sqrt(chosen @ study.covariance @ chosen))
    bias = float(m * (of_lags + np.abs(bends).sum()))
    half = error * _folded_quantile(bias / error, level)
    return value, bias, error, value - half, value + half


def _folded_quantile(shift: float, level: float) -> float:
    """The `level` quantile of |Z + shift|, Z standard normal."""
    low, high = shift, shift + float(ndtri((1 + level) / 2))
    for _ in range(60):
        middle = (low + high) / 2
        if ndtr(middle - shift) - ndtr(-middle - shift) < level:
            low = middle
        else:
            high = middle
    return high


def _last_true(holds: Callable[[float], bool], largest: float) -> float:
    """The point up to which `holds` is true, by doubling and halving; 0 when it is not true at 0."""
    if not holds(0.0):
        return 0.0
    low, high = 0.0, min(0.01, largest)
    while holds(high):
        if high >= largest:
            return largest
        low, high = high, min(2 * high, largest)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
