"""A small made-up country that the tests of several rooms share: made once, fetched once through our own client."""

from functools import cache
from pathlib import Path

from wijkanalyse.example import StatLineServer, StatLineTable, World, make_tables
from wijkanalyse.statline.client import RawTable, StatLineClient
from wijkanalyse.statline.tables import TableRegister, read_tables

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
"""Data from elsewhere that lie beside the project on some machines; tests that read them skip where they are absent."""


@cache
def register() -> TableRegister:
    """The tables.yaml of the project."""
    return read_tables(ROOT / "config" / "tables.yaml")


@cache
def served_tables() -> dict[str, StatLineTable]:
    """The tables of the province of Utrecht, as the embedded StatLine holds them."""
    return {table.identifier: table for table in make_tables(World(provinces=("PV26",)))}


@cache
def fetched_tables() -> dict[str, RawTable]:
    """The same tables as our client brought them over."""
    with StatLineServer(list(served_tables().values())) as server:
        client = StatLineClient(server.catalog_url, use_https=False)
        return {name: client.fetch(name, register().tables.get(name)) for name in register().identifiers}
