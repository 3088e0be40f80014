"""Interval for a share."""

import math

from statsmodels.stats.proportion import proportion_confint

from wijkanalyse.synthesis.meta import LEVEL


def wilson(successes: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the Wilson score interval (statsmodels) of a share, in percent; NaN, NaN where n is 0 or unknown.

    successes need not be whole: a published percentage times its base is taken as it is, without rounding.
    Source: Wilson (1927), recommended for small n by Brown, Cai & DasGupta (2001).
    """
    if not n > 0 or math.isnan(successes):
        return math.nan, math.nan
    lower, upper = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    return 100 * float(lower), 100 * float(upper)
