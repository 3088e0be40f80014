"""How small an effect these data could find, said before and without looking at the effect.

The treatment is permuted among the municipalities of a stratum. That destroys whatever it had to do with the outcome, and
keeps everything else: sizes, years, covariates, how the figures vary.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from wijkanalyse.effects.inference.permutation import Assignments, Treatment, permuted_coefficients
from wijkanalyse.effects.models.design import Design
from wijkanalyse.effects.models.problems import NO_CONVERGENCE


@dataclass(frozen=True)
class Detectable:
    """Minimum detectable effect on the model's scale (log ratio, log odds, or units of y): simulated, and by the formula.

    false_positive_rate: share of draws that reject although their treatment is random. It should be near the level.
    """

    effect: float
    analytic: float
    false_positive_rate: float
    draws: int
    reason: str | None = None


def detectable_effect(
    design: Design,
    term: str,
    treatment: Treatment,
    assignments: Assignments,
    level: float = 0.95,
    power: float = 0.80,
) -> Detectable:
    """Return the smallest effect that is found, in its own direction, in at least `power` of the draws.

    In each draw the coefficient b and its CR1 error come from the permuted treatment; an effect d injected on the model's
    scale moves b to b + d and leaves the error as it is (exact for linear models, to first order for GLMs). It is found where
    (b + d) / error exceeds the t quantile with G-1 degrees of freedom; so the smallest d is a quantile of that quantile times
    the error minus b. The larger of the two directions counts. `analytic` is (z_level + z_power) x the median error, 2.8 x
    for 95 % and 80 % (Bloom 1995). The observed assignment is never used.
    """
    coefficients = permuted_coefficients(design, term, treatment, assignments)
    if coefficients is None or len(assignments.drawn) < 2:
        return Detectable(nan, nan, nan, 0, f"{NO_CONVERGENCE}: the model cannot be fitted without {term}")
    estimates, errors = (values[1:] for values in coefficients)
    known = np.isfinite(estimates) & np.isfinite(errors)
    estimates, errors = estimates[known], errors[known]
    if not len(estimates):
        return Detectable(nan, nan, nan, 0, f"{NO_CONVERGENCE}: no draw tells the coefficient of {term}")
    critical = float(student.ppf((1 + level) / 2, design.informative.cluster_groups.size - 1))
    needed = [np.quantile(critical * errors - side * estimates, power, method="higher") for side in (1, -1)]
    quantiles = norm.ppf((1 + level) / 2) + norm.ppf(power)
    return Detectable(
        effect=float(max(needed)),
        analytic=float(quantiles * np.median(errors)),
        false_positive_rate=float((np.abs(estimates) > critical * errors).mean()),
        draws=len(estimates),
    )
