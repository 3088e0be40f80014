"""The same tables over OData v4, as CBS serves them under https://datasets.cbs.nl/odata/v1/CBS/{table}.

    {table}                    the sets, with relative addresses
    {table}/Properties         one object: title, version, number of observations
    {table}/Dimensions         and for each {dimension}Codes and, where categories are grouped, {dimension}Groups
    {table}/MeasureCodes       the topics, and MeasureGroups where they have headings
    {table}/Observations       the cells, 100,000 a page (`observations.py`), and Observations/$count

Identifiers of tables are case-sensitive and keys carry no blanks, unlike in v3. A topic's Index is the ID that it has in
DataProperties of v3.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from wijkanalyse.errors import nearest
from wijkanalyse.example.answers import Answer, Refusal, Request
from wijkanalyse.example.observations import ObservationSet, measure_identifiers
from wijkanalyse.example.odata_filter import FilterError, matching_rows
from wijkanalyse.example.rowsets import Index, ListSet, RowSet
from wijkanalyse.example.table import Row, StatLineTable

PATH: Final = "/odata/v1/"  # what all addresses of v4 begin with, whatever the catalogue
ROOT: Final = "/odata/v1/CBS"
PAGE_SIZE: Final = 100_000  # observations a page, as at CBS
_OPTIONS: Final = ("$filter", "$select", "$top", "$skip", "$count")
_JSON_TYPE: Final = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
_COUNT_TYPE: Final = "text/plain; charset=utf-8"
_BYTE_ORDER_MARK: Final = "\ufeff"  # CBS begins the text of a $count with one
_TIME_ZONE: Final = ZoneInfo("Europe/Amsterdam")


class Service4:
    """Answers requests for a number of tables; `page_size` may be smaller than CBS's in a test."""

    def __init__(self, tables: Sequence[StatLineTable], page_size: int = PAGE_SIZE) -> None:
        self.tables = {table.identifier: Sets4(table) for table in tables}
        self.page_size = page_size

    def answer(self, target: str, base_url: str, accept: str = "") -> Answer:
        """Answer the request for `target` (path and query); `base_url` is the scheme and host that links start with."""
        try:
            return self._answer(Request(target, base_url, accept, _OPTIONS))
        except Refusal as refusal:
            return error4(refusal.status, refusal.message)
        except FilterError as wrong:
            return error4(400, str(wrong))

    def _answer(self, request: Request) -> Answer:
        _, _, catalog, *parts = [*request.parts, ""]
        parts = [part for part in parts if part]
        if catalog != "CBS" or not parts:
            raise Refusal(404, f"No such path: {request.path}. Known is {ROOT}/{{table}}.")
        identifier, *path = parts
        sets = self.tables.get(identifier)
        if sets is None:
            raise Refusal(404, f"Table {identifier!r} does not exist{nearest(identifier, self.tables)}.")
        if path == ["$metadata"]:
            raise Refusal(501, "The embedded StatLine writes no EDMX ($metadata). Read Dimensions and MeasureCodes instead.")
        context = f"{request.base_url}{ROOT}/{identifier}/$metadata"
        if not path:
            return _list(context, ListSet(sets.root()), None, ["name", "kind", "url"])
        if path == ["Properties"]:
            return _object(f"{context}#Properties", sets.properties)
        if len(path) > 2 or (len(path) == 2 and path[1] != "$count"):
            raise Refusal(404, f"No such path: {request.path}.")
        return self._set(request, sets.get(path[0]), f"{context}#{path[0]}")

    def _set(self, request: Request, rows: RowSet, context: str) -> Answer:
        names = request.selected(rows)
        index: Index = np.arange(len(rows))
        if request.options.get("$filter"):
            index = index[matching_rows(request.options["$filter"], rows.column, version=4)]
        found = len(index)
        if request.parts[-1] == "$count":
            return Answer(200, f"{_BYTE_ORDER_MARK}{found}", _COUNT_TYPE)
        skip, top = request.number("$skip") or 0, request.number("$top")
        index = index[skip:] if top is None else index[skip : skip + top]
        link = None
        if len(index) > self.page_size:
            link = request.next_link(skip + self.page_size, None if top is None else top - self.page_size)
            index = index[: self.page_size]
        total = found if request.options.get("$count") == "true" else None
        return _list(context, rows, index, names, total, link)


