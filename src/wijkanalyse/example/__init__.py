"""The embedded StatLine: a made-up country with known truth, served over HTTP in CBS's own shapes.

    from wijkanalyse.example import StatLineServer, World, make_tables

    with StatLineServer(make_tables(World())) as statline:
        ...  # any client of CBS's OData v3 service, with catalog_url=statline.catalog_url and plain http

Its figures are made up (VOORBEELDCIJFERS); the names, codes and mergers of the municipalities are real. `truth` tells what
an analysis should find. `load_statline_bq` reads a real table, to be served in the same way.
"""

from wijkanalyse.example.areas import area_tables
from wijkanalyse.example.characteristics import characteristic_tables
from wijkanalyse.example.covariates import background_table, income_table, regional_table
from wijkanalyse.example.key_figures import key_figure_tables
from wijkanalyse.example.population import household_table, population_table
from wijkanalyse.example.server import StatLineServer
from wijkanalyse.example.simulate import flows
from wijkanalyse.example.table import StatLineTable, load_statline_bq
from wijkanalyse.example.trajectories import trajectory_tables
from wijkanalyse.example.truth import truth
from wijkanalyse.example.world import World

__all__ = ["StatLineServer", "StatLineTable", "World", "load_statline_bq", "make_tables", "truth"]


def make_tables(world: World, full_size: bool = False) -> list[StatLineTable]:
    """Return all tables of a world: youth care, population, households and surroundings, and the yearly lists of areas.

    With `full_size` the tables of young people by characteristics are as large as CBS's own (millions of rows).
    """
    course = flows(world)
    return [
        *key_figure_tables(world, course),
        *trajectory_tables(world, course),
        *characteristic_tables(world, course, full_size),
        population_table(world),
        household_table(world),
        background_table(world),
        income_table(world),
        regional_table(world),
        *area_tables(world),
    ]
