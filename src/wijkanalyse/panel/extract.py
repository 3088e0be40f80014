"""Taking the figures of the register out of tables as published."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from math import prod

import numpy as np
import pandas as pd

from wijkanalyse.cells import (
    ABSENT,
    NO_MUNICIPALITY,
    NOT_PUBLISHED,
    PUBLISHED,
    SUPPRESSED,
    count_bounds,
    least_known,
    parse_published,
)
from wijkanalyse.errors import WijkanalyseError, listing
from wijkanalyse.municipalities import codes_in_force
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.tables import Table, Variable
from wijkanalyse.statline.titles import TitleNotFoundError, find_category, find_dimension, find_topic, topics

log = logging.getLogger(__name__)

NATIONAL = "NL01"


def extract_cells(raw: RawTable, table: Table, source: str, regions: Collection[str] = ()) -> pd.DataFrame:
    """Return the cells of `raw` that `table` of the register names: municipalities, the regions above them, the Netherlands.

    `regions` are the prefixes of the regions above that are wanted (JZ, PV). Columns as in `panel.schemas.Cells`. Raises
    `TitleNotFoundError` for a column or category that is gone, and `WijkanalyseError` for a dimension on which the register
    makes no choice.
    """
    base = _rows_of_interest(raw, table, regions)
    frames = [_cells_of(raw, table, name, variable, base) for name, variable in table.variables.items()]
    cells = _explain_empty(pd.concat(frames, ignore_index=True))
    return cells.assign(source=source)


def _rows_of_interest(raw: RawTable, table: Table, regions: Collection[str]) -> pd.DataFrame:
    """Rows of municipalities, wanted regions and the Netherlands in the years of the table, without their figures."""
    region, time = raw.region_dimension, raw.time_dimension
    # a table repeats few codes many times: as categories they are stripped, split and looked up once each
    dimensions = [key for key in raw.dimensions if key in raw.data]
    rows = raw.data[["ID", *dimensions]].astype(dict.fromkeys(dimensions, "category"))
    wanted = [key for key in rows[region].cat.categories if key.startswith(("GM", *regions)) or key.strip() == NATIONAL]
    first, last = table.years
    periods = [key for key in rows[time].cat.categories if first <= int(key[:4]) <= last]
    rows = rows.loc[rows[region].isin(wanted) & rows[time].isin(periods)]
    statuses = _period_statuses(raw, time)
    period = _each(rows[time], str.strip)
    year = _each(rows[time], lambda key: int(key[:4])).astype(int)
    return rows.assign(
        region=_each(rows[region], str.strip),
        period=period,
        year=year,
        division=table.boundaries or year,
        is_year=_each(rows[time], lambda key: key[4:6] == "JJ").astype(bool),
        period_status=_each(rows[time], lambda key: statuses[key.strip()]),
    )


def _each(codes: pd.Series, change: Callable[[str], object]) -> pd.Series:
    """Apply `change` to a categorical column, once per category."""
    changed = np.array([change(key) for key in codes.cat.categories], dtype=object)
    return pd.Series(changed[codes.cat.codes.to_numpy()], index=codes.index, dtype=object)


def _period_statuses(raw: RawTable, time: str) -> dict[str, str]:
    return {row["Key"].strip(): (row.get("Status") or "Onbekend").strip() for row in raw.dimensions[time]}


def _cells_of(raw: RawTable, table: Table, name: str, variable: Variable, base: pd.DataFrame) -> pd.DataFrame:
    keys = ["region", "period", "year", "division", "is_year", "period_status"]
    try:
        topic = find_topic(topics(raw.properties), variable.topic, raw.identifier)
        chosen = _chosen_codes(raw, table, variable)
    except TitleNotFoundError as error:
        if variable.required:
            raise
        log.warning("%s does not offer %s; the column stays empty. %s", raw.identifier, name, str(error).splitlines()[0])
        absent = base[keys].drop_duplicates(["region", "period"]).copy()
        absent[["column_key", "row_ids", "reason"]] = "", "", ABSENT
        absent[["value", "low", "high"]] = float("nan")
        return absent.assign(table=raw.identifier, variable=name)

    mask = np.ones(len(base), dtype=bool)
    for key, codes in chosen.items():
        mask &= base[key].isin(codes).to_numpy()
    rows = base.loc[mask, [*keys, "ID"]]
    if rows.empty:
        raise WijkanalyseError(f"table {raw.identifier}: no rows for {name} in the years {table.years[0]}-{table.years[1]}")
    parsed = parse_published(raw.data[topic.key].loc[rows.index], f"table {raw.identifier}, column {topic.key} ({topic})")
    cells = rows[keys].assign(row_ids=rows["ID"].astype(str), **parsed)
    if table.suppressed_up_to == 0:
        # in a table without secret counts a '.' says that the figure is unknown, not that it is small
        cells["reason"] = cells["reason"].replace(SUPPRESSED, NOT_PUBLISHED)
    if variable.mean_of is None:
        cells = cells.assign(**count_bounds(cells, table.rounded_to, table.suppressed_up_to))
    else:
        cells = cells.assign(low=float("nan"), high=float("nan"))
    categories = prod(len(codes) for codes in chosen.values())
    if categories > 1:
        if variable.mean_of is not None:
            raise WijkanalyseError(
                f"table {raw.identifier}: {name} is a mean, and means of several categories cannot be added up; name one "
                "category for each dimension under `where` in config/tables.yaml"
            )
        cells = _summed(cells, keys, categories)
    return cells.assign(table=raw.identifier, variable=name, column_key=topic.key)


def _chosen_codes(raw: RawTable, table: Table, variable: Variable) -> dict[str, set[str]]:
    """The codes of the variable's categories by dimension; every dimension but region and period needs a choice."""
    chosen = {
        find_dimension(raw.properties, title, raw.identifier): titles for title, titles in table.categories(variable).items()
    }
    others = [
        row["Key"]
        for row in raw.properties
        if row["Type"] not in ("Topic", "TopicGroup") and row["Key"] not in (raw.region_dimension, raw.time_dimension)
    ]
    if missing := set(others) - set(chosen):
        raise WijkanalyseError(
            f"table {raw.identifier}: no category is chosen for {listing(sorted(missing))}; add it under `where` in "
            "config/tables.yaml"
        )
    return {
        key: {str(find_category(raw.dimensions[key], title, key, raw.identifier)["Key"]) for title in titles}
        for key, titles in chosen.items()
    }


