"""What if some municipalities are in the wrong group: the worst case, and a simulation with probabilities.

Rounding and suppression leave open whether a share lies above the threshold, and a published definition may be read in more
than one way. The worst case asks which division of the uncertain municipalities makes the contrast smallest or largest; the
simulation draws divisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Contrast = Literal["difference", "ratio"]


@dataclass(frozen=True)
class WorstCase:
    """Bounds of a contrast over all divisions of the uncertain municipalities, and divisions that reach or near them.

    No division gives less than `low` or more than `high`. `low_reached` and `high_reached` are contrasts of real divisions;
    where they equal the bounds, these are exact. `active_when_low` and `active_when_high` (n,) are those divisions.
    """

    low: float
    high: float
    low_reached: float
    high_reached: float
    active_when_low: NDArray[np.bool_]
    active_when_high: NDArray[np.bool_]
    reason: str


def worst_case(
    numerator: ArrayLike,
    denominator: ArrayLike,
    is_active: ArrayLike,
    is_certain: ArrayLike,
    contrast: Contrast = "difference",
) -> WorstCase:
    """Bound the contrast of pooled ratios, active against not active, over all divisions of the uncertain (all inputs (n,)).

    Denominators are positive; with denominators of 1 the ratios are plain means. For a given denominator in a group the
    contrast is largest with the highest ratios in it, so if a municipality could be split, the best division would take
    the uncertain ones in the order of their ratios up to some point, at most one of them split. The bound is the maximum over
    those points (found in closed form within each municipality), hence never too narrow; it is exact where the maximum does not
    split a municipality (`low` equals `low_reached`). Both groups need a certain municipality, and for the ratio
    a positive numerator among the certain not active.
    """
    n, d = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    active, certain = np.asarray(is_active, dtype=bool), np.asarray(is_certain, dtype=bool)
    known, other = active & certain, ~active & certain
    reason = ""
    if not known.any() or not other.any():
        reason = f"{known.sum()} certainly active and {other.sum()} certainly not active municipalities; 1 of each needed"
    elif contrast == "ratio" and not (n[other].sum() > 0 and n[known].sum() > 0):
        reason = "the certain municipalities of a group have a ratio of 0"
    if reason:
        return WorstCase(np.nan, np.nan, np.nan, np.nan, active, active, reason)
    high, high_reached, when_high = _highest(n, d, known, other, contrast)
    # the contrast is lowest where that of not active against active is highest
    turned, turned_reached, turned_when = _highest(n, d, other, known, contrast)
    low, low_reached = (1 / turned, 1 / turned_reached) if contrast == "ratio" else (-turned, -turned_reached)
    return WorstCase(low, high, low_reached, high_reached, ~turned_when, when_high, "")


def simulated_divisions(
    numerator: ArrayLike,
    denominator: ArrayLike,
    probability_active: ArrayLike,
    *,
    weighting: Literal["pooled", "mean_of_municipalities"] = "pooled",
    draws: int = 9_999,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Draw who is active with the given probabilities (n,), and return what the contrast becomes.

    One row per term (active, not_active, difference, ratio): term, mean, lower, upper (quantiles at `level`), share_positive
    (draws in which the difference is above 0, or the ratio above 1; for the groups NaN) and draws in which both groups exist.
    """
    n, d = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    if weighting == "mean_of_municipalities":
        n, d = n / d, np.ones(len(d))
    chance = np.asarray(probability_active, dtype=np.float64)
    drawn = (np.random.default_rng(seed).random((draws, len(n))) < chance).astype(np.float64)
    of_active = drawn @ np.column_stack([n, d])
    of_other = np.array([n.sum(), d.sum()]) - of_active
    exists = (drawn.sum(axis=1) > 0) & (drawn.sum(axis=1) < len(n))
    with np.errstate(divide="ignore", invalid="ignore"):
        means = of_active[exists, 0] / of_active[exists, 1], of_other[exists, 0] / of_other[exists, 1]
        terms = {"active": means[0], "not_active": means[1], "difference": means[0] - means[1], "ratio": means[0] / means[1]}
    rows = []
    for term, values in terms.items():
        finite = values[np.isfinite(values)]
        lower, upper = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2]) if len(finite) else (np.nan, np.nan)
        null = {"difference": 0.0, "ratio": 1.0}.get(term, np.nan)
        positive = float((finite > null).mean()) if np.isfinite(null) and len(finite) else np.nan
        rows.append((term, finite.mean() if len(finite) else np.nan, lower, upper, positive, len(finite)))
    return pd.DataFrame(rows, columns=["term", "mean", "lower", "upper", "share_positive", "draws"])


def _highest(
    n: Array, d: Array, known: NDArray[np.bool_], other: NDArray[np.bool_], contrast: Contrast
) -> tuple[float, float, NDArray[np.bool_]]:
    """Bound of the highest contrast of the first group against the second, the highest reached, and who is then in it."""
    uncertain = np.flatnonzero(~known & ~other)
    order = uncertain[np.argsort(-n[uncertain] / d[uncertain], kind="stable")]
    # entry k: the first k in the order are in the group
    first = np.concatenate([[0.0], np.cumsum(n[order])]) + n[known].sum(), np.concatenate([[0.0], np.cumsum(d[order])])
    first = first[0], first[1] + d[known].sum()
    total_n, total_d = n.sum(), d.sum()
    values = _contrast(first[0], first[1], total_n, total_d, contrast)
    best = int(np.argmax(values))
    bound = float(values[best])
    for k, place in enumerate(order):
        split = _best_split(first[0][k], first[1][k], n[place], d[place], total_n, total_d, contrast)
        bound = max(bound, split)
    chosen = known.copy()
    chosen[order[:best]] = True
    return bound, float(values[best]), chosen


def _contrast(n: Array, d: Array, total_n: float, total_d: float, contrast: Contrast) -> Array:
    own, rest = n / d, (total_n - n) / (total_d - d)
    with np.errstate(divide="ignore"):
        return np.asarray(own / rest if contrast == "ratio" else own - rest)


def _best_split(n: float, d: float, part_n: float, part_d: float, total_n: float, total_d: float, contrast: Contrast) -> float:
    """The highest contrast with a fraction x between 0 and 1 of one municipality in the group; -inf if at an end."""
    gain, loss = part_n * d - n * part_d, part_n * (total_d - d) - (total_n - n) * part_d
    # derivatives: gain / (d + x part_d)^2 and loss / (rest_d - x part_d)^2, both of constant sign in x
    if not gain > 0 > loss:
        return -np.inf
    rest_n, rest_d = total_n - n, total_d - d
    if contrast == "difference":
        root = np.sqrt(-loss / gain)
        candidates = np.array([(rest_d - root * d) / (part_d * (1 + root))])
    else:
        # gain / ((n + x p)(d + x q)) + loss / ((rest_n - x p)(rest_d - x q)) = 0
        own = np.polymul([part_n, n], [part_d, d])
        rest = np.polymul([-part_n, rest_n], [-part_d, rest_d])
        roots = np.roots(np.polyadd(gain * rest, loss * own))
        candidates = roots[np.isreal(roots)].real
    inside = candidates[(candidates > 0) & (candidates < 1)]
    if not len(inside):
        return -np.inf
    return float(_contrast(n + inside * part_n, d + inside * part_d, total_n, total_d, contrast).max())
