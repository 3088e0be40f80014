"""The service answers as CBS's OData v4 service does, with the figures that it gives over v3."""

import json

import numpy as np
import pandas as pd
import pytest

from tests.example.conftest import stripped
from tests.example.test_service import get
from wijkanalyse.example import StatLineServer, StatLineTable
from wijkanalyse.example.odata4 import Service4
from wijkanalyse.example.publish import categories
from wijkanalyse.example.table import Dimension, Topic, topic_tree

TRAJECTORIES = "85097NED"
TABLE = f"/odata/v1/CBS/{TRAJECTORIES}"
OBSERVATIONS = f"{TABLE}/Observations"


@pytest.fixture(scope="module")
def pages(statline: StatLineServer) -> list[dict]:
    """All pages of the observations of 85097NED."""
    found = [get(statline, OBSERVATIONS)[1]]
    while link := found[-1].get("@odata.nextLink"):
        found.append(get(statline, link.removeprefix(f"http://{statline.catalog_url}"))[1])
    return found


@pytest.fixture(scope="module")
def records(pages: list[dict]) -> list[dict]:
    return [row for page in pages for row in page["value"]]


@pytest.fixture(scope="module")
def observations(records: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(records)


def test_root_lists_the_sets_with_relative_addresses(statline: StatLineServer):
    status, body, _ = get(statline, TABLE)
    assert status == 200
    assert body["@odata.context"] == f"http://{statline.catalog_url}{TABLE}/$metadata"
    assert [row["name"] for row in body["value"]] == [
        "MeasureGroups", "MeasureCodes", "Dimensions", "VerwijzerJeugdzorgCodes", "RegioSGroups", "RegioSCodes",
        "PeriodenCodes", "Observations", "Properties",
    ]  # fmt: skip
    assert all(row["url"] == row["name"] for row in body["value"])
    assert body["value"][0]["kind"] == "EntitySet"
    assert body["value"][-1]["kind"] == "Singleton"


def test_properties_are_one_object(statline: StatLineServer, observations: pd.DataFrame):
    body = get(statline, f"{TABLE}/Properties")[1]
    assert "value" not in body
    assert body["Identifier"] == TRAJECTORIES
    assert body["Modified"] == body["ObservationsModified"] == "2026-04-30T02:00:00+02:00"
    assert body["Version"] == "202604300200"
    assert body["ObservationCount"] == len(observations)
    assert body["DatasetType"] == "Numeric"
    assert body["License"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "VOORBEELDCIJFERS" in body["Summary"]
    assert get(statline, "/odata/v1/CBS/86247NED/Properties")[1]["DatasetType"] == "Text"


def test_a_topic_has_the_number_that_it_has_in_v3(statline: StatLineServer, small_tables: dict[str, StatLineTable]):
    measures = get(statline, f"{TABLE}/MeasureCodes")[1]["value"]
    groups = {row["Id"]: row for row in get(statline, f"{TABLE}/MeasureGroups")[1]["value"]}
    properties = {row["ID"]: row for row in small_tables[TRAJECTORIES].properties}
    assert len(measures) == len({row["Identifier"] for row in measures}) == len(small_tables[TRAJECTORIES].topics)
    for measure in measures:
        topic = properties[measure["Index"]]
        assert [measure[name] for name in ("Title", "Unit", "Decimals")] == [topic[n] for n in ("Title", "Unit", "Decimals")]
        assert groups[measure["MeasureGroupId"]]["Title"] == properties[topic["ParentID"]]["Title"]
    assert set(measures[0]) == {
        "Identifier", "Index", "Title", "Description", "MeasureGroupId", "DataType", "Unit", "Format", "Decimals",
        "PresentationType",
    }  # fmt: skip


def test_codes_are_not_padded(statline: StatLineServer, small_tables: dict[str, StatLineTable]):
    for name, rows in small_tables[TRAJECTORIES].dimensions.items():
        codes = get(statline, f"{TABLE}/{name}Codes")[1]["value"]
        assert [row["Identifier"] for row in codes] == [str(row["Key"]).strip() for row in rows]
        assert [row["Index"] for row in codes] == list(range(1, len(rows) + 1))
        assert ("Status" in codes[0]) == (name == "Perioden")
    groups = {row["Id"] for row in get(statline, f"{TABLE}/RegioSGroups")[1]["value"]}
    assert {row["DimensionGroupId"] for row in get(statline, f"{TABLE}/RegioSCodes")[1]["value"]} <= {*groups, None}


def test_dimensions_say_what_they_are(statline: StatLineServer):
    rows = get(statline, f"{TABLE}/Dimensions")[1]["value"]
    assert [(row["Identifier"], row["Kind"], row["ContainsGroups"]) for row in rows] == [
        ("VerwijzerJeugdzorg", "Dimension", False),
        ("RegioS", "GeoDimension", True),
        ("Perioden", "TimeDimension", False),
    ]


def test_a_page_has_a_hundred_thousand_observations(pages: list[dict], statline: StatLineServer):
    assert [len(page["value"]) for page in pages[:-1]] == [100_000] * (len(pages) - 1)
    assert pages[0]["@odata.nextLink"] == f"http://{statline.catalog_url}{OBSERVATIONS}?$skip=100000"
    assert "@odata.nextLink" not in pages[-1]
    assert [row["Id"] for page in pages for row in page["value"]] == list(range(sum(len(page["value"]) for page in pages)))


def test_the_figures_are_those_of_v3(
    statline: StatLineServer, observations: pd.DataFrame, small_tables: dict[str, StatLineTable]
):
    """Every figure of v3 is an observation, and every observation with a value a figure of v3."""
    table = small_tables[TRAJECTORIES]
    key_of = dict(zip((int(row["ID"]) for row in table.topics), (row["Key"] for row in table.topics), strict=True))
    measures = {row["Identifier"]: key_of[row["Index"]] for row in get(statline, f"{TABLE}/MeasureCodes")[1]["value"]}
    names = list(table.dimensions)
    expected = stripped(table).melt(names, var_name="topic", value_name="value").dropna()
    found = observations.assign(topic=observations["Measure"].map(measures)).dropna(subset="Value")
    merged = expected.merge(found, on=[*names, "topic"], how="outer", validate="1:1")
    assert len(merged) == len(expected) == len(found)
    assert (merged["value"] == merged["Value"]).all()
    assert (found["ValueAttribute"] == "None").all()


def test_which_empty_cells_are_listed(small_tables: dict[str, StatLineTable]):
    """Secret ones, but no cells of a region in a period in which it has no figure at all: it did not exist."""
    table = small_tables["84134NED"]
    answer = Service4([table], page_size=10**9).answer("/odata/v1/CBS/84134NED/Observations", "http://x")
    observations = pd.DataFrame(json.loads(answer.text)["value"])
    frame = stripped(table).drop(columns="VormenVanJeugdzorg").set_index(["RegioS", "Perioden"])
    exists = frame.notna().any(axis=1).groupby(level=[0, 1]).any()
    assert not exists.all()
    listed = pd.MultiIndex.from_frame(observations[["RegioS", "Perioden"]]).unique()
    assert set(listed) == set(exists.index[exists])
    empty = observations[observations["Value"].isna()]
    assert len(empty) == frame[frame.index.isin(listed)].isna().to_numpy().sum() > 0
    assert set(empty["ValueAttribute"]) == {"Confidential"}


def test_why_a_cell_is_empty():
    """Impossible, known nowhere in the period, or kept secret; the other cells of GM0001 in 2020 are left out."""
    periods = [{"Key": f"{year}JJ00", "Title": str(year), "Description": "", "Status": "Definitief"} for year in (2019, 2020)]
    dimensions = {"RegioS": categories([("NL01", "Nederland"), ("GM0001", "Een")]), "Perioden": periods}
    properties = topic_tree(
        [Dimension("RegioS", "Regio's", "GeoDimension", map_year=2020), Dimension("Perioden", "Perioden", "TimeDimension")],
        [Topic("Eerste"), Topic("Tweede"), Topic("Woord", "naam", "String")],
    )
    nan = np.nan
    typed = pd.DataFrame(
        {
            "RegioS": ["NL01  ", "NL01  ", "GM0001", "GM0001"],
            "Perioden": ["2019JJ00", "2020JJ00"] * 2,
            "Eerste_1": [10.0, 20.0, nan, nan],
            "Tweede_2": [nan, 5.0, nan, nan],
            "Woord_3": ["land", None, "plaats", None],
        }
    )
    cannot = {"Tweede_2": np.array([False, False, True, True])}
    table = StatLineTable("1NED", {"Modified": "2026-01-01T02:00:00"}, properties, [], dimensions, typed, cannot)
    rows = json.loads(Service4([table]).answer("/odata/v1/CBS/1NED/Observations", "http://x").text)["value"]
    assert [(r["RegioS"], r["Perioden"][:4], r["ValueAttribute"], r["Value"], r["StringValue"]) for r in rows] == [
        ("NL01", "2019", "None", 10.0, None),
        ("NL01", "2019", "NotAvailable", None, None),
        ("NL01", "2019", "None", None, "land"),
        ("NL01", "2020", "None", 20.0, None),
        ("NL01", "2020", "None", 5.0, None),
        ("NL01", "2020", "NotAvailable", None, None),
        ("GM0001", "2019", "Confidential", None, None),
        ("GM0001", "2019", "Impossible", None, None),
        ("GM0001", "2019", "None", None, "plaats"),
        ("GM0001", "2020", "Impossible", None, None),
    ]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("RegioS eq 'GM0014' and Perioden eq '2022JJ00'", lambda r: (r["RegioS"], r["Perioden"]) == ("GM0014", "2022JJ00")),
        ("Perioden ge '2022' and Perioden lt '2023'", lambda r: r["Perioden"].startswith("2022")),
        ("contains(Perioden,'HJ') and startswith(RegioS,'NL')", lambda r: "HJ" in r["Perioden"] and r["RegioS"] == "NL01"),
        ("ValueAttribute eq 'Confidential'", lambda r: r["ValueAttribute"] == "Confidential"),
        ("Value gt 5000", lambda r: r["Value"] is not None and r["Value"] > 5000),
    ],
)
def test_filters(statline: StatLineServer, records: list[dict], query: str, holds):
    found = get(statline, f"{OBSERVATIONS}?$filter={query}&$top=500")[1]["value"]
    assert found
    assert all(holds(row) for row in found)
    expected = sum(map(holds, records))
    status, _, text = get(statline, f"{OBSERVATIONS}/$count?$filter={query}")
    assert (status, text) == (200, f"\ufeff{expected}")
    assert get(statline, f"{OBSERVATIONS}?$filter={query}&$count=true&$top=1")[1]["@odata.count"] == expected


