"""Unmodified cbsodata reads the embedded StatLine, with made-up and with real tables."""

import subprocess
import sys
import time

import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import StatLineServer, StatLineTable, load_statline_bq


def test_table_list_and_info(plain_cbsodata, statline: StatLineServer, small_tables: dict[str, StatLineTable]):
    listed = plain_cbsodata.get_table_list(catalog_url=statline.catalog_url)
    assert {row["Identifier"] for row in listed} == set(small_tables)
    info = plain_cbsodata.get_info("85097NED", catalog_url=statline.catalog_url)
    assert info["Title"] == "Jeugdhulptrajecten in natura; verwijzer, regio (gemeente)"
    assert "verzonnen" in info["Summary"]


def test_data_with_titles(plain_cbsodata, statline: StatLineServer):
    rows = plain_cbsodata.get_data(
        "85099ned", filters="RegioS eq 'GM0014'", select="RegioS,Perioden,VormenVanJeugdzorg", catalog_url=statline.catalog_url
    )
    assert {row["RegioS"] for row in rows} == {"Groningen (gemeente)"}
    assert {row["Perioden"] for row in rows} >= {"2025", "2021 1e halfjaar"}
    assert "JH 1211 Uitgevoerd door wijkteam" in {row["VormenVanJeugdzorg"] for row in rows}


def test_every_table_comes_over_whole(plain_cbsodata, statline: StatLineServer, small_tables: dict[str, StatLineTable]):
    for identifier, table in small_tables.items():
        data = plain_cbsodata.get_meta(identifier, "TypedDataSet", catalog_url=statline.catalog_url)
        assert [row["ID"] for row in data] == list(range(len(table.typed)))
        keys = [str(row["Key"]) for row in table.properties if row["Key"]]
        assert list(data[0]) == ["ID", *keys]
        for name in table.dimensions:
            known = {row["Key"] for row in plain_cbsodata.get_meta(identifier, name, catalog_url=statline.catalog_url)}
            assert {row[name] for row in data} <= known


def test_downloads_ask_what_cbsodata_always_asks(plain_cbsodata, statline: StatLineServer):
    before = len(statline.requests)
    plain_cbsodata.download_data("86247NED", catalog_url=statline.catalog_url)
    sets = ["", "TableInfos", "TypedDataSet", "DataProperties", "CategoryGroups", "RegioS"]
    assert statline.requests[before:] == [f"/ODataFeed/odata/86247NED/{name}?%24format=json" for name in sets]


def test_a_real_table_is_served_and_read(plain_cbsodata, real_table: StatLineTable):
    """84799NED, Kerncijfers wijken en buurten 2020, as CBS published it on 26 March 2021."""
    with StatLineServer([real_table]) as server:
        data = plain_cbsodata.download_data("84799NED", catalog_url=server.catalog_url)
        (listed,) = plain_cbsodata.get_table_list(catalog_url=server.catalog_url)
        untyped = plain_cbsodata.get_meta("84799NED", "UntypedDataSet", catalog_url=server.catalog_url)
    assert len(data["TypedDataSet"]) == len(data["WijkenEnBuurten"]) == 17_341 == listed["RecordCount"]
    assert sum(row["Type"] == "Topic" for row in data["DataProperties"]) == 116
    assert listed["ColumnCount"] == 117
    first = data["TypedDataSet"][0]
    assert list(first)[:6] == [
        "ID",
        "WijkenEnBuurten",
        "Gemeentenaam_1",
        "SoortRegio_2",
        "Codering_3",
        "IndelingswijzigingWijkenEnBuurten_4",
    ]
    assert (first["WijkenEnBuurten"], first["AantalInwoners_5"]) == ("NL00      ", 17_407_585)
    assert first["Gemeentenaam_1"] == "Nederland".ljust(40)
    assert first["GeboorteTotaal_24"] is None
    assert untyped[0]["AantalInwoners_5"] == "17407585"
    assert untyped[0]["GeboorteTotaal_24"] == "       ."
    assert untyped[0]["PersonenautoSPerHuishouden_102"] == "     1.1"


def test_a_folder_without_a_table_is_refused(tmp_path):
    with pytest.raises(WijkanalyseError, match="TypedDataSet"):
        load_statline_bq(tmp_path)


def test_serving_from_the_command_line():
    command = [sys.executable, "-m", "wijkanalyse.example", "--port", "0", "--provinces", "PV24"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
    assert "VOORBEELDCIJFERS" in line
    assert "catalog_url: 127.0.0.1:" in line


def test_an_unknown_province_is_named_on_the_command_line():
    command = [sys.executable, "-m", "wijkanalyse.example", "--port", "0", "--provinces", "PV99"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "PV99" in done.stderr
    assert "Traceback" not in done.stderr


def test_pages_are_made_fast_enough(whole_tables: dict[str, StatLineTable]):
    """100,000 rows a second of a key figure table on a quiet machine; the test asks a quarter of that."""
    with StatLineServer([whole_tables["85099NED"]]) as server:
        target = "/ODataFeed/odata/85099NED/TypedDataSet?$format=json"
        server.service.answer(target, "http://x")  # the first page also sorts out the distinct values
        start = time.perf_counter()
        for page in range(1, 11):
            assert server.service.answer(f"{target}&$skip={page}0000", "http://x").status == 200
        assert 100_000 / (time.perf_counter() - start) > 25_000
