"""The municipal division of each year, whatever the columns are numbered that year."""

import dataclasses

import pytest

from tests.small_world import fetched_tables, register
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import StatLineServer, World
from wijkanalyse.example.areas import area_tables
from wijkanalyse.municipalities import municipalities
from wijkanalyse.panel.areas import read_areas
from wijkanalyse.panel.checks import check_division
from wijkanalyse.statline.client import StatLineClient
from wijkanalyse.statline.titles import topics

REGIONS = {"jeugdregio": "JZ", "province": "PV"}
YEARS = register().areas.tables


@pytest.mark.parametrize("year", YEARS)
def test_municipalities_and_their_regions_of_every_year(year: int):
    raw = fetched_tables()[YEARS[year]]
    areas = read_areas(raw, REGIONS)
    assert list(areas) == ["gm_code", "gm_name", "jeugdregio_code", "jeugdregio_name", "province_code", "province_name"]
    assert areas["gm_code"].is_unique
    assert areas["gm_code"].str.fullmatch(r"GM\d{4}").all()
    utrecht = areas.set_index("gm_code").loc["GM0344"]
    assert utrecht["gm_name"].startswith("Utrecht")
    assert (utrecht["province_code"], utrecht["province_name"]) == ("PV26", "Utrecht")
    expected = municipalities().set_index("gm_code")["jeugdregio_code"]
    assert areas.set_index("gm_code")["jeugdregio_code"].to_dict() == expected.reindex(areas["gm_code"]).to_dict()


def test_the_pair_of_a_region_is_found_though_its_number_changes():
    """The made-up service moves the columns about as CBS does; else this whole file would prove little."""
    keys = set()
    for identifier in YEARS.values():
        raw = fetched_tables()[identifier]
        for topic in topics(raw.properties):
            if raw.data[topic.key].str.match(r"JZ\d").all():
                keys.add(topic.key)
    assert len(keys) > 1


def test_a_region_that_the_table_lacks_is_an_error():
    with pytest.raises(WijkanalyseError, match=r"86247NED: 0 columns hold codes that begin with XX .*for police"):
        read_areas(fetched_tables()["86247NED"], {"police": "XX"})


def test_a_municipality_without_a_region_is_an_error():
    raw = fetched_tables()["86247NED"]
    column = next(topic.key for topic in topics(raw.properties) if raw.data[topic.key].str.match(r"JZ\d").all())
    data = raw.data.copy()
    data.loc[0, column] = "."
    with pytest.raises(WijkanalyseError, match="0 columns hold codes that begin with JZ"):
        read_areas(dataclasses.replace(raw, data=data), REGIONS)


def test_the_division_of_a_year_is_held_against_the_list_of_mergers():
    tables = area_tables(World())
    with StatLineServer(tables) as server:
        client = StatLineClient(server.catalog_url, use_https=False)
        for year in (2015, 2019, 2026):
            found = check_division(read_areas(client.fetch(YEARS[year]), REGIONS), year)
            assert found.passed, found
            assert found.subject == str(year)


def test_a_division_that_differs_names_the_codes():
    areas = municipalities().query("first_year <= 2026 and last_year >= 2026")
    found = check_division(areas[areas["gm_code"].ne("GM0344")], 2026)
    assert not found.passed
    assert "GM0344" in found.found
    assert (found.expected, found.found.split()[0]) == ("342", "341")
