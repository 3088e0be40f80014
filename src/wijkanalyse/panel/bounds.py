"""Narrowing what a suppressed count can be, from the totals that CBS did print.

A '.' stands for 0 to 7. But CBS also prints the total of the municipality's youth region, its province and the country,
and the whole of which a form of help is a part. Each total leaves its suppressed members only so much room. The same
arithmetic serves all of them: a member is at least the total minus what the others can be at most, and at most the total
minus what the others must be at least.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wijkanalyse.cells import PUBLISHED, SUPPRESSED

log = logging.getLogger(__name__)

PASSES = 3
"""Each pass lets a narrower region help a narrower form of help and the other way round; later ones change little."""


def tighten(cells: pd.DataFrame, members: pd.DataFrame, sum_of: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return `cells` with narrower `low` and `high` for suppressed counts.

    `cells`: counts with region, period, year, variable, low, high, reason, also of the regions above the municipalities.
    `members`: year, region (above), gm_code: which municipality lies where. `sum_of`: variable -> the variables that add up
    to it. Bounds never widen, and a total that contradicts its members (a region that CBS counts on another division) is
    left aside. The bounds of whole counts are whole numbers for suppressed cells.
    """
    # who is a member of what does not change as bounds narrow, so it is looked up once; by categories that is fast
    known = cells[cells["low"].notna() & cells["high"].notna()].reset_index(names="member")
    places = pd.CategoricalDtype(pd.unique(pd.concat([cells["region"], members["region"], members["gm_code"]])))
    known = known.astype({"region": places, "period": "category", "variable": "category"})
    members = members.astype({"region": places, "gm_code": places})
    groups = [group for group in (_region_totals(known, members), _form_totals(known, sum_of)) if not group.empty]
    for _ in range(PASSES):
        for group in groups:
            cells = _within(cells, group)
    return cells


def _within(cells: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Narrow the members of each group (index of `cells`: `member`, group: `group`) to what its total leaves them.

    `groups` has the columns member, group, total_low, total_high.
    """
    low, high = cells["low"].to_numpy(copy=True), cells["high"].to_numpy(copy=True)
    place = cells.index.get_indexer(pd.Index(groups["member"]))
    number, _ = pd.factorize(groups["group"])
    sum_low = np.bincount(number, weights=low[place])
    sum_high = np.bincount(number, weights=high[place])
    total_low, total_high = groups["total_low"].to_numpy(), groups["total_high"].to_numpy()
    agrees = (total_high >= sum_low[number]) & (total_low <= sum_high[number])
    is_open = cells["reason"].eq(SUPPRESSED).to_numpy()[place] & agrees
    floor = np.ceil(total_low - (sum_high[number] - high[place]) - 1e-9)
    ceiling = np.floor(total_high - (sum_low[number] - low[place]) + 1e-9)
    # several groups may hold the same member: the narrowest bounds of all stand
    np.maximum.at(low, place[is_open], floor[is_open])
    np.minimum.at(high, place[is_open], ceiling[is_open])
    crossed = low > high
    low[crossed], high[crossed] = cells["low"].to_numpy()[crossed], cells["high"].to_numpy()[crossed]
    return cells.assign(low=low, high=high)


def _region_totals(known: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Municipalities grouped by the regions whose total is printed."""
    # only what has a suppressed cell somewhere can become narrower
    open_cells = known.loc[known["reason"].eq(SUPPRESSED), ["period", "variable"]].drop_duplicates()
    known = known.merge(open_cells, on=["period", "variable"])
    totals = known[known["reason"].eq(PUBLISHED) & known["region"].isin(members["region"].unique())]
    totals = totals.rename(columns={"low": "total_low", "high": "total_high"})[
        ["region", "period", "year", "variable", "total_low", "total_high"]
    ]
    wanted = totals.merge(members, on=["year", "region"], how="inner")
    parts = known[["member", "region", "period", "variable"]].rename(columns={"region": "gm_code"})
    found = wanted.merge(parts, on=["gm_code", "period", "variable"], how="left")
    found["group"] = found.groupby(["region", "period", "variable"]).ngroup()
    # a region with a member whose count is unknown leaves the others any room
    incomplete = found.loc[found["member"].isna(), "group"].unique()
    found = found[~found["group"].isin(incomplete)]
    return found.astype({"member": int})[["member", "group", "total_low", "total_high"]]


def _form_totals(known: pd.DataFrame, sum_of: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Forms of help grouped by the whole that they add up to, per region and period."""
    frames = []
    for whole, parts in sum_of.items():
        totals = known[known["variable"].eq(whole) & known["reason"].eq(PUBLISHED)]
        totals = totals.rename(columns={"low": "total_low", "high": "total_high"})[
            ["region", "period", "total_low", "total_high"]
        ]
        found = known.loc[known["variable"].isin(list(parts)), ["member", "region", "period"]]
        found = found.merge(totals, on=["region", "period"], how="inner")
        found["group"] = whole + found.groupby(["region", "period"]).ngroup().astype(str)
        frames.append(found[found.groupby("group")["member"].transform("size").eq(len(parts))])
    columns = ["member", "group", "total_low", "total_high"]
    return pd.concat(frames)[columns] if frames else pd.DataFrame(columns=columns)
