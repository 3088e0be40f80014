"""Dutch municipalities 2015-2026: which codes are in force in which year, and what went over into what.

Two tables that lie beside this file (`README.md` names their sources) and four questions to them. Frames are handed out
as copies, so that nobody can change another's.
"""

from functools import cache
from importlib.resources import files
from io import StringIO

import pandas as pd

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.years import FIRST_YEAR, LAST_YEAR

__all__ = ["codes_in_force", "known_codes", "mergers", "municipalities"]


def municipalities() -> pd.DataFrame:
    """Return every municipality code in force on 1 January of any year 2015-2026, sorted by `gm_code`.

    Columns: gm_code, gm_name, first_year, last_year (2026 = still in force), province_code (PV20..PV31), province_name,
    jeugdregio_code (JZ.., 2022), jeugdregio_name, source. Source: CBS, see README.md of this package.
    """
    return _municipalities().copy()


def mergers() -> pd.DataFrame:
    """Return every municipality code that went over into another one, in order of date.

    Columns: date (datetime64), from_code, from_name, to_code, to_name, kind (samenvoeging | splitsing |
    naamswijziging), share (fraction of `from_code` that went to `to_code`: 1, or the documented shares of a split,
    normalised to sum to 1), source. A code that takes in others and lives on has no row for itself. Sources: README.md.
    """
    return _mergers().copy()


@cache
def codes_in_force(year: int) -> frozenset[str]:
    """Return the codes (GM....) in force on 1 January of `year`; raise `WijkanalyseError` outside 2015-2026."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise WijkanalyseError(
            f"No list of municipalities for {year}: municipalities.csv covers {FIRST_YEAR}-{LAST_YEAR}. Choose a year "
            "in that range, or add the year's changes to mergers.csv and municipalities.csv."
        )
    table = _municipalities()
    alive = (table["first_year"] <= year) & (table["last_year"] >= year)
    return frozenset(table.loc[alive, "gm_code"])


@cache
def known_codes() -> frozenset[str]:
    """Return every municipality code that was in force at any time in 2015-2026."""
    return frozenset(_municipalities()["gm_code"])


@cache
def _municipalities() -> pd.DataFrame:
    return pd.read_csv(StringIO(_text("municipalities.csv")), dtype={"first_year": "int64", "last_year": "int64"})


@cache
def _mergers() -> pd.DataFrame:
    table = pd.read_csv(StringIO(_text("mergers.csv")), parse_dates=["date"])
    # Documented shares are rounded (Haaren's add up to 0.999): what goes over must add up to the whole municipality.
    table["share"] /= table.groupby(["date", "from_code"])["share"].transform("sum")
    return table


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
