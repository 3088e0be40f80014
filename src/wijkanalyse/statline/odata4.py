"""Fetching a StatLine table over OData v4, given in the form that it has over v3.

v4 (https://datasets.cbs.nl/odata/v1/CBS/{table}) gives one observation a cell where v3 gives one row of many columns. Here
the rows are put together again, so that all that follows is the same for both. What that takes:

- **Columns.** A measure's Index is the ID of its topic in v3, and the key of the column follows from title and place by
  CBS's own rule (`topic_keys.py`). MeasureGroups become topic groups.
- **Rows.** Every combination of the other categories that has an observation, with every region and every period of the
  lists, sorted as the lists are. Rows are numbered within what is stored, so in a selection not as in the whole table.
- **Figures** are printed with the decimals of their measure, as v3 prints them.
- **Empty cells.** `Impossible` becomes an empty text, any other ValueAttribute without a value becomes '.'. Most cells that
  are empty in v3 are simply not there in v4, and nothing says whether they are unknown, cannot occur, or have to do with a
  region that did not exist. They become '.': it claims the least. Read as a small count it allows 0 to 7, which holds if the
  figure was secret and if it was nought; where the national figure is missing too, and for a municipality that did not
  exist, the panel knows better (`panel/extract.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import requests

from wijkanalyse.errors import listing
from wijkanalyse.statline.bodies import next_link
from wijkanalyse.statline.checks import NotWholeError, check_selection
from wijkanalyse.statline.client import RawTable, TableClient, chosen_codes, filter_text
from wijkanalyse.statline.observations import Observations
from wijkanalyse.statline.pages import Progress
from wijkanalyse.statline.tables import Table
from wijkanalyse.statline.transport import PatientSession, StatLineError, TableNotFoundError, patient_session
from wijkanalyse.topic_keys import topic_key

ROOT = "odata/v1/CBS"
VERSION_FIELDS = ("Version", "Modified", "ObservationsModified", "ObservationCount")

Row = dict[str, Any]


class StatLineClient4(TableClient):
    """Reads tables from one OData v4 service of CBS, one request at a time."""

    root = f"/{ROOT}"

    def table_url(self, identifier: str) -> str:
        """Address of the table's root document."""
        return f"{self.origin}/{quote(identifier, safe='')}"

    def _read(self, identifier: str, table: Table | None) -> RawTable:
        with self._service(identifier) as service:
            before = service.object("Properties")
            sets = {str(row["name"]) for row in service.rows("")}
            listed = service.rows("Dimensions")
            names = [str(row["Identifier"]) for row in listed]
            properties = _properties(identifier, listed, service.rows("MeasureCodes"), service.rows("MeasureGroups", sets))
            dimensions = {name: _categories(service.rows(f"{name}Codes")) for name in names}
            groups = [_group(row, name) for name in names for row in service.rows(f"{name}Groups", sets)]
            chosen = chosen_codes(identifier, table, properties, dimensions.__getitem__) if table is not None else None
            years = table.years if table is not None else None
            filters = filter_text(chosen, identifier, table, properties) if table is not None and chosen is not None else None
            announced = int(before["ObservationCount"]) if filters is None else service.count(filters)
            self._refuse_too_large(identifier, announced, f"{announced} observations", filters)
            observations = Observations(identifier, properties, dimensions)
            progress = Progress(identifier, announced, "observations")
            for page in service.pages("Observations", filters):
                observations.add(page)
                progress.page(len(page), observations.count)
            after = service.object("Properties")
        changed = [name for name in VERSION_FIELDS if before.get(name) != after.get(name)]
        if changed:
            found = ", ".join(f"{name} {before.get(name)} before, {after.get(name)} after" for name in changed)
            raise NotWholeError(f"table {identifier} changed while it was read ({found}). Nothing was stored; run again.")
        raw = RawTable(
            identifier=identifier,
            infos=_infos(before),
            properties=[{name: value for name, value in row.items() if name != "Measure"} for row in properties],
            category_groups=groups,
            dimensions=dimensions,
            data=observations.as_rows(announced, filters, years),
            url=self.table_url(identifier),
            retrieved=datetime.now(UTC).replace(microsecond=0),
            filters=filters,
            catalogue=before,
            protocol="v4",
        )
        if chosen is not None and years is not None:
            check_selection(raw, chosen, years)
        return raw

    @contextmanager
    def _service(self, identifier: str) -> Iterator[_Service]:
        """The table's sets, with the errors of the service made readable."""
        try:
            with patient_session(self.patience, self._line) as session:
                yield _Service(session, self.table_url(identifier))
        except requests.HTTPError as error:
            if error.response.status_code != 404:
                raise StatLineError(f"table {identifier}: {self.catalog_url} answered: {error}") from error
            if "/Observations" in str(error.response.url):
                raise StatLineError(
                    f"table {identifier}: {self.catalog_url} describes the table but does not have its figures (404), which is "
                    "so for some tables that CBS ended. Choose statline.protocol: v3."
                ) from None
            raise TableNotFoundError(
                f"table {identifier} does not exist at {self.catalog_url} over OData v4 (404 for {error.response.url}). Check "
                "the number in config/tables.yaml, capitals included; CBS withdraws tables and gives their successors a new "
                "number."
            ) from None
        except (requests.RequestException, LookupError, TypeError, ValueError, AttributeError) as error:
            # an address that is none, or an answer without the fields that every OData v4 service of CBS gives
            raise StatLineError(
                f"table {identifier}: {self.catalog_url} does not answer as an OData v4 service of CBS does: {error!r}"
            ) from error


