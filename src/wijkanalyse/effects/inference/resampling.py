"""The wild cluster bootstrap under the null, for linear models and GLMs alike.

Each model is linearised at its estimates under the null: the bootstrap multiplies the score of each cluster by a random
weight and works out the coefficient and its CR1 error from that. For a linear model this is exactly the restricted wild
cluster bootstrap WCR11 (Cameron, Gelbach & Miller 2008; Roodman et al. 2019); for a GLM it is the score bootstrap of Kline &
Santos (2012) in the studentised form of MacKinnon, Nielsen & Webb (2025, "WCLR"). No model is refitted per draw, and only
cluster sums are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import inf, nan
from typing import Final, Literal

import numpy as np

from wijkanalyse.effects.models.design import Design
from wijkanalyse.effects.models.engine import Contributions, contributions, estimate, scaled_solve
from wijkanalyse.effects.models.fitted import Fit
from wijkanalyse.effects.models.groups import FloatArray
from wijkanalyse.effects.models.problems import NO_CONVERGENCE

Weights = Literal["rademacher", "webb"]
DRAWS: Final = 9_999
# with fewer clusters Rademacher weights give too few different samples (MacKinnon, Nielsen & Webb 2023)
FEW_CLUSTERS: Final = 13
WEBB: Final = np.sqrt(np.array([0.5, 1.0, 1.5]))
# draws that equal the observed statistic but for rounding count as equal
TIE: Final = 1e-9
# how finely the ends of the interval are found, in standard errors, and how far is looked
PRECISION, FARTHEST = 1e-3, 64.0


@dataclass(frozen=True)
class Bootstrap:
    """p value of ``coefficient == null``, and the interval of all values that are not rejected (NaN where not asked for)."""

    p: float
    statistic: float
    lower: float
    upper: float
    draws: int
    exact: bool
    reason: str | None = None


def wild_bootstrap(
    design: Design,
    fit: Fit,
    term: str,
    seed: int,
    draws: int = DRAWS,
    null: float = 0.0,
    level: float | None = 0.95,
    weights: Weights | None = None,
) -> Bootstrap:
    """Test ``coefficient of term == null`` by the restricted wild cluster bootstrap, and invert the test to an interval.

    `weights`: by default Rademacher, with fewer than 13 clusters Webb's six points. All 2^G sign changes are gone through
    where that takes no more than `draws` (Rademacher only). p is (1 + as extreme) / (1 + draws), or the exact share.
    `level` None: no interval. The ends are found to a thousandth of the standard error; inf where no value is rejected.
    """
    if fit.reason:
        return Bootstrap(nan, nan, nan, nan, 0, False, fit.reason)
    design = design.informative
    clusters = design.cluster_groups.size
    kind = weights or ("webb" if clusters < FEW_CLUSTERS and 2**clusters > draws else "rademacher")
    multipliers, exact = multipliers_of(clusters, draws, kind, np.random.default_rng(seed))
    statistic, p = _test(design, fit, term, null, multipliers, exact)
    if np.isnan(p):
        reason = f"{NO_CONVERGENCE}: the model cannot be fitted with {term} held at {null:g}"
        return Bootstrap(nan, nan, nan, nan, 0, False, reason)
    lower = upper = nan
    if level is not None:
        lower, upper = (_end(design, fit, term, multipliers, exact, 1 - level, side) for side in (-1, 1))
    return Bootstrap(p, statistic, lower, upper, len(multipliers), exact)


def multipliers_of(clusters: int, draws: int, kind: Weights, rng: np.random.Generator) -> tuple[FloatArray, bool]:
    """Return the weight of each cluster in each draw, (draws, G), and whether they are all there are."""
    if kind == "rademacher" and 2**clusters <= draws:
        return np.array(list(product((1.0, -1.0), repeat=clusters))), True
    values = rng.choice(np.array([-1.0, 1.0]), size=(draws, clusters))
    if kind == "webb":
        values *= rng.choice(WEBB, size=(draws, clusters))
    return values, False


def share_as_extreme(statistic: float, drawn: FloatArray, exact: bool) -> float:
    """Return the p value of |statistic| among |drawn| (draws,); a draw without a value counts as extreme."""
    hits = int((~(np.abs(drawn) < abs(statistic) * (1 - TIE))).sum())
    return hits / len(drawn) if exact else (1 + hits) / (1 + len(drawn))


def _test(design: Design, fit: Fit, term: str, null: float, multipliers: FloatArray, exact: bool) -> tuple[float, float]:
    """Statistic and p value of one null value; NaN where the restricted model cannot be fitted."""
    column = design.position(term)
    restricted, converged = estimate(design.without(term, null), start=np.delete(fit.params, column))
    if not converged:
        return nan, nan
    parts = contributions(design, np.insert(restricted, column, null))
    contrast = fit.contrast(term)
    observed = _statistics(parts, contrast, np.ones((1, len(parts.scores))))[0]
    return float(observed), share_as_extreme(observed, _statistics(parts, contrast, multipliers), exact)


def _statistics(parts: Contributions, contrast: FloatArray, multipliers: FloatArray) -> FloatArray:
    """The t statistic of the linearised model in each draw, (draws,).

    With scores s_g at the null and inverse information B: the coefficient is c'B sum v_g s_g, and the cluster scores after
    its estimation are v_g s_g - I_g B sum v_h s_h, whose c'B-th squares make the CR1 variance. Written out, everything is
    products of the draws with small matrices.
    """
    pick = scaled_solve(parts.total, contrast)
    own = parts.scores @ pick  # (G,)
    taken = scaled_solve(parts.total, (parts.information @ pick).T).T  # (G, k): c'B I_g B
    k = len(contrast)
    products = multipliers @ np.column_stack([parts.scores, own[:, None] * taken, own])
    sums, crossed, estimates = products[:, :k], products[:, k:-1], products[:, -1]
    same_size = np.abs(np.abs(multipliers[0]) - 1).max() == 0  # Rademacher: the squares are all one
    squares = (own**2).sum() if same_size else multipliers**2 @ own**2
    variances = squares - 2 * (sums * crossed).sum(axis=1) + ((sums @ (taken.T @ taken)) * sums).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return estimates / np.sqrt(parts.factor * np.maximum(variances, 0))


def _end(design: Design, fit: Fit, term: str, multipliers: FloatArray, exact: bool, alpha: float, side: int) -> float:
    """The end of the interval on one side: the value at which the test begins to reject."""
    error, centre = fit.error(term), fit.estimate(term)
    inside, outside = 0.0, 2.0
    while True:
        p = _test(design, fit, term, centre + side * outside * error, multipliers, exact)[1]
        if np.isnan(p):
            return nan
        if p <= alpha:
            break
        inside, outside = outside, 1.5 * outside
        if outside > FARTHEST:
            return side * inf
    while outside - inside > PRECISION:
        middle = (inside + outside) / 2
        p = _test(design, fit, term, centre + side * middle * error, multipliers, exact)[1]
        inside, outside = (inside, middle) if p <= alpha else (middle, outside)
    return centre + side * (inside + outside) / 2 * error