class Sets4:
    """The sets of one table, made when they are first asked for."""

    def __init__(self, table: StatLineTable) -> None:
        self._table = table
        self._made: dict[str, RowSet] = {}
        self._measures = measure_identifiers(table.topics)

    @cached_property
    def names(self) -> list[str]:
        """The sets in the order of the root document; groups only where there are any."""
        groups = ["MeasureGroups"] if self._topic_groups() else []
        lists = [f"{name}{kind}" for name in self._table.dimensions for kind in self._kinds(name)]
        return [*groups, "MeasureCodes", "Dimensions", *lists, "Observations"]

    def root(self) -> list[Row]:
        """Return the rows of the root document."""
        sets: list[Row] = [{"name": name, "kind": "EntitySet", "url": name} for name in self.names]
        return [*sets, {"name": "Properties", "kind": "Singleton", "url": "Properties"}]

    def get(self, name: str) -> RowSet:
        """Return a set, or refuse with 404."""
        if name not in self.names:
            raise Refusal(404, f"Table {self._table.identifier} has no set {name!r}{nearest(name, self.names)}.")
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    @property
    def observations(self) -> RowSet:
        """The cells of the table."""
        return self.get("Observations")

    @property
    def properties(self) -> Row:
        """What CBS says of the table as a whole."""
        infos = self._table.infos
        moment = datetime.fromisoformat(str(infos["Modified"])).replace(tzinfo=_TIME_ZONE)
        kinds = {row["Datatype"] == "String" for row in self._table.topics}
        return {
            "Identifier": self._table.identifier,
            "Title": infos.get("Title", ""),
            "Description": infos.get("ShortDescription", ""),
            "Language": infos.get("Language", "nl"),
            "Authority": "https://standaarden.overheid.nl/owms/terms/Centraal_Bureau_voor_de_Statistiek",
            "Modified": moment.isoformat(),
            "TemporalCoverage": infos.get("Period", ""),
            "Catalog": infos.get("Catalog", "CBS"),
            "Publisher": "https://standaarden.overheid.nl/owms/terms/Centraal_Bureau_voor_de_Statistiek",
            "ContactPoint": "infoservice@cbs.nl",
            "Version": moment.strftime("%Y%m%d%H%M"),
            "VersionNotes": None,
            "VersionReason": infos.get("ReasonDelivery", ""),
            "Frequency": infos.get("Frequency", ""),
            "Status": infos.get("OutputStatus", ""),
            "ObservationCount": len(self.observations),
            "ObservationsModified": moment.isoformat(),
            "DatasetType": "Mixed" if len(kinds) > 1 else "Text" if kinds == {True} else "Numeric",
            "DefaultPresentation": infos.get("DefaultPresentation", ""),
            "GraphTypes": infos.get("GraphTypes", ""),
            "SearchPriority": infos.get("SearchPriority", ""),
            "License": "https://creativecommons.org/licenses/by/4.0/",
            "Source": infos.get("Source", ""),
            "Summary": infos.get("Summary", ""),
            "LongDescription": infos.get("Description", ""),
            "Provenance": [],
            "RelatedSources": [],
        }

    def _make(self, name: str) -> RowSet:
        if name == "Observations":
            return ObservationSet(self._table, self._measures)
        if name == "MeasureCodes":
            return ListSet([self._measure(row) for row in self._table.topics])
        if name == "MeasureGroups":
            return ListSet(_groups(self._topic_groups()))
        if name == "Dimensions":
            return ListSet([self._dimension(name) for name in self._table.dimensions])
        if name.endswith("Groups"):
            return ListSet(_groups(self._category_groups(name.removesuffix("Groups"))))
        categories = self._table.dimensions[name.removesuffix("Codes")]
        return ListSet([_code(row, number) for number, row in enumerate(categories, start=1)])

    def _measure(self, row: Row) -> Row:
        return {
            "Identifier": self._measures[str(row["Key"])],
            "Index": row["ID"],
            "Title": str(row["Title"]).strip(),
            "Description": row["Description"] or None,
            "MeasureGroupId": _text(row["ParentID"]),
            "DataType": row["Datatype"],
            "Unit": row["Unit"],
            "Format": None,
            "Decimals": row["Decimals"],
            "PresentationType": row["PresentationType"],
        }

    def _dimension(self, name: str) -> Row:
        row = next(row for row in self._table.properties if row["Key"] == name)
        has_groups = "Groups" in self._kinds(name)
        return {
            "@odata.type": f"#Cbs.Ccb.Models.{row['Type']}",
            "Identifier": name,
            "Title": row["Title"],
            "Description": row["Description"] or None,
            "Kind": row["Type"],
            "MapYear": row.get("MapYear"),
            "ReleasePolicy": row.get("ReleasePolicy"),
            "ContainsCodes": True,
            "ContainsGroups": has_groups,
            "CodesUrl": f"{name}Codes",
            "GroupsUrl": f"{name}Groups" if has_groups else None,
        }

    def _kinds(self, dimension: str) -> list[str]:
        return ["Groups", "Codes"] if self._category_groups(dimension) else ["Codes"]

    def _category_groups(self, dimension: str) -> list[Row]:
        return [row for row in self._table.category_groups if row["DimensionKey"] == dimension]

    def _topic_groups(self) -> list[Row]:
        return [row for row in self._table.properties if row["Type"] == "TopicGroup"]


