"""From a request to the text of the answer: sets, query options, pages and their links, in CBS's own layout.

Shapes: OData v3 "light" JSON as CBS's Feed and API write it (metadata first, indented, absolute links).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import numpy as np

from wijkanalyse.errors import listing, nearest
from wijkanalyse.example.odata_filter import FilterError, matching_rows
from wijkanalyse.example.rowsets import DataSet, EncodedColumn, Index, ListSet, RowSet
from wijkanalyse.example.table import Row, StatLineTable

DATA_SETS: Final = ("TypedDataSet", "UntypedDataSet")
API_LIMIT: Final = 10_000
_OPTIONS: Final = ("$format", "$select", "$filter", "$top", "$skip", "$inlinecount", "$count")
JSON_TYPE: Final = "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """Status, type and text of an answer."""

    status: int
    text: str
    content_type: str = JSON_TYPE


class Refusal(Exception):  # noqa: N818 - an answer of the service, not an error of the program
    """An answer that says why not; the services of both protocols give it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Sets:
    """The sets of one table, by name and in the order of the root document."""

    def __init__(self, table: StatLineTable) -> None:
        self.table = table
        encoded: dict[str, EncodedColumn] = {}
        self._by_name: dict[str, RowSet] = {
            "TableInfos": ListSet([table.info_row()]),
            "UntypedDataSet": DataSet(table, encoded, is_typed=False),
            "TypedDataSet": DataSet(table, encoded, is_typed=True),
            "DataProperties": ListSet(table.properties),
            "CategoryGroups": ListSet(table.category_groups),
            **{name: ListSet(rows) for name, rows in table.dimensions.items()},
        }

    @property
    def names(self) -> list[str]:
        """TableInfos, UntypedDataSet, TypedDataSet, DataProperties, CategoryGroups, then each dimension."""
        return list(self._by_name)

    def get(self, name: str) -> RowSet:
        """Return a set, or refuse with 404."""
        if name not in self._by_name:
            raise Refusal(404, f"Table {self.table.identifier} has no set {name!r}{nearest(name, self._by_name)}.")
        return self._by_name[name]


class Service:
    """Answers requests for a number of tables."""

    def __init__(self, tables: Sequence[StatLineTable], page_size: int) -> None:
        self.tables = {table.identifier.lower(): Sets(table) for table in tables}
        self.page_size = page_size

    def answer(self, target: str, base_url: str, accept: str = "") -> Answer:
        """Answer the request for `target` (path and query); `base_url` is the scheme and host that links start with."""
        try:
            return self._answer(Request(target, base_url, accept))
        except Refusal as refusal:
            return error(refusal.status, refusal.message)
        except FilterError as wrong:
            return error(400, str(wrong))

    def _answer(self, request: "Request") -> Answer:
        parts = request.parts
        service = parts[0].lower() if parts else ""
        if service == "odatacatalog":
            return self._catalogue(request)
        if service not in ("odatafeed", "odataapi") or len(parts) < 3 or parts[1].lower() != "odata":
            raise Refusal(404, f"No such path: {request.path}. Known are /ODataCatalog/Tables, /ODataFeed and /ODataApi.")
        if "$metadata" in parts:
            raise Refusal(501, "The embedded StatLine writes no EDMX ($metadata). Read DataProperties instead.")
        request.refuse_atom(is_default=service == "odatafeed")
        sets = self.tables.get(parts[2].lower())
        if sets is None:
            raise Refusal(404, f"Table {parts[2]!r} does not exist{nearest(parts[2].lower(), self.tables)}.")
        name = "ODataFeed" if service == "odatafeed" else "ODataApi"
        metadata = f"{request.base_url}/{name}/OData/{sets.table.identifier}/$metadata"
        if len(parts) == 3:
            here = request.base_url + "/" + "/".join(parts)
            root: list[Row] = [{"name": each, "url": f"{here}/{each}"} for each in sets.names]
            return _page(metadata, ListSet(root), np.arange(len(root)), ["name", "url"])
        if len(parts) > 5 or (len(parts) == 5 and parts[4] != "$count"):
            raise Refusal(404, f"No such path: {request.path}.")
        limit = API_LIMIT if service == "odataapi" and parts[3] in DATA_SETS else None
        metadata += f"#Cbs.OData.WebAPI.{parts[3]}"
        return self._set(request, sets.get(parts[3]), metadata, self.page_size, limit)

    def _catalogue(self, request: "Request") -> Answer:
        if len(request.parts) != 2 or request.parts[1] != "Tables":
            raise Refusal(404, "The catalogue of the embedded StatLine has one set: /ODataCatalog/Tables.")
        request.refuse_atom(is_default=True)
        rows = [sets.table.catalogue_row(n, request.base_url) for n, sets in enumerate(self.tables.values())]
        metadata = f"{request.base_url}/ODataCatalog/$metadata#Tables"
        return self._set(request, ListSet(rows), metadata, page_size=None, limit=None)

    def _set(self, request: "Request", rows: RowSet, metadata: str, page_size: int | None, limit: int | None) -> Answer:
        names = request.selected(rows)
        index: Index = np.arange(len(rows))
        if request.options.get("$filter"):
            index = index[matching_rows(request.options["$filter"], rows.column)]
        found = len(index)
        if request.parts[-1] == "$count":
            return Answer(200, str(found), "text/plain;charset=utf-8")
        skip, top = request.number("$skip") or 0, request.number("$top")
        index = index[skip:] if top is None else index[skip : skip + top]
        if limit is not None and len(index) > limit:
            raise Refusal(500, f"The query returns more than {limit} records. Use a filter, $top and $skip, or the Feed.")
        link = None
        if page_size is not None and len(index) > page_size:
            left = None if top is None else top - page_size
            link = request.next_link(skip + page_size, left)
            index = index[:page_size]
        total = found if request.options.get("$inlinecount") == "allpages" else None
        return _page(metadata, rows, index, names, total, link)