def _summed(cells: pd.DataFrame, keys: list[str], categories: int) -> pd.DataFrame:
    """One row per region and period: the cells of `categories` categories added, the bounds too.

    One part that is empty makes the sum empty, and one that has no row at all makes it not published.
    """
    grouped = cells.groupby(keys, sort=False)
    sums = grouped[["value", "low", "high"]].sum()
    known = grouped[["value", "low", "high"]].count().eq(categories)
    reason = least_known(cells["reason"], [cells[key] for key in keys])
    return (
        sums.where(known)
        .assign(
            row_ids=cells["row_ids"].astype(object).groupby([cells[key] for key in keys], sort=False).agg(" ".join),
            reason=reason.where(grouped.size().eq(categories), NOT_PUBLISHED),
        )
        .reset_index()
    )


def _explain_empty(cells: pd.DataFrame) -> pd.DataFrame:
    """A '.' means 0 to 7 only where it can: not where nothing was printed at all, nor where there was no municipality.

    If the national total is '.' too, CBS published nothing for that period. Abolished municipalities stay listed, with '.'.
    """
    is_dot = cells["reason"].eq(SUPPRESSED)
    national = cells["region"].eq(NATIONAL) & is_dot
    unpublished = pd.MultiIndex.from_frame(cells.loc[national, ["variable", "period"]])
    is_unpublished = is_dot & pd.MultiIndex.from_frame(cells[["variable", "period"]]).isin(unpublished)
    in_force = pd.MultiIndex.from_tuples(
        [(code, year) for year in cells["division"].unique() for code in codes_in_force(year)], names=["region", "division"]
    )
    is_gone = (
        cells["region"].str.startswith("GM")
        & cells["reason"].ne(PUBLISHED)
        & ~pd.MultiIndex.from_frame(cells[["region", "division"]]).isin(in_force)
    )
    return cells.assign(
        reason=cells["reason"].mask(is_unpublished, NOT_PUBLISHED).mask(is_gone, NO_MUNICIPALITY),
        low=cells["low"].mask(is_unpublished | is_gone),
        high=cells["high"].mask(is_unpublished | is_gone),
    )
