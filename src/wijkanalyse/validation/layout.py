"""Which municipalities a panel has, how those of each year go over into them, and the columns that name them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import national as nl
from wijkanalyse.example.areas import names
from wijkanalyse.example.geography import membership, regions_above
from wijkanalyse.example.national import Floats
from wijkanalyse.example.population import people
from wijkanalyse.panel.boundaries import successors
from wijkanalyse.validation.variables import INCOME_DIVISION, LAST_YEAR_OF, SORTED, YEARS
from wijkanalyse.years import TREND_BREAK

Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]

SOURCE = "VOORBEELDCIJFERS (getrokken land, niet van CBS)"


@dataclass(frozen=True)
class Link:
    """How the municipalities of one division that are shown go over into those of the panel."""

    origins: Floats  # origins x municipalities of the division
    place: Ints  # which municipality of the division each share is of
    into: Ints  # and of the panel
    share: Floats
    parts: Ints  # by municipality of the panel
    is_whole: Bools
    is_estimated: Bools

    def summed(self, figures: Floats) -> Floats:
        """Return `figures` of the division added up to the municipalities of the panel, with their shares."""
        whole = np.bincount(self.into, weights=figures[self.place] * self.share, minlength=len(self.parts))
        return whole.astype(float)

    def count(self, cases: Bools) -> Ints:
        """Return how many of the parts of each municipality of the panel are cases."""
        return np.asarray(np.bincount(self.into[cases[self.place]], minlength=len(self.parts)))


@dataclass(frozen=True)
class Layout:
    """What is the same for all worlds that show the same provinces: municipalities, links, and the columns of names."""

    codes: tuple[str, ...]
    links: dict[int, Link]
    rows: Bools  # municipality x year x variable: is there a row
    parts: Ints
    is_estimated: Bools
    wide: pd.DataFrame
    long: pd.DataFrame


@cache
def layout(provinces: tuple[str, ...], boundaries_year: int) -> Layout:
    """Return the layout of panels that show `provinces` on the boundaries of a year.

    Raises `WijkanalyseError` for a year of which the municipalities are not known.
    """
    if boundaries_year not in YEARS:
        raise WijkanalyseError(f"boundaries of {boundaries_year}: choose a year from {YEARS[0]} to {YEARS[-1]}.")
    shown = {year: [code for code in membership(year)[0] if regions_above(code)[0] in provinces] for year in YEARS}
    inhabitants = _inhabitants(boundaries_year)
    pairs = {}
    for year in YEARS:
        found = successors(year, boundaries_year, inhabitants)
        pairs[year] = found.assign(predecessors=found.groupby("gm_code")["from_code"].transform("size"))
        pairs[year] = pairs[year][pairs[year]["from_code"].isin(shown[year])]
    codes = tuple(sorted(set().union(*(frame["gm_code"] for frame in pairs.values()))))
    links = {year: _link(year, shown[year], codes, pairs[year]) for year in YEARS}
    exists = np.array([[year <= LAST_YEAR_OF[name] for name in SORTED] for year in YEARS])
    shape = (len(codes), *exists.shape)
    parts, is_estimated = np.zeros(shape, dtype=np.intp), np.zeros(shape, dtype=bool)
    for n, year in enumerate(YEARS):
        for k, name in enumerate(SORTED):
            link = links[INCOME_DIVISION if "income" in name else year]
            parts[:, n, k], is_estimated[:, n, k] = link.parts, link.is_estimated
    is_row = exists & (parts > 0)
    return Layout(codes, links, is_row, parts[is_row], is_estimated[is_row], _wide_names(codes), _long_names(codes, is_row))


def _inhabitants(year: int) -> pd.Series:
    """People of 0 to 22 by municipality of `year`, by which one that merged later is divided."""
    codes, shares = membership(year)
    by_age = np.round(people()[YEARS.index(year)].T @ shares.T)
    return pd.Series(by_age[:23].sum(axis=0), index=list(codes))


def _link(year: int, shown: list[str], codes: tuple[str, ...], pairs: pd.DataFrame) -> Link:
    into = {code: n for n, code in enumerate(codes)}
    from_place = {code: n for n, code in enumerate(shown)}
    rows, columns = (pairs[name].map(of).to_numpy(dtype=np.intp) for name, of in (("from_code", from_place), ("gm_code", into)))
    parts = np.bincount(columns, minlength=len(codes))
    predecessors = np.zeros(len(codes))
    predecessors[columns] = pairs["predecessors"]
    is_estimated = np.zeros(len(codes), dtype=bool)
    is_estimated[columns[pairs["share"].lt(1).to_numpy()]] = True
    listed, matrix = membership(year)
    place = {code: n for n, code in enumerate(listed)}
    return Link(
        origins=matrix[[place[code] for code in shown]].T,
        place=rows,
        into=columns,
        share=pairs["share"].to_numpy(),
        parts=parts,
        is_whole=parts == predecessors,
        is_estimated=is_estimated,
    )


def _wide_names(codes: tuple[str, ...]) -> pd.DataFrame:
    """The columns of `Panel` before the variables."""
    title, count = names(), len(YEARS)
    years = np.tile(YEARS, len(codes))
    above = [regions_above(code) for code in codes]
    columns = {
        "gm_code": list(codes),
        "gm_name": [title[code] for code in codes],
        "jeugdregio_code": [regions[3] for regions in above],
        "jeugdregio_name": [title[regions[3]] for regions in above],
        "province_code": [regions[0] for regions in above],
        "province_name": [title[regions[0]] for regions in above],
    }
    frame = pd.DataFrame({name: np.repeat(np.array(values, dtype=object), count) for name, values in columns.items()})
    frame.insert(2, "year", years)
    frame.insert(3, "series", np.where(years < TREND_BREAK, "2015-2020", "2021-").astype(object))
    # of the youth care tables the last year is provisional, as in the tables of the example
    frame.insert(4, "period_status", np.where(years == nl.YEARS[-1], "Voorlopig", "Definitief").astype(object))
    return frame.assign(source=SOURCE)


def _long_names(codes: tuple[str, ...], is_row: Bools) -> pd.DataFrame:
    municipality, year, variable = np.nonzero(is_row)
    return pd.DataFrame(
        {
            "gm_code": np.array(codes, dtype=object)[municipality],
            "year": np.array(YEARS)[year],
            "variable": np.array(SORTED, dtype=object)[variable],
        }
    )
