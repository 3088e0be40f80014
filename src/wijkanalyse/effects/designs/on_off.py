"""Municipalities that became active and municipalities that stopped: the effect in the year of the change (DID_M).

de Chaisemartin & D'Haultfoeuille (2020, AER 110(9)): joiners are compared with municipalities that stay not active, leavers
with municipalities that stay active, from one year to the next. Nothing is assumed about effects being the same; that
there is no effect of earlier years is assumed, which `switchers` does not.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
COLUMNS = ["term", "value", "standard_error", "lower", "upper", "joiners", "leavers", "draws", "reason"]


def did_m(panel: pd.DataFrame, *, outcome: str, level: float = 0.95, draws: int = 9_999, seed: int = 0) -> pd.DataFrame:
    """Estimate DID_M, its two halves and its placebo, with intervals from a cluster bootstrap.

    `panel`: one row per unit and year with unit, year, is_active (bool) and `outcome`; optionally weight (default 1) and
    cluster (default the unit). Returns one row per term with the columns in `COLUMNS`: did_m (switchers of both kinds),
    joiners, leavers, and placebo: the same comparison over the two years before the switch, for switchers and controls
    that did not change in those years; it should be 0. A year without municipalities that stay as they were is left out.
    Standard error and percentile interval over the draws in which the term exists. A term without switchers has a reason.
    """
    rows = panel[panel[outcome].notna()]
    table = rows.pivot(index="unit", columns="year", values=outcome)
    years = np.arange(int(rows["year"].min()), int(rows["year"].max()) + 1)
    outcomes = table.reindex(columns=years).to_numpy(dtype=np.float64)
    states = rows.pivot(index="unit", columns="year", values="is_active").astype(np.float64)
    active = states.reindex(columns=years).to_numpy(dtype=np.float64)
    first = rows.sort_values(["unit", "year"]).groupby("unit").first()
    weights = first["weight"].to_numpy(dtype=np.float64) if "weight" in first else np.ones(len(first))
    clusters = first["cluster"] if "cluster" in first else pd.Series(first.index, index=first.index)
    sums = np.concatenate([_sums(outcomes, active, weights), _sums(*_one_year_earlier(outcomes, active), weights)], axis=1)
    number = pd.factorize(clusters)[0]
    totals = np.zeros((number.max() + 1, *sums.shape[1:]))
    np.add.at(totals, number, sums)
    values = _estimates(totals.sum(axis=0))
    rng = np.random.default_rng(seed)
    times_drawn = rng.multinomial(len(totals), np.full(len(totals), 1 / len(totals)), size=draws).astype(np.float64)
    drawn = _estimates((times_drawn @ totals.reshape(len(totals), -1)).reshape(draws, *totals.shape[1:]))
    joiners, leavers = (int((np.diff(active, axis=1) == change).sum()) for change in (1, -1))
    rows_out = []
    for place, term in enumerate(("did_m", "joiners", "leavers", "placebo")):
        sample = drawn[np.isfinite(drawn[:, place]), place]
        is_known = np.isfinite(values[place]) and len(sample) > 1
        lower, upper = np.quantile(sample, [(1 - level) / 2, (1 + level) / 2]) if is_known else (np.nan, np.nan)
        error = sample.std(ddof=1) if is_known else np.nan
        reason = "" if np.isfinite(values[place]) else "no switchers in a year in which others stayed as they were"
        rows_out.append((term, values[place], error, lower, upper, joiners, leavers, len(sample), reason))
    return pd.DataFrame(rows_out, columns=COLUMNS)


def _one_year_earlier(outcomes: Array, active: Array) -> tuple[Array, Array]:
    """For the placebo: the outcome of the year before, and who did not change in the year before the one looked at."""
    earlier = np.full_like(outcomes, np.nan)
    earlier[:, 1:] = outcomes[:, :-1]
    unchanged = np.full_like(outcomes, np.nan)
    unchanged[:, 1:-1] = np.where(active[:, :-2] == active[:, 1:-1], active[:, 1:-1], np.nan)
    return earlier, np.stack([unchanged[:, :-1], active[:, 1:]])


def _sums(outcomes: Array, active: Array, weights: Array) -> Array:
    """Weight and weighted change of joiners, stayers-out, leavers and stayers-in: shape (units, 1, years - 1, 4, 2).

    `active`: (units, years), or the states before and after each step, (2, units, years - 1).
    """
    change = np.diff(outcomes, axis=1)
    before, after = (active[:, :-1], active[:, 1:]) if active.ndim == 2 else active
    kinds = [(0, 1), (0, 0), (1, 0), (1, 1)]
    masks = np.stack([(before == b) & (after == a) & np.isfinite(change) for b, a in kinds], axis=-1)
    weight = masks * weights[:, None, None]
    return np.stack([weight, weight * np.nan_to_num(change)[..., None]], axis=-1)[:, None]


def _estimates(totals: Array) -> Array:
    """did_m, joiners, leavers, placebo along the last axis, from sums of shape (..., 2, years - 1, 4, 2)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = totals[..., 1] / totals[..., 0]
        effects = np.stack([mean[..., 0] - mean[..., 1], mean[..., 3] - mean[..., 2]], axis=-1)
        switchers = np.where(np.isfinite(effects), totals[..., [0, 2], 0], 0.0)
        products = np.where(switchers > 0, effects, 0.0) * switchers
        both = products.sum(axis=(-2, -1)) / switchers.sum(axis=(-2, -1))
        halves = products.sum(axis=-2) / switchers.sum(axis=-2)
    return np.stack([both[..., 0], halves[..., 0, 0], halves[..., 0, 1], both[..., 1]], axis=-1)