def test_select_top_and_skip(statline: StatLineServer, records: list[dict]):
    found = get(statline, f"{OBSERVATIONS}?$select=Measure,Value&$top=3&$skip=5")[1]["value"]
    assert found == [{name: row[name] for name in ("Measure", "Value")} for row in records[5:8]]


@pytest.fixture
def small_pages(small_tables: dict[str, StatLineTable]) -> Service4:
    return Service4([small_tables["86247NED"]], page_size=100)


def test_links_keep_the_query(small_pages: Service4):
    target = "/odata/v1/CBS/86247NED/Observations?$filter=startswith(RegioS,'GM')&$top=150"
    page = json.loads(small_pages.answer(target, "http://x").text)
    link = page["@odata.nextLink"]
    assert link == "http://x/odata/v1/CBS/86247NED/Observations?$filter=startswith%28RegioS%2C%27GM%27%29&$top=50&$skip=100"
    rest = json.loads(small_pages.answer(link.removeprefix("http://x"), "http://x").text)
    assert "@odata.nextLink" not in rest
    assert len(page["value"]) + len(rest["value"]) == 150


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/odata/v1/CBS/85097ned/Properties", 404),  # v4 is case-sensitive
        ("/odata/v1/CBS/12345NED", 404),
        ("/odata/v1/CBS", 404),
        ("/odata/v1/IV3/85097NED", 404),
        (f"{TABLE}/NoSuchSet", 404),
        (f"{TABLE}/PeriodenGroups", 404),
        (f"{OBSERVATIONS}/1/2", 404),
        (f"{OBSERVATIONS}?$filter=RegioS eq", 400),
        (f"{OBSERVATIONS}?$filter=substringof('GM',RegioS)", 400),  # the function of v3
        (f"{OBSERVATIONS}?$filter=NoSuchColumn eq 'x'", 400),
        (f"{OBSERVATIONS}?$select=NoSuchColumn", 400),
        (f"{OBSERVATIONS}?$top=-1", 400),
        (f"{OBSERVATIONS}?$format=json", 400),
        (f"{TABLE}/$metadata", 501),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(statline: StatLineServer, target: str, status: int):
    found, body, _ = get(statline, target)
    assert found == status
    assert body["error"]["message"]