class Request:
    """A request, taken apart; `known` are the query options of the protocol."""

    def __init__(self, target: str, base_url: str, accept: str = "", known: Sequence[str] = _OPTIONS) -> None:
        self._known = known
        split = urlsplit(target)
        self.path = unquote(split.path)
        self.parts = [part for part in self.path.split("/") if part]
        self.base_url = base_url
        self.accept = accept
        self.pairs = parse_qsl(split.query, keep_blank_values=True)

    @cached_property
    def options(self) -> Mapping[str, str]:
        """The `$` options; a repeated one counts once. Unknown ones are refused with 400."""
        found = {name: value for name, value in self.pairs if name.startswith("$")}
        unknown = [name for name in found if name not in self._known]
        if unknown:
            raise Refusal(400, f"Query option {unknown[0]} is not supported. Known: {listing(self._known)}.")
        return found

    def refuse_atom(self, is_default: bool) -> None:
        """Refuse a request that CBS would answer with Atom XML: by `$format`, or by default where nothing asks for JSON."""
        asked = self.options.get("$format", "json" if not is_default or "json" in self.accept else "atom")
        if asked.lower() != "json":
            raise Refusal(501, f"The embedded StatLine writes JSON only ($format={asked} asked). Add $format=json.")

    def selected(self, rows: RowSet) -> Sequence[str]:
        """Return the columns asked for, in the order asked, or all; 400 for an unknown one."""
        names = [name.strip() for name in self.options.get("$select", "").split(",") if name.strip()]
        unknown = [name for name in names if name not in rows.names]
        if unknown and len(rows):
            raise Refusal(400, f"$select: there is no column {unknown[0]!r}{nearest(unknown[0], rows.names)}.")
        return [name for name in names if name != "*"] or rows.names

    def number(self, option: str) -> int | None:
        """Return `$top` or `$skip` as a number, or None; 400 when it is no whole number of 0 or more."""
        text = self.options.get(option)
        if text is None:
            return None
        if not text.isdecimal():
            raise Refusal(400, f"{option} must be a whole number of 0 or more, not {text!r}.")
        return int(text)

    def next_link(self, skip: int, top: int | None) -> str:
        """Return the absolute link to the next page: path and query as asked, values escaped, `$skip` last."""
        pairs = [(name, value) for name, value in self.pairs if name not in ("$skip", "$top")]
        pairs += [] if top is None else [("$top", str(top))]
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in [*pairs, ("$skip", str(skip))])
        return f"{self.base_url}{quote(self.path, safe='/$')}?{query}"


def error(status: int, message: str) -> Answer:
    """Return an error answer in the shape of OData v3."""
    body = {"odata.error": {"code": "", "message": {"lang": "en-US", "value": message}}}
    return Answer(status, json.dumps(body, ensure_ascii=False))


def _page(
    metadata: str,
    rows: RowSet,
    index: Index,
    names: Sequence[str],
    total: int | None = None,
    next_link: str | None = None,
) -> Answer:
    head = f'{{\r\n  "odata.metadata":{json.dumps(metadata)},'
    if total is not None:
        head += f'"odata.count":"{total}",'
    body = "\r\n    },{\r\n      ".join(rows.write(index, names))
    value = f'"value":[\r\n    {{\r\n      {body}\r\n    }}\r\n  ]' if len(index) else '"value":[\r\n    \r\n  ]'
    tail = "" if next_link is None else f',"odata.nextLink":{json.dumps(next_link, ensure_ascii=False)}'
    return Answer(200, f"{head}{value}{tail}\r\n}}")
