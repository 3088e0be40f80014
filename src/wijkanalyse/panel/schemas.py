"""What the tables of the panel hold; the text of each column is its entry in the data dictionary."""

import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.cells import REASONS
from wijkanalyse.contracts import SOURCE_COLUMN, Contract

UNKNOWN = "Onbekend"
STATUSES = ("Definitief", "NaderVoorlopig", "Voorlopig", UNKNOWN)


CHECKS = (
    "title", "division", "coverage", "coverage_kept", "national_total", "parts", "published_total", "year_on_year",
    "suppressed",
)  # fmt: skip
"""The data checks, as in `panel.checks`."""


class Cells(Contract):
    """Every published figure that the panel rests on, as found in its table."""

    table: Series[str] = pa.Field(description="StatLine table number")
    variable: Series[str] = pa.Field(description="name in config/tables.yaml")
    region: Series[str] = pa.Field(description="region code without blanks: GM...., JZ.., PV.. or NL01")
    period: Series[str] = pa.Field(description="CBS period code, e.g. 2020JJ00 or 2020HJ01")
    year: Series[int] = pa.Field(ge=2000, description="calendar year of the period")
    division: Series[int] = pa.Field(description="year of the municipal boundaries that the region code is of")
    is_year: Series[bool] = pa.Field(description="whole year (JJ), not a half-year")
    period_status: Series[str] = pa.Field(isin=STATUSES, description="status that CBS gives the period")
    column_key: Series[str] = pa.Field(description="key of the column in the table")
    row_ids: Series[str] = pa.Field(description="ID of the row, or of the rows that were summed")
    value: Series[float] = pa.Field(nullable=True, description="figure as published; empty when not printed")
    low: Series[float] = pa.Field(nullable=True, description="lowest true count that fits rounding and suppression")
    high: Series[float] = pa.Field(nullable=True, description="highest such count")
    reason: Series[str] = pa.Field(isin=REASONS, description="published, or why the cell is empty")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class PanelLong(Contract):
    """Municipality x year x variable on one set of boundaries, with bounds."""

    gm_code: Series[str] = pa.Field(str_matches=r"^GM\d{4}$", description="municipality (boundaries of the panel)")
    year: Series[int] = pa.Field(description="calendar year")
    variable: Series[str] = pa.Field(description="name in config/tables.yaml")
    value: Series[float] = pa.Field(nullable=True, description="count or mean; suppressed counts filled as configured")
    low: Series[float] = pa.Field(nullable=True, description="lower bound of a count")
    high: Series[float] = pa.Field(nullable=True, description="upper bound of a count")
    parts: Series[int] = pa.Field(ge=1, description="municipalities of that year that went into it")
    suppressed: Series[int] = pa.Field(ge=0, description="of which suppressed")
    is_estimated: Series[bool] = pa.Field(description="a municipality that was divided over several is in it")
    reason: Series[str] = pa.Field(isin=REASONS, description="published, or why (a part of) it is empty")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)

    class Config(Contract.Config):
        unique = ["gm_code", "year", "variable"]


class Panel(Contract):
    """Municipality x year, one column per variable of config/tables.yaml."""

    gm_code: Series[str] = pa.Field(str_matches=r"^GM\d{4}$", description="municipality (boundaries of the panel)")
    gm_name: Series[str] = pa.Field(description="name of the municipality")
    year: Series[int] = pa.Field(description="calendar year")
    series: Series[str] = pa.Field(isin=["2015-2020", "2021-"], description="side of the 2020/2021 trend break")
    period_status: Series[str] = pa.Field(isin=STATUSES, description="least definitive status of the figures")
    jeugdregio_code: Series[str] = pa.Field(description="youth region, JZ..")
    jeugdregio_name: Series[str] = pa.Field(description="name of the youth region")
    province_code: Series[str] = pa.Field(description="province, PV..")
    province_name: Series[str] = pa.Field(description="name of the province")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)

    class Config(Contract.Config):
        strict = False  # the variables come from config/tables.yaml
        ordered = False
        unique = ["gm_code", "year"]


class Checks(Contract):
    """What was checked on the way to the panel, and what was found."""

    check: Series[str] = pa.Field(isin=CHECKS, description="what was checked")
    subject: Series[str] = pa.Field(description="table, year or variable")
    passed: Series[bool] = pa.Field(description="found as expected")
    is_hard: Series[bool] = pa.Field(description="the run stops when it did not pass")
    expected: Series[str] = pa.Field(description="what was expected")
    found: Series[str] = pa.Field(description="what was found")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)
