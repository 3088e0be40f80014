"""Bringing municipal figures of any year to the boundaries of one year."""

from __future__ import annotations

from functools import cache
from typing import Final

import pandas as pd

from wijkanalyse.cells import LARGEST_SUPPRESSED, NOT_PUBLISHED, SUPPRESSED, least_known
from wijkanalyse.errors import WijkanalyseError, listing
from wijkanalyse.frames import rows
from wijkanalyse.municipalities import codes_in_force, mergers

SPLIT_BY: Final = "population_0_22"
"""The count by which a merged municipality is divided over what it was made of."""


def successors(from_year: int, to_year: int, inhabitants: pd.Series | None = None) -> pd.DataFrame:
    """Return in which municipality of `to_year` each one of `from_year` lies, and with which share.

    Columns `from_code`, `gm_code`, `share` (shares of one `from_code` sum to 1). Boundaries are those of 1 January; a
    renamed municipality is its own successor. Source: the list of mergers of the package `municipalities`.

    Going back, a merged municipality is divided over what it was made of, in proportion to `inhabitants` (index: codes of
    `to_year`): an estimate, where going forward is a sum. A share is NaN where the inhabitants are not known.
    """
    if to_year >= from_year:
        return _forward(from_year, to_year)
    links = _forward(to_year, from_year).rename(columns={"from_code": "gm_code", "gm_code": "from_code"})
    sizes = links["gm_code"].map(inhabitants if inhabitants is not None else pd.Series(dtype=float)) * links["share"]
    is_alone = links.groupby("from_code")["gm_code"].transform("size").eq(1)
    total = sizes.groupby(links["from_code"]).transform(lambda parts: parts.sum(skipna=False))
    links = links.assign(share=(sizes / total).mask(is_alone, 1.0))
    return links[["from_code", "gm_code", "share"]].sort_values(["from_code", "gm_code"], ignore_index=True)


def _forward(from_year: int, to_year: int) -> pd.DataFrame:
    links = {code: {code: 1.0} for code in sorted(codes_in_force(from_year))}
    for date, moves in _moves().items():
        if not pd.Timestamp(from_year, 1, 1) < date <= pd.Timestamp(to_year, 1, 1):
            continue
        for origin, places in links.items():
            went: dict[str, float] = {}
            for code, share in places.items():
                for successor, part in moves.get(code, [(code, 1.0)]):
                    went[successor] = went.get(successor, 0.0) + share * part
            links[origin] = went
    found = [(origin, code, share) for origin, places in links.items() for code, share in sorted(places.items())]
    return pd.DataFrame(found, columns=["from_code", "gm_code", "share"])


@cache
def _moves() -> dict[pd.Timestamp, dict[str, list[tuple[str, float]]]]:
    """By date, in order: what each municipality that ended went over into, and with which share."""
    moves: dict[pd.Timestamp, dict[str, list[tuple[str, float]]]] = {}
    for row in rows(mergers().sort_values("date")):
        moves.setdefault(row.date, {}).setdefault(row.from_code, []).append((row.to_code, row.share))
    return moves


