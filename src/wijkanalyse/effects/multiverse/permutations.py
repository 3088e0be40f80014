"""The whole curve against chance: what it would look like had the teams' paths fallen to other municipalities.

The specifications of a curve rest on the same figures, so their p-values cannot be counted up. Instead the path of a
municipality (its shares of all years, in every reading) is given to another of like size in the same region, for all
specifications at once, and the curve is computed again (Simonsohn, Simmons and Nelson 2020). Statistics are studentised, so
that the test also holds approximately where the groups differ in spread (Wu and Ding 2021). It says nothing about mechanical
specifications but that construction is no chance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import t as student

from wijkanalyse.effects.multiverse.curve import Curve
from wijkanalyse.effects.multiverse.declaration import Declaration, Permutations
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.figures import Figures, Floats, Ints
from wijkanalyse.effects.multiverse.schemas import ESTIMATED, MECHANICAL, SIDES, JointTest, Permuted
from wijkanalyse.effects.multiverse.specifications import by_contrast, by_side, rows_of

_SIZE = "population_0_22"
_AT_ONCE = 128
"""Permutations that a curve is computed for at a time; bounds the memory."""

_TWO_SIDED = {"median_statistic": True, "median_estimate": True, "share_negative": True, "share_significant": False}
"""The statistics, and whether one on either side of the middle is extreme, or only a large one."""


def strata(figures: Figures, plan: Permutations) -> Ints:
    """The stratum of each municipality: its region, its size among those of the region, and the panels that have it.

    Size is the number of young people in the first year that it is known for. A municipality without one has a stratum of its
    own.
    """
    panels = sorted({boundaries for boundaries, _ in figures.arrays}, key=lambda year: (year is not None, year))
    sizes = np.array([_first_known(figures.of(panel, _SIZE, "filled", figures.years)) for panel in panels])
    has = np.isfinite(sizes)
    size = pd.DataFrame(sizes).bfill().iloc[0].to_numpy()
    region = figures.regions[panels[0], plan.region]
    for panel in panels[1:]:
        region = np.where(region < 0, figures.regions[panel, plan.region], region)
    keys = pd.DataFrame({"region": region, "panels": ["".join(map(str, each.astype(int))) for each in has.T], "size": size})
    rank = keys.groupby(["region", "panels"])["size"].rank(method="first", pct=True)
    keys["class"] = np.ceil(rank * plan.size_classes).fillna(-1)
    alone = ~has.any(axis=0)
    found = keys.groupby(["region", "panels", "class"], sort=True).ngroup().to_numpy(dtype=np.int64)
    return np.where(alone, found.max() + 1 + np.arange(len(found)), found)


def permutations_of(stratum: Ints, seed: int, numbers: range) -> Ints:
    """Permutations `numbers` (each its own generator, so that any part of them can be made apart): P x municipalities."""
    home = np.argsort(stratum, kind="stable")
    made = np.empty((len(numbers), len(stratum)), dtype=np.int64)
    for row, number in zip(made, numbers, strict=True):
        row[home] = np.lexsort((np.random.default_rng([seed, 500, number]).random(len(stratum)), stratum))
    return made


def permute(declaration: Declaration, figures: Figures, declared: pd.DataFrame, numbers: range) -> pd.DataFrame:
    """Return the curves of the permutations `numbers` in a few figures each, as in `Permuted`."""
    stratum = strata(figures, declaration.permutations)
    made = []
    for contrast, table in by_contrast(declared):
        curve = Curve(Space(declaration, contrast, figures), rows_of(Space(declaration, contrast, figures), table))
        sides = {side: table["mechanical"].eq(side == MECHANICAL).to_numpy() for side in SIDES}
        for first in range(numbers.start, numbers.stop, _AT_ONCE):
            part = range(first, min(first + _AT_ONCE, numbers.stop))
            paths = permutations_of(stratum, declaration.seed, part)
            estimate, statistic, clusters = curve.fit_permuted(paths, np.float32)
            for side, mask in sides.items():
                figures_of = summarise(estimate[mask], statistic[mask], clusters[mask], declaration.level)
                made.append(pd.DataFrame({"contrast": contrast, "side": side, "permutation": part, **figures_of}))
    return pd.concat(made, ignore_index=True)[list(Permuted.to_schema().columns)]


def summarise(estimate: Floats, statistic: Floats, clusters: Ints, level: float) -> dict[str, Floats]:
    """The figures of a curve (columns of specifications x curves): NaN estimates do not count."""
    freedom = np.maximum(clusters - 1, 1)
    critical = student.ppf((1 + level) / 2, np.arange(1, freedom.max(initial=1) + 1))[freedom - 1]
    known = np.isfinite(statistic)
    count = np.count_nonzero(known, axis=0)
    some = np.where(count > 0, count, np.nan)
    with np.errstate(invalid="ignore"):
        return {
            "median_statistic": _median(statistic, count),
            "median_estimate": _median(estimate, count),
            "share_negative": np.count_nonzero(estimate < 0, axis=0) / some,
            "share_significant": np.count_nonzero(np.abs(statistic) > critical, axis=0) / some,
            "specifications": count,
        }


def joint_test(declaration: Declaration, estimated: pd.DataFrame, permuted: pd.DataFrame) -> pd.DataFrame:
    """Set every curve against its permutations; returns a frame as in `JointTest`.

    The p-value is the part of the curves, the observed one among them, that lie at least as far from their middle (of the share
    that is significant: that is at least as large).
    """
    rows = []
    for contrast, side, table in by_side(estimated):
        known = table[table["status"].eq(ESTIMATED)]
        columns = [known[name].to_numpy()[:, None] for name in ("estimate", "statistic", "clusters")]
        observed = summarise(columns[0], columns[1], columns[2], declaration.level)
        null = permuted[permuted["contrast"].eq(contrast) & permuted["side"].eq(side)]
        for name, is_two_sided in _TWO_SIDED.items():
            values = null[name].to_numpy()
            seen = float(observed[name][0])
            p, quantiles = _judged(values, seen, is_two_sided) if len(known) else (np.nan, np.full(3, np.nan))
            rows.append(
                {
                    "contrast": contrast,
                    "side": side,
                    "statistic": name,
                    "observed": seen,
                    **dict(zip(("null_low", "null_median", "null_high"), quantiles, strict=True)),
                    "p": p,
                    "permutations": len(values),
                    "specifications": len(known),
                    "source": table["source"].iloc[0],
                }
            )
    return pd.DataFrame(rows)[list(JointTest.to_schema().columns)]


def _judged(values: Floats, seen: float, is_two_sided: bool) -> tuple[float, Floats]:
    """The p-value of an observed statistic among those of the permutations, and their quantiles."""
    # strata differ, so the middle of the permutations need not be zero; the observed curve is one of them
    middle = float(np.nanmedian(np.append(values, seen))) if is_two_sided else 0.0
    # equal curves may differ in their last digit
    as_far = np.count_nonzero(np.abs(values - middle) >= abs(seen - middle) * (1 - 1e-9))
    return (1 + as_far) / (1 + len(values)), np.nanquantile(values, [0.025, 0.5, 0.975])


def _median(values: Floats, count: Ints) -> Floats:
    """Median of each column without its NaN, which sorting puts last."""
    ordered = np.sort(values, axis=0)
    if not len(ordered):
        return np.full(len(count), np.nan)
    place = np.arange(len(count))
    low, high = ordered[np.maximum(count - 1, 0) // 2, place], ordered[np.minimum(count // 2, len(ordered) - 1), place]
    return np.where(count > 0, (low + high) / 2, np.nan)


def _first_known(values: Floats) -> Floats:
    """The first figure of each row that is there."""
    first = np.isfinite(values).argmax(axis=1)
    return values[np.arange(len(values)), first]
