"""How strong an unmeasured confounder would have to be to explain an estimate away."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, nan, sqrt

from scipy.stats import t as student


@dataclass(frozen=True)
class EValue:
    """For the estimate, and for the end of its interval that is nearest to no effect (1 where the interval holds it)."""

    estimate: float
    interval: float


def e_value(ratio: float, lower: float = nan, upper: float = nan) -> EValue:
    """Return the E-value of a risk, rate or mean ratio with its interval (VanderWeele & Ding 2017, Ann Intern Med 167).

    The strength, as a ratio, that a confounder must have with both treatment and outcome, beyond the measured covariates, to
    explain the estimate away. For odds ratios only where the outcome is rare (below 15 %); else standardise first
    (`marginal`). NaN where the ratio is unknown.
    """
    if not ratio > 0:
        return EValue(nan, nan)
    nearest = lower if ratio > 1 else upper
    crossed = lower <= 1 <= upper
    return EValue(_e(ratio), 1.0 if crossed else _e(nearest))


def e_value_of_difference(difference: float, error: float, spread: float) -> EValue:
    """Return the approximate E-value of a difference of means, with its standard error and the outcome's standard deviation.

    The standardised difference d counts as a ratio of exp(0.91 d), with interval exp(0.91 d -/+ 1.78 se) (VanderWeele & Ding
    2017, after Chinn 2000); rough, and for outcomes that are about normally distributed.
    """
    if not spread > 0:
        return EValue(nan, nan)
    d, se = difference / spread, error / spread
    return e_value(exp(0.91 * d), exp(0.91 * d - 1.78 * se), exp(0.91 * d + 1.78 * se))


def robustness_value(t: float, df: float, q: float = 1.0, level: float | None = None) -> float:
    """Return the robustness value of a linear regression coefficient (Cinelli & Hazlett 2020, JRSS B 82), 0 to 1.

    The share of the residual variance of both treatment and outcome that a confounder must explain to bring the estimate down
    by the share `q` (1: to zero), or, with `level`, to where zero lies within the interval. t = estimate / error, df the
    residual degrees of freedom that the error rests on.
    """
    strength = q * abs(t) / sqrt(df)
    if level is None:
        return _balance(strength)
    limit = float(student.ppf((1 + level) / 2, df - 1)) / sqrt(df - 1)
    if not strength > limit:
        return 0.0 if strength <= limit else nan
    # where the confounder needs more of the treatment than of the outcome, the constraint on the treatment binds
    beyond = (strength**2 - limit**2) / (1 + strength**2)
    return _balance(strength - limit) if strength < 1 / limit else beyond


def _balance(f: float) -> float:
    return (sqrt(f**4 + 4 * f**2) - f**2) / 2


def _e(ratio: float) -> float:
    if not ratio > 0:
        return nan
    away = max(ratio, 1 / ratio)
    return away + sqrt(away * (away - 1))