def harmonise(cells: pd.DataFrame, to_year: int, suppressed_value: float, mean_of: dict[str, str]) -> pd.DataFrame:
    """Bring yearly municipal cells to the boundaries of `to_year`.

    `cells` has the columns region, year, division (the year of the boundaries that the region is of), variable, value, low,
    high, reason, one row per region, year and variable; regions that were no municipality of their division are left out.
    Figures of later years are divided over the municipalities of `to_year` by their inhabitants of 0 to 22 (`SPLIT_BY`).
    Counts are summed with the shares of the mergers, a suppressed count as `suppressed_value` (0 to 7, its place between its
    own bounds); a mean named in `mean_of` becomes the mean weighted with the count that it is a mean of.

    Returns gm_code, year, variable, value, low, high, parts, suppressed, is_estimated (a divided municipality is in it),
    reason. A count is empty when any of its parts was not published or has no row; a mean leaves out parts without a
    published mean. Raises `WijkanalyseError` when a municipality cannot be divided.
    """
    if cells.empty:
        raise WijkanalyseError("There are no municipal figures to bring to one set of boundaries.")
    inhabitants = cells[cells["variable"].eq(SPLIT_BY) & cells["year"].eq(to_year)].set_index("region")["value"].dropna()
    links = pd.concat(
        [successors(year, to_year, inhabitants).assign(division=year) for year in sorted(cells["division"].unique())],
        ignore_index=True,
    )
    links["predecessors"] = links.groupby(["gm_code", "division"])["from_code"].transform("size")
    parts = links.rename(columns={"from_code": "region"}).merge(cells, on=["region", "division"], how="inner", validate="m:m")
    parts["from_code"] = parts["region"]
    if parts["share"].isna().any():
        stuck = parts[parts["share"].isna()]
        divisions = listing(map(str, sorted(stuck["division"].unique())))
        raise WijkanalyseError(
            f"Figures of {divisions} cannot be brought to the boundaries of {to_year}: the inhabitants ({SPLIT_BY}) of "
            f"{listing(sorted(stuck['gm_code'].unique()), 5)} in {to_year} are not known, so "
            f"{listing(sorted(stuck['from_code'].unique()), 5)} cannot be divided over them. Choose a later "
            "panel.boundaries_year."
        )
    is_suppressed = parts["reason"].eq(SUPPRESSED)
    is_mean = parts["variable"].isin(list(mean_of))
    parts = parts.assign(
        is_suppressed=is_suppressed,
        value=parts["value"].mask(
            is_suppressed & ~is_mean,
            # a sum of several categories is suppressed when one of them is: its own bounds say how large it may be
            parts["low"] + (parts["high"] - parts["low"]) * suppressed_value / LARGEST_SUPPRESSED,
        ),
        weight=parts["share"],
    )
    result = pd.concat([_sum_counts(parts[~is_mean]), _average_means(parts[is_mean], parts[~is_mean], mean_of)])
    return result.sort_values(["gm_code", "year", "variable"], ignore_index=True)


KEYS = ["gm_code", "year", "variable"]


def _sum_counts(parts: pd.DataFrame) -> pd.DataFrame:
    weighted = parts.assign(**{name: parts[name] * parts["share"] for name in ("value", "low", "high")})
    grouped = weighted.groupby(KEYS, sort=False)
    sums = grouped[["value", "low", "high"]].sum()
    # a sum with a part that was not published, or that has no row at all, is unknown, not smaller
    predecessors = grouped["predecessors"].first()
    described = _described(sums.where(grouped["value"].count().eq(predecessors)), parts)
    is_whole = described["parts"].to_numpy() == predecessors.to_numpy()
    return described.assign(reason=described["reason"].where(is_whole, NOT_PUBLISHED))


def _average_means(means: pd.DataFrame, counts: pd.DataFrame, mean_of: dict[str, str]) -> pd.DataFrame:
    weights = counts[["from_code", "gm_code", "year", "variable", "value"]].rename(
        columns={"variable": "weight_variable", "value": "weight_count"}
    )
    parts = means.assign(weight_variable=means["variable"].map(mean_of)).merge(
        weights, on=["from_code", "gm_code", "year", "weight_variable"], how="left", validate="m:1"
    )
    weight = (parts["share"] * parts["weight_count"]).where(parts["value"].notna())
    parts = parts.assign(weighted_value=parts["value"] * weight, weight=weight)
    grouped = parts.groupby(KEYS, sort=False)
    totals = grouped[["weighted_value", "weight"]].sum(min_count=1)
    averages = pd.DataFrame({"value": totals["weighted_value"] / totals["weight"]}).assign(low=float("nan"), high=float("nan"))
    return _described(averages, parts)


def _described(values: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Add how many parts there were, how many of them were suppressed, and the reason of the least known part."""
    grouped = parts.groupby(KEYS, sort=False)
    return values.assign(
        parts=grouped.size(),
        suppressed=grouped["is_suppressed"].sum().astype(int),
        is_estimated=grouped["share"].min().lt(1),
        reason=least_known(parts["reason"], [parts[key] for key in KEYS]),
    ).reset_index()
