"""Agreement between coders: Krippendorff's alpha, Cohen's kappa, Gwet's AC1, and the share of equal decisions.

Kappa and alpha fall when nearly all decisions are the same, however often the coders agree (Feinstein & Cicchetti 1990); AC1
does not. None of them alone tells the whole, so they stand side by side.

Ratings come as an array of coders x units of whole category codes, -1 where a coder gave none.
"""

from __future__ import annotations

import math
from typing import Final, Literal

import numpy as np
from scipy.stats import norm
from statsmodels.stats.inter_rater import cohens_kappa

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.synthesis.meta import LEVEL

Metric = Literal["nominal", "ordinal", "interval", "ratio"]

# Above this share of bootstrap samples in which alpha does not exist (no two different codes), no interval is given.
_MOST_UNDEFINED: Final = 0.05


def krippendorff_alpha(ratings: np.ndarray, metric: Metric = "nominal") -> float:
    """Return Krippendorff's alpha (2011, "Computing Krippendorff's alpha-reliability"); 1 = full agreement, 0 = chance.

    The codes are themselves the values for the metrics interval and ratio. Units with fewer than two codes say nothing and
    are left out. NaN where no two codes differ: there is then no variation on which to be reliable.
    """
    return float(_alpha(coincidences(ratings).sum(axis=0), metric))


def alpha_interval(
    units: np.ndarray, rng: np.random.Generator, replicates: int, metric: Metric = "nominal", level: float = LEVEL
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of alpha: units drawn anew with replacement.

    units: coincidences per unit (`coincidences`), units x categories x categories; a unit may hold several decisions (a report
    with its themes), and these then stay together. NaN, NaN with fewer than two units, or where more than 5 % of the samples
    have no two different codes.
    """
    size = len(units)
    if size < 2:
        return math.nan, math.nan
    drawn = rng.multinomial(size, np.full(size, 1 / size), size=replicates)
    alphas = _alpha(np.tensordot(drawn, units, axes=1), metric)
    if np.isnan(alphas).mean() > _MOST_UNDEFINED:
        return math.nan, math.nan
    lower, upper = np.nanquantile(alphas, [0.5 - level / 2, 0.5 + level / 2])
    return float(lower), float(upper)


def coincidences(ratings: np.ndarray, categories: int | None = None) -> np.ndarray:
    """Return per unit how often each pair of codes meets, divided by the coders of the unit minus one.

    Shape units x categories x categories; a unit with fewer than two codes is all zero.
    """
    codes = _checked(ratings)
    size = int(codes.max()) + 1 if categories is None else categories
    counts = np.stack([(codes == code).sum(axis=0) for code in range(size)], axis=1).astype(float)
    coders = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    index = np.arange(size)
    pairs[:, index, index] -= counts
    return np.where(coders[:, None, None] > 1, pairs / np.maximum(coders - 1, 1)[:, None, None], 0.0)


def gwet_ac1(ratings: np.ndarray, categories: int | None = None) -> float:
    """Return Gwet's AC1 (2008) for any number of coders, with missing codes; NaN without a unit with two codes.

    categories: how many codes there are; by default those that occur.
    """
    codes = _checked(ratings)
    values = range(categories) if categories else np.unique(codes[codes >= 0])
    counts = np.stack([(codes == code).sum(axis=0) for code in values], axis=1).astype(float)
    coders = counts.sum(axis=1)
    counts, coders = counts[coders > 0], coders[coders > 0]
    compared = coders > 1
    if not compared.any():
        return math.nan
    agreed = (counts * (counts - 1)).sum(axis=1)[compared] / (coders * (coders - 1))[compared]
    share = (counts / coders[:, None]).mean(axis=0)
    chance = float(np.sum(share * (1 - share)) / (len(share) - 1)) if len(share) > 1 else 0.0
    return float((agreed.mean() - chance) / (1 - chance))


def percent_agreement(ratings: np.ndarray) -> float:
    """Return the share of pairs of codes on one unit that are equal, mean over units with two codes or more; percent."""
    codes = _checked(ratings)
    counts = np.stack([(codes == code).sum(axis=0) for code in np.unique(codes[codes >= 0])], axis=1).astype(float)
    coders = counts.sum(axis=1)
    compared = coders > 1
    if not compared.any():
        return math.nan
    return float(100 * ((counts * (counts - 1)).sum(axis=1)[compared] / (coders * (coders - 1))[compared]).mean())


def cohen_kappa(first: np.ndarray, second: np.ndarray, level: float = LEVEL) -> tuple[float, float, float]:
    """Return Cohen's kappa of two coders and its normal interval (statsmodels), the interval cut at -1 and 1.

    first, second: whole category codes, one per unit, none missing. NaN where both gave one and the same code throughout; no
    interval where its width would be zero (full agreement, or a coder who gave one code): nobody is that sure.
    """
    a, b = np.asarray(first), np.asarray(second)
    if a.shape != b.shape or not len(a):
        raise WijkanalyseError(f"Expected the codes of two coders on the same units; found {a.shape} and {b.shape}.")
    if len(np.unique([a, b])) < 2:
        return math.nan, math.nan, math.nan
    size = int(max(a.max(), b.max())) + 1
    table = np.zeros((size, size))
    np.add.at(table, (a, b), 1)
    used = (table.sum(axis=0) + table.sum(axis=1)) > 0
    # its test against zero divides by zero where a coder gave one code; the test is not used
    with np.errstate(invalid="ignore", divide="ignore"):
        result = cohens_kappa(table[np.ix_(used, used)])
    kappa, half = float(result.kappa), float(norm.ppf(0.5 + level / 2) * math.sqrt(max(float(result.var_kappa), 0.0)))
    if half < 1e-9:
        return kappa, math.nan, math.nan
    return kappa, max(kappa - half, -1.0), min(kappa + half, 1.0)


def _alpha(matrices: np.ndarray, metric: Metric) -> np.ndarray:
    """Alpha of one matrix of coincidences, or of each of several (any number of leading axes)."""
    marginals = matrices.sum(axis=-1)
    n = marginals.sum(axis=-1)
    difference = _difference(marginals, metric)
    observed = (matrices * difference).sum(axis=(-2, -1))
    expected = (marginals[..., :, None] * marginals[..., None, :] * difference).sum(axis=(-2, -1))
    defined = expected > 0
    return np.where(defined, 1 - (n - 1) * observed / np.where(defined, expected, 1.0), np.nan)


def _difference(marginals: np.ndarray, metric: Metric) -> np.ndarray:
    """Squared difference between each two codes (Krippendorff 2011); the ordinal one depends on how often codes occur."""
    size = marginals.shape[-1]
    codes = np.arange(size, dtype=float)
    if metric == "nominal":
        return 1 - np.eye(size)
    if metric == "interval":
        return (codes[:, None] - codes[None, :]) ** 2
    if metric == "ratio":
        total = codes[:, None] + codes[None, :]
        return np.divide(codes[:, None] - codes[None, :], total, out=np.zeros((size, size)), where=total > 0) ** 2
    below = np.cumsum(marginals, axis=-1)
    middle = below - marginals / 2
    return (middle[..., :, None] - middle[..., None, :]) ** 2


def _checked(ratings: np.ndarray) -> np.ndarray:
    codes = np.asarray(ratings)
    if codes.ndim != 2 or not np.issubdtype(codes.dtype, np.integer) or codes.shape[0] < 2 or not (codes >= 0).any():
        raise WijkanalyseError(
            f"Expected whole codes of at least two coders (coders x units, -1 for none); found {codes.dtype} of {codes.shape}."
        )
    return codes
