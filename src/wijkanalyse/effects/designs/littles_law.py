"""How long help lasts, from how much is under way and how much begins and ends: Little's law (Little 1961).

In a steady state the mean stock is the flow times the mean duration, whatever the spread of durations. The published mean
duration is that of trajectories that ended; while a form of help grows, those are the short ones, for the long ones are still
under way. Stock over flow counts them. Where stock grows or the count of what belongs to it changes, the law no longer
holds exactly: the two variants, by what began and by what ended, then drift apart, and `imbalance` is not 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

FIELDS = ("stock_begin", "stock_end", "begun", "ended")
COLUMNS = ["mean_stock", "days", "days_by_inflow", "days_by_outflow", "imbalance", "lowest_days", "highest_days", "reason"]


def littles_law(flows: pd.DataFrame, period_days: float) -> pd.DataFrame:
    """Return the mean duration in days for each row of `flows` (stock_begin, stock_end, begun, ended: trajectories).

    Columns, with the index of `flows`: mean_stock (of begin and end); days: mean stock x period_days / mean of begun and ended,
    and with the inflow or the outflow alone; imbalance: (stock_end - stock_begin) - (begun - ended), trajectories that came
    or went without beginning or ending (0 in a closed count); lowest_days and highest_days: the same ratio if all that ended
    did so on the first day before anything began, or the other way round, so that the mean stock was as low or as high as the
    flows allow; reason. For a group of municipalities, add up their counts first: the law holds for sums.
    """
    begin, end, begun, ended = (flows[field].astype(np.float64) for field in FIELDS)
    mean_stock, flow = (begin + end) / 2, (begun + ended) / 2
    lowest, highest = _extreme_stocks(begin, end, begun, ended)
    table = pd.DataFrame(
        {
            "mean_stock": mean_stock,
            "days": mean_stock / flow,
            "days_by_inflow": mean_stock / begun,
            "days_by_outflow": mean_stock / ended,
            "imbalance": (end - begin) - (begun - ended),
            "lowest_days": lowest / flow,
            "highest_days": highest / flow,
        }
    )
    durations = [name for name in table.columns if "days" in name]
    table[durations] = (table[durations] * period_days).where(np.isfinite(table[durations]))
    reason = np.select(
        [flows[list(FIELDS)].isna().any(axis=1), flow.eq(0)], ["a stock or flow is unknown", "nothing began or ended"], ""
    )
    return table.assign(reason=reason)[COLUMNS]


def bounds_of_counts(low: pd.DataFrame, high: pd.DataFrame, period_days: float) -> pd.DataFrame:
    """Return `low` and `high` days between which the duration lies when each count lies between its bounds.

    `low`, `high`: frames as for `littles_law`. Exact: the duration rises with both stocks and falls with both flows, so its
    extremes are at the corners.
    """
    corners: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]] = {"low": (low, high), "high": (high, low)}
    found = {}
    for name, (stocks, flows) in corners.items():
        corner = pd.concat([stocks[["stock_begin", "stock_end"]], flows[["begun", "ended"]]], axis=1)
        days = littles_law(corner, period_days)["days"]
        # without any flow at the low end there is no upper bound
        is_open = corner["begun"].add(corner["ended"]).eq(0) & corner["stock_begin"].add(corner["stock_end"]).gt(0)
        found[name] = days.mask(is_open, np.inf)
    return pd.DataFrame(found)


def _extreme_stocks(begin: pd.Series, end: pd.Series, begun: pd.Series, ended: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The lowest and highest mean stock that a path from begin to end with these flows can have."""
    # seen from the begin and from the end, which agree when the count is closed
    lowest = (begin - ended).where(begin - ended < end - begun, end - begun).clip(lower=0)
    highest = (begin + begun).where(begin + begun > end + ended, end + ended)
    return lowest, highest
