"""The service answers as CBS's OData v3 service does."""

import gzip
import json
from http.client import HTTPConnection
from itertools import pairwise
from urllib.parse import quote

import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import StatLineServer, StatLineTable, World
from wijkanalyse.example.table import CATALOGUE_FIELDS, INFOS_FIELDS

TRAJECTORIES = "85097NED"
FEED = f"/ODataFeed/odata/{TRAJECTORIES}"
ROWS = f"{FEED}/TypedDataSet?$format=json"


def get(server: StatLineServer, target: str, **headers: str) -> tuple[int, dict, str]:
    host, port = server.catalog_url.split(":")
    connection = HTTPConnection(host, int(port), timeout=20)
    connection.request("GET", quote(target, safe="/?&=$%,'()+"), headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    text = body.decode("utf-8")
    is_json = "json" in answer.headers["Content-Type"]
    return answer.status, json.loads(text) if is_json else {}, text


def test_root_lists_the_sets_in_cbs_order(statline: StatLineServer):
    status, body, text = get(statline, f"{FEED}?$format=json")
    assert status == 200
    base = f"http://{statline.catalog_url}"
    assert body["odata.metadata"] == f"{base}/ODataFeed/OData/{TRAJECTORIES}/$metadata"
    assert [row["name"] for row in body["value"]] == [
        "TableInfos",
        "UntypedDataSet",
        "TypedDataSet",
        "DataProperties",
        "CategoryGroups",
        "VerwijzerJeugdzorg",
        "RegioS",
        "Perioden",
    ]
    assert body["value"][0]["url"] == f"{base}{FEED}/TableInfos"
    start = f'{{\r\n  "odata.metadata":"{body["odata.metadata"]}","value":[\r\n    {{\r\n      "name":"TableInfos","url":'
    assert text.startswith(start)


@pytest.mark.parametrize("path", [f"/odatafeed/OData/{TRAJECTORIES.lower()}", f"/ODataApi/ODATA/{TRAJECTORIES}/"])
def test_service_and_identifier_in_any_case_and_a_trailing_slash(statline: StatLineServer, path: str):
    assert get(statline, f"{path}?$format=json")[1]["value"][3]["name"] == "DataProperties"


def test_api_answers_json_of_its_own_accord_and_the_feed_refuses_atom(statline: StatLineServer):
    assert get(statline, f"/ODataApi/odata/{TRAJECTORIES}/TableInfos")[0] == 200
    status, body, _ = get(statline, f"{FEED}/TableInfos")
    assert status == 501
    assert "$format=json" in body["odata.error"]["message"]["value"]


def test_field_sets(statline: StatLineServer):
    (info,) = get(statline, f"{FEED}/TableInfos?$format=json")[1]["value"]
    assert tuple(info) == INFOS_FIELDS
    assert len(info) == 21
    assert "VOORBEELDCIJFERS" in info["ShortDescription"]
    assert info["Source"] == "wijkanalyse (voorbeeldcijfers)"
    catalogue = get(statline, "/ODataCatalog/Tables?$format=json")[1]
    assert catalogue["odata.metadata"] == f"http://{statline.catalog_url}/ODataCatalog/$metadata#Tables"
    assert all(tuple(row) == CATALOGUE_FIELDS for row in catalogue["value"])
    assert len(CATALOGUE_FIELDS) == 26
    properties = get(statline, f"{FEED}/DataProperties?$format=json")[1]["value"]
    common = ["odata.type", "ID", "Position", "ParentID", "Type", "Key", "Title", "Description"]
    extra = {
        "Dimension": [],
        "TimeDimension": ["ReleasePolicy"],
        "GeoDimension": ["MapYear"],
        "TopicGroup": [],
        "Topic": ["Datatype", "Unit", "Decimals", "Default", "PresentationType"],
    }
    assert [row["ID"] for row in properties] == list(range(len(properties)))
    for row in properties:
        assert list(row) == common + extra[row["Type"]]
        assert row["odata.type"] == f"Cbs.OData.{row['Type']}"
        if row["Type"] == "TopicGroup":
            assert (row["Position"], row["Key"]) == (None, "")
    groups = get(statline, f"{FEED}/CategoryGroups?$format=json")[1]["value"]
    assert list(groups[0]) == ["ID", "DimensionKey", "Title", "Description", "ParentID"]
    period = get(statline, f"{FEED}/Perioden?$format=json")[1]["value"][0]
    assert period == {"Key": "2021JJ00", "Title": "2021", "Description": "", "Status": "Definitief"}
    region = get(statline, f"{FEED}/RegioS?$format=json")[1]["value"][0]
    assert region == {"Key": "NL01  ", "Title": "Nederland", "Description": "", "CategoryGroupID": None}


def test_catalogue_counts_rows_and_columns(statline: StatLineServer, small_tables: dict[str, StatLineTable]):
    rows = {row["Identifier"]: row for row in get(statline, "/ODataCatalog/Tables?$format=json")[1]["value"]}
    for identifier, table in small_tables.items():
        assert rows[identifier]["RecordCount"] == len(table.typed)
        assert rows[identifier]["ColumnCount"] == len(table.dimensions) + len(table.topics)
        assert rows[identifier]["Modified"] == World.modified
    found = get(statline, "/ODataCatalog/Tables?$format=json&$select=Identifier&$filter=Identifier eq '03759ned'")[1]
    assert found["value"] == [{"Identifier": "03759ned"}]


def test_pages_link_on_and_their_rows_are_gapless(small_tables: dict[str, StatLineTable]):
    table = small_tables["71486ned"]
    with StatLineServer([table], page_size=500) as server:
        target = "/ODataFeed/odata/71486NED/TypedDataSet/?$format=json"
        seen: list[int] = []
        skip = 0
        while True:
            _, body, text = get(server, target)
            seen += [row["ID"] for row in body["value"]]
            if "odata.nextLink" not in body:
                break
            skip += 500
            expected = f"/ODataFeed/odata/71486NED/TypedDataSet/?$format=json&$skip={skip}"
            assert body["odata.nextLink"] == f"http://{server.catalog_url}{expected}"
            assert text.endswith(f'  ],"odata.nextLink":"{body["odata.nextLink"]}"\r\n}}')
            target = expected
        assert seen == list(range(len(table.typed)))
        # Dimension lists page as well, and the query is repeated in order with escaped values.
        part = "/ODataFeed/odata/71486ned/TypedDataSet?$format=json&$filter=(Perioden ne '2015JJ00')&$select=ID,RegioS"
        link = get(server, part)[1]["odata.nextLink"]
        escaped = "$filter=%28Perioden%20ne%20%272015JJ00%27%29&$select=ID%2CRegioS&$skip=500"
        assert link.endswith(f"?$format=json&{escaped}")
        first = get(server, link.removeprefix(f"http://{server.catalog_url}"))[1]["value"][0]
        years = len(table.dimensions["Perioden"])
        assert first["ID"] == 500 + 500 // (years - 1) + 1


def test_page_size_of_the_feed_is_cbs_own(statline: StatLineServer, small_tables: dict[str, StatLineTable]):
    body = get(statline, "/ODataFeed/odata/84134NED/UntypedDataSet?$format=json")[1]
    assert len(small_tables["84134NED"].typed) > 10_000
    assert len(body["value"]) == 10_000
    assert body["odata.nextLink"].endswith("/UntypedDataSet?$format=json&$skip=10000")


def test_api_refuses_more_than_ten_thousand_rows(statline: StatLineServer):
    status, body, _ = get(statline, "/ODataApi/odata/84134NED/TypedDataSet")
    assert status == 500
    assert "10000 records" in body["odata.error"]["message"]["value"]
    assert get(statline, "/ODataApi/odata/84134NED/TypedDataSet?$top=5")[0] == 200


def test_select_filter_top_skip_and_counts(statline: StatLineServer):
    groningen = "RegioS eq 'GM0014' and substringof('JJ00',Perioden) and startswith(VerwijzerJeugdzorg,'T')"
    body = get(statline, f"{ROWS}&$filter={groningen}&$select=ID,Perioden&$inlinecount=allpages")[1]
    assert body["odata.count"] == "5"
    assert [row["Perioden"] for row in body["value"]] == [f"{year}JJ00" for year in range(2021, 2026)]
    numbers = [row["ID"] for row in body["value"]]
    assert numbers[0] > 0  # the row's place in the table, not in the answer
    assert {after - before for before, after in pairwise(numbers)} == {3}
    part = get(statline, f"{ROWS}&$filter={groningen}&$select=ID&$skip=1&$top=2")[1]
    assert [row["ID"] for row in part["value"]] == numbers[1:3]
    assert get(statline, f"{FEED}/TypedDataSet/$count?$format=json&$filter={groningen}")[2] == "5"
    assert get(statline, f"{ROWS}&$filter=RegioS eq 'GM9999'")[1]["value"] == []


def test_padded_keys_match_only_padded_text(statline: StatLineServer):
    assert get(statline, f"{ROWS}&$filter=RegioS eq 'NL01'")[1]["value"] == []
    assert len(get(statline, f"{ROWS}&$filter=RegioS eq 'NL01  '&$top=3")[1]["value"]) == 3


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/ODataFeed/odata/99999NED?$format=json", 404),
        (f"{FEED}/NoSuchSet?$format=json", 404),
        ("/elsewhere", 404),
        (f"{ROWS}&$filter=RegioS eq", 400),
        (f"{ROWS}&$filter=NoSuchColumn eq 'x'", 400),
        (f"{ROWS}&$filter=RegioS eq 5", 400),
        (f"{ROWS}&$filter=(RegioS eq 'NL01  '", 400),
        (f"{ROWS}&$select=NoSuchColumn", 400),
        (f"{ROWS}&$top=-1", 400),
        (f"{ROWS}&$orderby=ID", 400),
        (f"{FEED}/$metadata", 501),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(statline: StatLineServer, target: str, status: int):
    found, body, _ = get(statline, target)
    assert found == status
    assert body["odata.error"]["message"]["value"]


def test_answers_are_compressed_for_who_accepts_it(statline: StatLineServer):
    plain = get(statline, f"{ROWS}&$top=50")[2]
    assert get(statline, f"{ROWS}&$top=50", **{"Accept-Encoding": "gzip, deflate"})[2] == plain


def test_one_connection_serves_many_requests(statline: StatLineServer):
    host, port = statline.catalog_url.split(":")
    connection = HTTPConnection(host, int(port), timeout=20)
    for _ in range(3):
        connection.request("GET", f"{ROWS}&$top=1")
        answer = connection.getresponse()
        assert answer.version == 11
        assert not answer.will_close
        answer.read()
    connection.close()


def test_typed_and_untyped_show_the_same_figures(statline: StatLineServer):
    target = f"{FEED}/%s?$format=json&$filter=RegioS eq 'GM0014' or RegioS eq 'GM0003'&$top=40"
    typed = get(statline, target % "TypedDataSet")[1]["value"]
    untyped = get(statline, target % "UntypedDataSet")[1]["value"]
    assert typed
    for number, text in zip(typed, untyped, strict=True):
        for name, value in number.items():
            if isinstance(value, str) or name == "ID":
                assert text[name] == value
            elif value is None:
                assert text[name] == "       ."
            else:
                assert isinstance(value, int)
                assert text[name] == f"{value:8d}"


def test_a_taken_port_is_named(statline: StatLineServer):
    port = int(statline.catalog_url.split(":")[1])
    with pytest.raises(WijkanalyseError, match=str(port)):
        StatLineServer([], port=port)
