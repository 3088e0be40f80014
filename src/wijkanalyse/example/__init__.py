"""The embedded StatLine: a made-up country with known truth, served over HTTP in CBS's own shapes.

    from wijkanalyse.example import StatLineServer, World, make_tables

    with StatLineServer(make_tables(World())) as statline:
        ...  # any client of CBS's OData v3 service, with catalog_url=statline.catalog_url and plain http

Its figures are made up (VOORBEELDCIJFERS); the names, codes and mergers of the municipalities are real. `truth` tells what
an analysis should find. `load_statline_bq` reads a real table, to be served in the same way.
"""

from wijkanalyse.example.areas import area_tables
from wijkanalyse.example.key_figures import key_figure_tables
from wijkanalyse.example.population import household_table, population_table
from wijkanalyse.example.server import StatLineServer
from wijkanalyse.example.simulate import flows
from wijkanalyse.example.table import StatLineTable, load_statline_bq
from wijkanalyse.example.trajectories import trajectory_tables
from wijkanalyse.example.truth import truth
from wijkanalyse.example.world import World

__all__ = ["StatLineServer", "StatLineTable", "World", "load_statline_bq", "make_tables", "truth"]


def make_tables(world: World) -> list[StatLineTable]:
    """Return all tables of a world: key figures, trajectories, population, households and the yearly lists of areas."""
    course = flows(world)
    return [
        *key_figure_tables(world, course),
        *trajectory_tables(world, course),
        population_table(world),
        household_table(world),
        *area_tables(world),
    ]