class _Service:
    """The sets of one table over a patient session, which follows no link that leads out of a set."""

    def __init__(self, session: PatientSession, url: str) -> None:
        self._session = session
        self._url = url

    def object(self, name: str) -> Row:
        found: Row = self._session.get(f"{self._url}/{name}", shape="object")
        return found

    def rows(self, name: str, offered: set[str] | None = None) -> list[Row]:
        """The rows of a set, over as many pages as it has; none for a set that is not among those `offered`."""
        if offered is not None and name not in offered:
            return []
        return [row for page in self.pages(name, None) for row in page]

    def pages(self, name: str, filters: str | None) -> Iterator[list[Row]]:
        body = self._session.get(f"{self._url}/{name}".rstrip("/"), _query(filters))
        while True:
            yield body["value"]
            link = next_link(body)
            if link is None:
                return
            body = self._session.get(link)

    def count(self, filters: str) -> int:
        return int(self._session.get(f"{self._url}/Observations/$count", _query(filters), shape="number"))


def _query(filters: str | None) -> str:
    return "" if filters is None else f"$filter={quote(filters)}"


def _properties(identifier: str, dimensions: list[Row], measures: list[Row], groups: list[Row]) -> list[Row]:
    """DataProperties as v3 gives them; a topic also has its identifier in v4, under Measure."""
    rows = [
        {
            **_property(row["Kind"], position, position, None, str(row["Identifier"]), row),
            **{name: row[name] for name in ("ReleasePolicy", "MapYear") if row.get(name) is not None},
        }
        for position, row in enumerate(dimensions)
    ]
    names = [str(row["Identifier"]) for row in (*dimensions, *measures)]
    measures = sorted(measures, key=lambda row: int(row["Index"]))
    indexes = [int(row["Index"]) for row in measures]
    # in v3 groups and topics are numbered together, so the groups have the numbers that no topic has
    free = (number for number in range(len(rows), len(rows) + len(measures) + len(groups) + 1) if number not in set(indexes))
    ids = {row["Id"]: next(free) for row in sorted(groups, key=lambda row: int(row["Index"]))}
    for row in groups:
        rows.append(_property("TopicGroup", ids[row["Id"]], None, ids.get(row["ParentId"]), "", row))
    for number, row in enumerate(measures, start=1):
        parent = row["MeasureGroupId"]
        if parent is not None and groups and parent not in ids:
            raise NotWholeError(f"table {identifier}: measure {row['Identifier']} is in group {parent}, which is not listed")
        topic = _property(
            "Topic", int(row["Index"]), len(dimensions) + number - 1, ids.get(parent), topic_key(row["Title"], number), row
        )
        rows.append(
            topic
            | {
                "Datatype": row["DataType"],
                "Unit": row["Unit"],
                "Decimals": int(row["Decimals"] or 0),
                # v4 does not say what an empty cell stands for
                "Default": None,
                "PresentationType": row["PresentationType"],
                "Measure": row["Identifier"],
            }
        )
    if len({row["ID"] for row in rows}) < len(rows) or len({row["Key"] for row in rows if row["Key"]}) < len(names):
        raise NotWholeError(
            f"table {identifier}: measures or dimensions with the same Index or the same key: {listing(map(str, indexes))}"
        )
    return sorted(rows, key=lambda row: row["ID"])


def _property(kind: str, number: int, position: int | None, parent: int | None, key: str, row: Row) -> Row:
    return {
        "odata.type": f"Cbs.OData.{kind}",
        "ID": number,
        "Position": position,
        "ParentID": parent,
        "Type": kind,
        "Key": key,
        "Title": row["Title"],
        "Description": row["Description"] or "",
    }


def _categories(codes: list[Row]) -> list[Row]:
    """A dimension list as v3 gives it, keys as v4 gives them: mostly without the blanks of v3."""
    extra = ("Status", "DetailRegionCode")
    return [
        {
            "Key": row["Identifier"],
            "Title": row["Title"],
            "Description": row["Description"] or "",
            **({} if "Status" in row else {"CategoryGroupID": _number(row["DimensionGroupId"])}),
            **{name: row[name] for name in extra if name in row},
        }
        for row in sorted(codes, key=lambda row: int(row["Index"]))
    ]


def _group(row: Row, dimension: str) -> Row:
    return {
        "ID": _number(row["Id"]),
        "DimensionKey": dimension,
        "Title": row["Title"],
        "Description": row["Description"] or "",
        "ParentID": _number(row["ParentId"]),
    }


def _number(key: str | None) -> int | str | None:
    return int(key) if key is not None and key.isdecimal() else key


def _infos(properties: Row) -> Row:
    """TableInfos as v3 gives them, as far as v4 says the same."""
    same = ("Identifier", "Title", "Summary", "Source", "Language", "Catalog", "Frequency", "DefaultPresentation", "GraphTypes",
            "SearchPriority")  # fmt: skip
    return {
        **{name: properties.get(name) for name in same},
        "ShortDescription": properties.get("Description"),
        "Description": properties.get("LongDescription"),
        "Period": properties.get("TemporalCoverage"),
        "OutputStatus": properties.get("Status"),
        "ReasonDelivery": properties.get("VersionReason"),
        # v3 gives Dutch time without saying so
        "Modified": str(properties["Modified"])[:19],
    }
