"""Taking the figures of the register out of tables as published."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from math import prod

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
from wijkanalyse.statline.columns import numbered, row_numbers
from wijkanalyse.statline.tables import Table, Variable
from wijkanalyse.statline.titles import TitleNotFoundError, find_category, find_dimension, find_topic, topics

log = logging.getLogger(__name__)

NATIONAL = "NL01"


@dataclass(frozen=True)
class _Rows:
    """The rows of municipalities, wanted regions and the Netherlands in the years of the table.

    `numbers` says where they are in the table, `place` which of `places` each one is of. Places are regions in periods, with
    the columns region, period, year, division, is_year, period_status and is_gone (no municipality of its division).
    """

    numbers: NDArray[np.int64]
    place: NDArray[np.int64]
    places: pd.DataFrame


def extract_cells(raw: RawTable, table: Table, source: str, regions: Collection[str] = ()) -> pd.DataFrame:
    """Return the cells of `raw` that `table` of the register names: municipalities, the regions above them, the Netherlands.

    `regions` are the prefixes of the regions above that are wanted (JZ, PV). Columns as in `panel.schemas.Cells`. Raises
    `TitleNotFoundError` for a column or category that is gone, and `WijkanalyseError` for a dimension on which the register
    makes no choice.
    """
    rows = _rows_of_interest(raw, table, regions)
    frames = [_cells_of(raw, table, name, variable, rows) for name, variable in table.variables.items()]
    return pd.concat(frames, ignore_index=True).assign(table=raw.identifier, source=source)


def _rows_of_interest(raw: RawTable, table: Table, regions: Collection[str]) -> _Rows:
    # a table repeats few codes many times: they are stripped, split and looked up once each
    (region, codes), (time, moments) = (numbered(raw.rows, key) for key in (raw.region_dimension, raw.time_dimension))
    is_wanted = np.array([code.startswith(("GM", *regions)) or code.strip() == NATIONAL for code in codes], dtype=bool)
    is_in_time = np.array([table.years[0] <= int(moment[:4]) <= table.years[1] for moment in moments], dtype=bool)
    numbers = np.flatnonzero(is_wanted[region] & is_in_time[time])
    place, found = pd.factorize(region[numbers].astype(np.int64) * len(moments) + time[numbers])
    statuses = _period_statuses(raw, raw.time_dimension)
    places = []
    for number in found.tolist():
        code, moment = codes[number // len(moments)].strip(), moments[number % len(moments)].strip()
        year = int(moment[:4])
        division = table.boundaries or year
        is_gone = code.startswith("GM") and code not in codes_in_force(division)
        places.append((code, moment, year, division, moment[4:6] == "JJ", statuses[moment], is_gone))
    columns = ["region", "period", "year", "division", "is_year", "period_status", "is_gone"]
    types = {"region": object, "period": object, "period_status": object, "is_year": bool, "is_gone": bool}
    return _Rows(numbers, place, pd.DataFrame(places, columns=columns).astype(types))


def _period_statuses(raw: RawTable, time: str) -> dict[str, str]:
    return {row["Key"].strip(): (row.get("Status") or "Onbekend").strip() for row in raw.dimensions[time]}


def _cells_of(raw: RawTable, table: Table, name: str, variable: Variable, rows: _Rows) -> pd.DataFrame:
    try:
        topic = find_topic(topics(raw.properties), variable.topic, raw.identifier)
        chosen = _chosen_codes(raw, table, variable)
    except TitleNotFoundError as error:
        if variable.required:
            raise
        log.warning("%s does not offer %s; the column stays empty. %s", raw.identifier, name, str(error).splitlines()[0])
        absent = rows.places.assign(column_key="", row_ids="", reason=ABSENT, value=np.nan, low=np.nan, high=np.nan)
        return _explain_empty(absent).assign(variable=name)

    mask = np.ones(len(rows.numbers), dtype=bool)
    for key, codes in chosen.items():
        of_row, texts = numbered(raw.rows, key)
        mask &= np.isin(texts, list(codes))[of_row[rows.numbers]]
    numbers = rows.numbers[mask]
    if not len(numbers):
        raise WijkanalyseError(f"table {raw.identifier}: no rows for {name} in the years {table.years[0]}-{table.years[1]}")
    cells = _parsed(raw, topic.key, numbers, f"table {raw.identifier}, column {topic.key} ({topic})")
    row_ids = row_numbers(raw.rows)[numbers].astype(str).astype(object)
    cells = cells.assign(place=rows.place[mask], row_ids=row_ids)
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
        cells = _summed(cells, categories)
    where = rows.places.take(cells.pop("place").to_numpy()).reset_index(drop=True)
    return _explain_empty(pd.concat([where, cells], axis=1)).assign(variable=name, column_key=topic.key)


def _parsed(raw: RawTable, key: str, numbers: NDArray[np.int64], where: str) -> pd.DataFrame:
    """Value and reason of the cells of a column in these rows; each distinct text is read once."""
    of_row, texts = numbered(raw.rows, key)
    used, of_cell = np.unique(of_row[numbers], return_inverse=True)
    parsed = parse_published(pd.Series([texts[number] for number in used], dtype=object), where)
    return parsed.take(of_cell).reset_index(drop=True)


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


def _summed(cells: pd.DataFrame, categories: int) -> pd.DataFrame:
    """One row per place: the cells of `categories` categories added, the bounds too.

    One part that is empty makes the sum empty, and one that has no row at all makes it not published.
    """
    grouped = cells.groupby("place", sort=False)
    sums = grouped[["value", "low", "high"]].sum()
    known = grouped[["value", "low", "high"]].count().eq(categories)
    reason = least_known(cells["reason"], [cells["place"]])
    row_ids: dict[int, list[str]] = {}
    for place, row_id in zip(cells["place"].tolist(), cells["row_ids"].tolist(), strict=True):
        row_ids.setdefault(place, []).append(row_id)
    return (
        sums.where(known)
        .assign(
            # both in the order in which the places come
            row_ids=[" ".join(parts) for parts in row_ids.values()],
            reason=reason.where(grouped.size().eq(categories), NOT_PUBLISHED),
        )
        .astype({"row_ids": object})
        .reset_index()
    )


def _explain_empty(cells: pd.DataFrame) -> pd.DataFrame:
    """A '.' means 0 to 7 only where it can: not where nothing was printed at all, nor where there was no municipality.

    If the national total is '.' too, CBS published nothing for that period. Abolished municipalities stay listed, with '.'.
    """
    is_dot = cells["reason"].eq(SUPPRESSED)
    unpublished = cells.loc[is_dot & cells["region"].eq(NATIONAL), "period"]
    is_unpublished = is_dot & cells["period"].isin(unpublished)
    is_gone = cells.pop("is_gone") & cells["reason"].ne(PUBLISHED)
    return cells.assign(
        reason=cells["reason"].mask(is_unpublished, NOT_PUBLISHED).mask(is_gone, NO_MUNICIPALITY),
        low=cells["low"].mask(is_unpublished | is_gone),
        high=cells["high"].mask(is_unpublished | is_gone),
    )
