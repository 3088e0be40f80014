"""Fetching one StatLine table through `cbsodata`, codes kept, and checking that it is whole."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload
from urllib.parse import quote, urlencode

import cbsodata
import pyarrow as pa
import requests

from wijkanalyse.errors import listing
from wijkanalyse.statline.checks import NotWholeError, check_selection, check_whole, not_whole
from wijkanalyse.statline.columns import as_frame, as_rows
from wijkanalyse.statline.pages import DATA_SET, DataPages
from wijkanalyse.statline.tables import Table
from wijkanalyse.statline.titles import TitleNotFoundError, dimension_of_type, find_category, find_dimension
from wijkanalyse.statline.transport import Line, Patience, StatLineError, TableNotFoundError, patient_session, patient_transport

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

GEO_TYPES = ("GeoDimension", "GeoDetail")
TIME_TYPES = ("TimeDimension",)
DATA_SETS = ("TypedDataSet", DATA_SET)
_NO_DIMENSIONS = frozenset({"TableInfos", "DataProperties", "CategoryGroups", *DATA_SETS})


class _DataSet:
    """A data set, given as a frame or as Arrow columns and kept as it was given; read as a frame.

    Millions of rows come in, are checked and are stored as Arrow columns (`RawTable.rows`); a frame is made only for who
    asks for it.
    """

    @overload
    def __get__(self, raw: None, owner: type) -> _DataSet: ...
    @overload
    def __get__(self, raw: RawTable, owner: type) -> pd.DataFrame: ...
    def __get__(self, raw: RawTable | None, owner: type) -> pd.DataFrame | _DataSet:
        if raw is None:
            # so that the field has no default
            raise AttributeError("data")
        if "frame" not in vars(raw):
            vars(raw)["frame"] = as_frame(raw.rows)
        frame: pd.DataFrame = vars(raw)["frame"]
        return frame

    def __set__(self, raw: RawTable, given: pd.DataFrame | pa.Table) -> None:
        vars(raw)["rows" if isinstance(given, pa.Table) else "frame"] = given


@dataclass(frozen=True)
class RawTable:
    """A table exactly as the service published it.

    `infos` is the TableInfos row, `properties` the DataProperties, `dimensions` the category lists by dimension key (all
    with CBS's own blanks), `data` the UntypedDataSet (all text) with the columns ID, dimensions, topics; it may be given as
    a frame or as Arrow columns. `protocol` says how it came over; a table that came over v4 is given in the same form
    (`odata4.py`).
    """

    identifier: str
    infos: dict[str, Any]
    properties: list[dict[str, Any]]
    category_groups: list[dict[str, Any]]
    dimensions: dict[str, list[dict[str, Any]]]
    url: str
    retrieved: datetime
    data: _DataSet = _DataSet()
    filters: str | None = None
    catalogue: dict[str, Any] = field(default_factory=dict)
    protocol: str = "v3"

    @cached_property
    def rows(self) -> pa.Table:
        """The data set as Arrow columns, texts as numbers of distinct texts (`columns.py`)."""
        return as_rows({str(name): values for name, values in self.data.items()})

    @property
    def region_dimension(self) -> str:
        """Key of the dimension with regions."""
        return dimension_of_type(self.properties, GEO_TYPES, self.identifier)

    @property
    def time_dimension(self) -> str:
        """Key of the dimension with periods."""
        return dimension_of_type(self.properties, TIME_TYPES, self.identifier)


class TableClient(ABC):
    """What the clients of both protocols share: the service, how patiently it is asked, and what is done with a bad answer."""

    root = ""
    """Path of the service on its host, as the manifests of its tables name it."""

    def __init__(self, catalog_url: str, use_https: bool = True, patience: Patience | None = None) -> None:
        self.catalog_url = catalog_url.rstrip("/")
        self.use_https = use_https
        self.patience = patience or Patience()
        self._line = Line()

    @property
    def origin(self) -> str:
        """The service, as the manifests of its tables name it; the path keeps the protocols apart on one host."""
        return f"{'https' if self.use_https else 'http'}://{self.catalog_url}{self.root}"

    @abstractmethod
    def table_url(self, identifier: str) -> str:
        """Address of the table's root document."""

    def fetch(self, identifier: str, table: Table | None = None) -> RawTable:
        """Fetch a table with all its metadata; with ``table.fetch == "selection"`` only the rows that it names.

        Raises `StatLineError` when the service answers with an error, when the table is too large to be fetched whole, or
        when the answer is not whole: rows missing or double, columns or codes that the metadata does not know, or a table
        that changed while it was read. What is not whole is read from the start once more before it is refused.
        """
        try:
            return self._read(identifier, table)
        except NotWholeError as error:
            log.warning("%s It is read from the start once more.", error)
            return self._read(identifier, table)

    @abstractmethod
    def _read(self, identifier: str, table: Table | None) -> RawTable:
        """Read the table once."""

    def _refuse_too_large(self, identifier: str, cells: int, size: str, filters: str | None) -> None:
        """Raise `StatLineError` for more cells than are allowed, before any is asked; `size` says how many there are."""
        if cells > self.patience.largest_table_cells:
            advice = "set fetch: selection" if filters is None else "name fewer years or categories"
            raise StatLineError(
                f"table {identifier} has {size}, more than statline.largest_table_cells "
                f"({self.patience.largest_table_cells}). For this table, {advice} in config/tables.yaml, or raise the limit."
            )


class StatLineClient(TableClient):
    """Reads tables from one OData v3 service, one request at a time."""

    def table_url(self, identifier: str) -> str:
        """Address of the table's root document."""
        return f"{self.origin}/ODataFeed/odata/{identifier}"

    @contextmanager
    def _service(self, identifier: str) -> Iterator[None]:
        """cbsodata pointed at this service, with our transport under it and its errors made readable."""
        before = cbsodata.options.use_https
        cbsodata.options.use_https = self.use_https
        try:
            with patient_transport(self.patience, self._line):
                yield
        except requests.HTTPError as error:
            status = getattr(getattr(error.__cause__, "response", None), "status_code", None)
            if status == 404:
                raise TableNotFoundError(
                    f"table {identifier} does not exist at {self.catalog_url} (404). Check the number in config/tables.yaml; "
                    "CBS withdraws tables and gives their successors a new number."
                ) from None
            raise StatLineError(f"table {identifier}: {self.catalog_url} answered: {error}") from error
        except requests.RequestException as error:
            # an address that is none
            raise StatLineError(f"table {identifier}: {self.catalog_url} cannot be asked: {error!r}") from error
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # an answer without the fields that every OData v3 service gives
            raise NotWholeError(
                f"table {identifier}: {self.catalog_url} does not answer as an OData v3 service of CBS does: {error!r}. "
                "Nothing was stored."
            ) from error
        finally:
            cbsodata.options.use_https = before

    def _read(self, identifier: str, table: Table | None) -> RawTable:
        with self._service(identifier):
            before = self._lists(identifier)
            catalogue = self._in_catalogue(identifier)
            properties = before["DataProperties"]
            chosen = chosen_codes(identifier, table, properties, before.__getitem__) if table is not None else None
            filters = None
            if table is not None and chosen is not None:
                filters = filter_text(chosen, identifier, table, properties)
            rows = _row_count(catalogue) if filters is None else self._count(identifier, filters)
            cells = (rows or 0) * sum(row["Type"] != "TopicGroup" for row in properties)
            self._refuse_too_large(identifier, cells, f"{rows} rows, {cells} cells in all", filters)
            columns = {"ID", *(row["Key"] for row in properties if row["Type"] != "TopicGroup")}
            pages = self._line.data = DataPages(identifier, columns, rows, is_whole=filters is None)
            try:
                # typed=True gives the *untyped* set in cbsodata 1.3.5: the flag removes the set that is asked for
                answer = cbsodata.download_data(identifier, typed=True, filters=filters, catalog_url=self.catalog_url)
            finally:
                self._line.data = None
            after = {**answer, "TableInfos": cbsodata.get_meta(identifier, "TableInfos", catalog_url=self.catalog_url)}
            catalogue_after = self._in_catalogue(identifier)
            if DATA_SET not in answer:
                raise StatLineError(f"table {identifier}: cbsodata gave {listing(answer)}; expected an {DATA_SET}")
            infos = answer["TableInfos"][0] if answer["TableInfos"] else {}
            lists = {name for name in answer if name not in _NO_DIMENSIONS}
            raw = RawTable(
                identifier=identifier,
                infos=infos,
                properties=answer["DataProperties"],
                category_groups=answer.get("CategoryGroups", []),
                # in the order of the columns, whatever order the root names them in
                dimensions={row["Key"]: answer[row["Key"]] for row in answer["DataProperties"] if row["Key"] in lists},
                data=pages.rows(),
                url=self.table_url(identifier),
                retrieved=datetime.now(UTC).replace(microsecond=0),
                filters=filters,
                catalogue=catalogue,
            )
            changed = [name for name, rows in after.items() if name not in DATA_SETS and rows != before.get(name)]
            changed += [name for name in before if name not in after]
            changed += ["catalogue"] if catalogue_after != catalogue else []
            if changed or infos != after["TableInfos"][0]:
                dates = [rows[0].get("Modified") if rows else None for rows in (before["TableInfos"], after["TableInfos"])]
                what = f"Modified {dates[0]} before, {dates[1]} after" if dates[0] != dates[1] else listing(changed)
                raise not_whole(raw, f"it changed while it was read ({what})")
            check_whole(raw)
            if table is not None and chosen is not None:
                check_selection(raw, chosen, table.years)
            return raw

    def _lists(self, identifier: str) -> dict[str, list[dict[str, Any]]]:
        """All that describes the table, read before its figures; cbsodata reads it again with them, and both must agree."""
        root = cbsodata.get_meta(identifier, "", catalog_url=self.catalog_url)
        names = [str(row["name"]) for row in root if row["name"] not in DATA_SETS]
        return {name: cbsodata.get_meta(identifier, name, catalog_url=self.catalog_url) for name in names}

    def _in_catalogue(self, identifier: str) -> dict[str, Any]:
        rows = cbsodata.get_table_list(filters=f"Identifier eq '{identifier}'", catalog_url=self.catalog_url)
        is_it = (row for row in rows if str(row.get("Identifier")).strip().lower() == identifier.lower())
        found: dict[str, Any] = next(is_it, {})
        return found

    def _count(self, identifier: str, filters: str) -> int | None:
        """How many rows of the table a filter lets through, None where the service does not count."""
        query = urlencode({"$filter": filters}, quote_via=quote)
        try:
            with patient_session(self.patience, self._line) as session:
                count: int = session.get(f"{self.table_url(identifier)}/{DATA_SET}/$count", query, shape="number")
                return count
        except (requests.HTTPError, StatLineError) as error:
            log.warning(
                "table %s: the rows of a selection are not counted, a missing last page is not seen: %s", identifier, error
            )
            return None


def _row_count(catalogue: dict[str, Any]) -> int | None:
    count = catalogue.get("RecordCount")
    return None if count is None else int(count)


def selection(
    identifier: str,
    table: Table,
    properties: list[dict[str, Any]],
    categories: Callable[[str], list[dict[str, Any]]],
) -> str | None:
    """Return the OData filter for the categories and years that the register names, None for a table fetched whole.

    `categories` gives the list of a dimension by its key.
    """
    chosen = chosen_codes(identifier, table, properties, categories)
    return None if chosen is None else filter_text(chosen, identifier, table, properties)


def chosen_codes(
    identifier: str,
    table: Table,
    properties: list[dict[str, Any]],
    categories: Callable[[str], list[dict[str, Any]]],
) -> dict[str, list[str]] | None:
    """Return the codes that the register names, by dimension and with CBS's own blanks; None for a table fetched whole."""
    if table.fetch == "whole":
        return None
    wanted: dict[str, set[str]] = {}
    absent = 0
    for name, variable in table.variables.items():
        try:
            codes = {
                key: {str(find_category(categories(key), title, key, identifier)["Key"]) for title in titles}
                for key, titles in (
                    (find_dimension(properties, dimension, identifier), titles)
                    for dimension, titles in table.categories(variable).items()
                )
            }
        except TitleNotFoundError as error:
            if variable.required:
                raise
            log.warning("%s does not offer %s; it is not fetched. %s", identifier, name, str(error).splitlines()[0])
            absent += 1
            continue
        for key, found in codes.items():
            wanted.setdefault(key, set()).update(found)
    if absent == len(table.variables):
        raise TitleNotFoundError(f"table {identifier} offers none of {listing(table.variables)}, so there is nothing to select")
    return {key: sorted(codes) for key, codes in wanted.items()}


def filter_text(chosen: dict[str, list[str]], identifier: str, table: Table, properties: list[dict[str, Any]]) -> str:
    """Return the OData filter for the chosen codes and the years of the table."""
    # keys are padded in the service, and a filter must carry the same blanks
    clauses = ["(" + " or ".join(f"{key} eq '{code}'" for code in codes) + ")" for key, codes in chosen.items()]
    period = dimension_of_type(properties, TIME_TYPES, identifier)
    clauses.append(f"({period} ge '{table.years[0]}' and {period} lt '{table.years[1] + 1}')")
    return " and ".join(clauses)
