"""Fetching one StatLine table through `cbsodata`, codes kept, and checking that it is whole."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import cbsodata
import pandas as pd
import requests

from wijkanalyse.errors import listing
from wijkanalyse.statline.tables import Table
from wijkanalyse.statline.titles import dimension_of_type, find_category, find_dimension
from wijkanalyse.statline.transport import Line, Patience, StatLineError, patient_transport

log = logging.getLogger(__name__)

GEO_TYPES = ("GeoDimension", "GeoDetail")
TIME_TYPES = ("TimeDimension",)
DATA_SETS = ("TypedDataSet", "UntypedDataSet")


@dataclass(frozen=True)
class RawTable:
    """A table exactly as the service published it.

    `infos` is the TableInfos row, `properties` the DataProperties, `dimensions` the category lists by dimension key (all
    with CBS's own blanks), `data` the UntypedDataSet (all text) with the columns ID, dimensions, topics.
    """

    identifier: str
    infos: dict[str, Any]
    properties: list[dict[str, Any]]
    category_groups: list[dict[str, Any]]
    dimensions: dict[str, list[dict[str, Any]]]
    data: pd.DataFrame
    url: str
    retrieved: datetime
    filters: str | None = None
    catalogue: dict[str, Any] = field(default_factory=dict)

    @property
    def region_dimension(self) -> str:
        """Key of the dimension with regions."""
        return dimension_of_type(self.properties, GEO_TYPES, self.identifier)

    @property
    def time_dimension(self) -> str:
        """Key of the dimension with periods."""
        return dimension_of_type(self.properties, TIME_TYPES, self.identifier)


class StatLineClient:
    """Reads tables from one OData v3 service, one request at a time."""

    def __init__(self, catalog_url: str, use_https: bool = True, patience: Patience | None = None) -> None:
        self.catalog_url = catalog_url.rstrip("/")
        self.use_https = use_https
        self.patience = patience or Patience()
        self._line = Line()

    def table_url(self, identifier: str) -> str:
        """Address of the table's root document."""
        return f"{'https' if self.use_https else 'http'}://{self.catalog_url}/ODataFeed/odata/{identifier}"

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
                raise StatLineError(
                    f"table {identifier} does not exist at {self.catalog_url} (404). Check the number in config/tables.yaml; "
                    "CBS withdraws tables and gives their successors a new number."
                ) from None
            raise StatLineError(f"table {identifier}: {self.catalog_url} answered: {error}") from error
        except (requests.RequestException, LookupError, TypeError, ValueError) as error:
            # an address that is none, or an answer without the fields that every OData v3 service gives
            raise StatLineError(
                f"table {identifier}: {self.catalog_url} does not answer as an OData v3 service of CBS does: {error!r}"
            ) from error
        finally:
            cbsodata.options.use_https = before

    def fetch(self, identifier: str, table: Table | None = None) -> RawTable:
        """Fetch a table with all its metadata; with ``table.fetch == "selection"`` only the rows that it names.

        Raises `StatLineError` when the service answers with an error, or when the answer is not whole: rows missing or
        double, columns that the metadata does not know, or a table that changed while it was read.
        """
        with self._service(identifier):
            catalogue = cbsodata.get_table_list(filters=f"Identifier eq '{identifier}'", catalog_url=self.catalog_url)
            filters = self._selection(identifier, table) if table is not None else None
            # typed=True gives the *untyped* set in cbsodata 1.3.5: the flag removes the set that is asked for
            answer = cbsodata.download_data(identifier, typed=True, filters=filters, catalog_url=self.catalog_url)
            infos_after = cbsodata.get_info(identifier, catalog_url=self.catalog_url) or {}
        if "UntypedDataSet" not in answer:
            raise StatLineError(f"table {identifier}: cbsodata gave {listing(answer)}; expected an UntypedDataSet")
        infos = answer["TableInfos"][0] if answer["TableInfos"] else {}
        if infos_after.get("Modified") != infos.get("Modified"):
            raise StatLineError(
                f"table {identifier} changed while it was read (Modified {infos.get('Modified')} before, "
                f"{infos_after.get('Modified')} after). Run again."
            )
        known = {"TableInfos", "DataProperties", "CategoryGroups", *DATA_SETS}
        raw = RawTable(
            identifier=identifier,
            infos=infos,
            properties=answer["DataProperties"],
            category_groups=answer.get("CategoryGroups", []),
            dimensions={name: rows for name, rows in answer.items() if name not in known},
            data=pd.DataFrame(answer["UntypedDataSet"]),
            url=self.table_url(identifier),
            retrieved=datetime.now(UTC).replace(microsecond=0),
            filters=filters,
            catalogue=catalogue[0] if catalogue else {},
        )
        check_whole(raw)
        return raw

    def _selection(self, identifier: str, table: Table) -> str | None:
        properties = cbsodata.get_meta(identifier, "DataProperties", catalog_url=self.catalog_url)
        return selection(
            identifier, table, properties, lambda key: cbsodata.get_meta(identifier, key, catalog_url=self.catalog_url)
        )


def selection(
    identifier: str,
    table: Table,
    properties: list[dict[str, Any]],
    categories: Callable[[str], list[dict[str, Any]]],
) -> str | None:
    """Return the OData filter for the categories and years that the register names, None for a table fetched whole.

    `categories` gives the list of a dimension by its key.
    """
    if table.fetch == "whole":
        return None
    wanted: dict[str, set[str]] = {}
    for variable in table.variables.values():
        for dimension, titles in table.categories(variable).items():
            wanted.setdefault(find_dimension(properties, dimension, identifier), set()).update(titles)
    clauses = []
    for key, wanted_titles in wanted.items():
        rows = categories(key)
        # keys are padded in the service, and a filter must carry the same blanks
        codes = {find_category(rows, title, key, identifier)["Key"] for title in wanted_titles}
        clauses.append("(" + " or ".join(f"{key} eq '{code}'" for code in sorted(codes)) + ")")
    period = dimension_of_type(properties, TIME_TYPES, identifier)
    clauses.append(f"({period} ge '{table.years[0]}' and {period} lt '{table.years[1] + 1}')")
    return " and ".join(clauses)


def check_whole(raw: RawTable) -> None:
    """Raise `StatLineError` unless the table has the rows and columns that its metadata announce."""

    def fault(what: str) -> StatLineError:
        return StatLineError(f"table {raw.identifier} from {raw.url}: {what}. Nothing was stored; run again.")

    if raw.data.empty:
        raise fault("the service gave no rows" + (f" for {raw.filters}" if raw.filters else ""))
    dimensions = [row["Key"] for row in raw.properties if row["Type"] not in ("Topic", "TopicGroup")]
    topics = [row["Key"] for row in raw.properties if row["Type"] == "Topic"]
    expected = {"ID", *dimensions, *topics}
    if set(raw.data.columns) != expected:
        odd = listing(sorted(set(raw.data.columns) ^ expected))
        raise fault(f"the columns are not those of DataProperties: {odd}")
    if raw.data[sorted(expected - {"ID"})].isna().to_numpy().any():
        raise fault("some rows lack a column")
    announced = raw.catalogue.get("RecordCount")
    if raw.filters is None and announced is None:
        log.warning("table %s: the catalogue has no row count, so a missing last page would not be seen", raw.identifier)
    if raw.filters is None and announced is not None and len(raw.data) != int(announced):
        raise fault(f"{len(raw.data)} rows, but the catalogue announces {announced}")
    if raw.data["ID"].duplicated().any() or raw.data.duplicated(dimensions).any():
        raise fault("some rows came twice")
    if raw.filters is None and not (raw.data["ID"].to_numpy() == range(len(raw.data))).all():
        raise fault("the row numbers have gaps")
    for key in dimensions:
        unknown = set(raw.data[key]) - {row["Key"] for row in raw.dimensions.get(key, [])}
        if unknown:
            raise fault(f"codes that are not in the list of {key}: {listing(sorted(unknown))}")
