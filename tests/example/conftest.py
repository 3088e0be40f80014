"""Worlds and servers that the tests of the embedded StatLine share. Two provinces make a world of half a second."""

from collections.abc import Iterator

import cbsodata
import pandas as pd
import pytest

from tests.reference_data import reference
from wijkanalyse.example import StatLineServer, StatLineTable, World, load_statline_bq, make_tables


@pytest.fixture(scope="session")
def small_world() -> World:
    return World(provinces=("PV20", "PV24"))


@pytest.fixture(scope="session")
def small_tables(small_world: World) -> dict[str, StatLineTable]:
    return {table.identifier: table for table in make_tables(small_world)}


@pytest.fixture(scope="session")
def whole_tables() -> dict[str, StatLineTable]:
    return {table.identifier: table for table in make_tables(World())}


@pytest.fixture(scope="session")
def statline(small_tables: dict[str, StatLineTable]) -> Iterator[StatLineServer]:
    with StatLineServer(list(small_tables.values())) as server:
        yield server


@pytest.fixture(scope="session")
def real_table() -> StatLineTable:
    return load_statline_bq(reference("cbs/84799NED"))


@pytest.fixture
def plain_cbsodata(monkeypatch: pytest.MonkeyPatch):
    """Unmodified cbsodata, set to plain http for the length of a test."""
    monkeypatch.delenv("http_proxy", raising=False)
    was = cbsodata.options.use_https
    cbsodata.options.use_https = False
    yield cbsodata
    cbsodata.options.use_https = was


def stripped(table: StatLineTable) -> pd.DataFrame:
    """The data set with its keys stripped, as a reader of the table would have it."""
    frame = table.typed.copy()
    for name in table.dimensions:
        frame[name] = frame[name].astype(str).str.strip()
    return frame