def error4(status: int, message: str) -> Answer:
    """Return an error answer in the shape of OData v4."""
    return Answer(status, json.dumps({"error": {"code": "", "message": message}}, ensure_ascii=False), _JSON_TYPE)


def _code(row: Row, number: int) -> Row:
    """Return a category; Index counts from 1 in published order."""
    extra: Row = {name: row[name] for name in ("Status", "DetailRegionCode") if name in row}
    return {
        "Identifier": str(row["Key"]).strip(),
        "Index": number,
        "Title": str(row["Title"]).strip(),
        "Description": row.get("Description") or None,
        "DimensionGroupId": _text(row.get("CategoryGroupID")),
        **extra,
    }


def _groups(rows: Sequence[Row]) -> list[Row]:
    """Return groups of topics or categories; Index counts from 1."""
    return [
        {
            "Id": _text(row["ID"]),
            "Index": number,
            "Title": row["Title"],
            "Description": row.get("Description") or None,
            "ParentId": _text(row["ParentID"]),
        }
        for number, row in enumerate(rows, start=1)
    ]


def _text(key: object) -> str | None:
    return None if key is None else str(key)


def _object(context: str, row: Row) -> Answer:
    return Answer(200, json.dumps({"@odata.context": context, **row}, ensure_ascii=False), _JSON_TYPE)


def _list(
    context: str,
    rows: RowSet,
    index: Index | None,
    names: Sequence[str],
    total: int | None = None,
    next_link: str | None = None,
) -> Answer:
    written = rows.write(np.arange(len(rows)) if index is None else index, names)
    body = ",".join(f"{{{row}}}" for row in written)
    count = "" if total is None else f'"@odata.count":{total},'
    tail = "" if next_link is None else f',"@odata.nextLink":{json.dumps(next_link, ensure_ascii=False)}'
    return Answer(200, f'{{"@odata.context":{json.dumps(context)},{count}"value":[{body}]{tail}}}', _JSON_TYPE)
