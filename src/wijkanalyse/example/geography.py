"""The regions of the made-up country: real municipalities and mergers, and the larger regions they make up.

Figures are made for the 393 municipalities of 2015 (the *origins*) and added up from there, with the real mergers, so that
a merged municipality is the sum of its parts and every larger region the sum of its municipalities.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Final

import numpy as np
import pandas as pd

from wijkanalyse.example.national import Floats
from wijkanalyse.example.table import Row, padded
from wijkanalyse.municipalities import codes_in_force, mergers, municipalities
from wijkanalyse.years import FIRST_YEAR, LAST_YEAR

NATIONAL: Final = "NL01"
LANDSDELEN: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "LD01": ("Noord-Nederland", ("PV20", "PV21", "PV22")),
    "LD02": ("Oost-Nederland", ("PV23", "PV24", "PV25")),
    "LD03": ("West-Nederland", ("PV26", "PV27", "PV28", "PV29")),
    "LD04": ("Zuid-Nederland", ("PV30", "PV31")),
}
# COROP regions by province. Which municipality lies in which is made up (in order of code): nothing here rests on it.
COROP: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "PV20": (("CR01", "Oost-Groningen"), ("CR02", "Delfzijl en omgeving"), ("CR03", "Overig Groningen")),
    "PV21": (("CR04", "Noord-Friesland"), ("CR05", "Zuidwest-Friesland"), ("CR06", "Zuidoost-Friesland")),
    "PV22": (("CR07", "Noord-Drenthe"), ("CR08", "Zuidoost-Drenthe"), ("CR09", "Zuidwest-Drenthe")),
    "PV23": (("CR10", "Noord-Overijssel"), ("CR11", "Zuidwest-Overijssel"), ("CR12", "Twente")),
    "PV24": (("CR40", "Flevoland"),),
    "PV25": (
        ("CR13", "Veluwe"),
        ("CR14", "Achterhoek"),
        ("CR15", "Arnhem/Nijmegen"),
        ("CR16", "Zuidwest-Gelderland"),
    ),
    "PV26": (("CR17", "Utrecht"),),
    "PV27": (
        ("CR18", "Kop van Noord-Holland"),
        ("CR19", "Alkmaar en omgeving"),
        ("CR20", "IJmond"),
        ("CR21", "Agglomeratie Haarlem"),
        ("CR22", "Zaanstreek"),
        ("CR23", "Groot-Amsterdam"),
        ("CR24", "Het Gooi en Vechtstreek"),
    ),
    "PV28": (
        ("CR25", "Agglomeratie Leiden en Bollenstreek"),
        ("CR26", "Agglomeratie 's-Gravenhage"),
        ("CR27", "Delft en Westland"),
        ("CR28", "Oost-Zuid-Holland"),
        ("CR29", "Groot-Rijnmond"),
        ("CR30", "Zuidoost-Zuid-Holland"),
    ),
    "PV29": (("CR31", "Zeeuwsch-Vlaanderen"), ("CR32", "Overig Zeeland")),
    "PV30": (
        ("CR33", "West-Noord-Brabant"),
        ("CR34", "Midden-Noord-Brabant"),
        ("CR35", "Noordoost-Noord-Brabant"),
        ("CR36", "Zuidoost-Noord-Brabant"),
    ),
    "PV31": (("CR37", "Noord-Limburg"), ("CR38", "Midden-Limburg"), ("CR39", "Zuid-Limburg")),
}
# What CBS puts behind the names of municipalities that share one with a province or a place elsewhere.
_SUFFIX: Final[Mapping[str, str]] = {
    "Groningen": "gemeente",
    "Utrecht": "gemeente",
    "'s-Gravenhage": "gemeente",
    "Beek": "L.",
    "Hengelo": "O.",
    "Laren": "NH.",
    "Middelburg": "Z.",
    "Rijswijk": "ZH.",
    "Stein": "L.",
}
_GROUPS: Final = {
    "LD": "Landsdelen",
    "PV": "Provincies",
    "CR": "COROP-gebieden",
    "GM": "Gemeenten",
    "JZ": "Jeugdzorgregio's",
}


@dataclass(frozen=True)
class Geography:
    """The regions of a table over some years: their rows, and how figures of the origins add up to them."""

    provinces: frozenset[str]
    years: tuple[int, ...]
    keys: tuple[str, ...]
    titles: tuple[str, ...]

    @property
    def rows(self) -> list[Row]:
        """The dimension RegioS, keys padded."""
        groups = {prefix: number for number, prefix in enumerate(_GROUPS, start=1)}
        return padded(
            {"Key": key, "Title": title, "Description": "", "CategoryGroupID": groups.get(key[:2])}
            for key, title in zip(self.keys, self.titles, strict=True)
        )

    @property
    def category_groups(self) -> list[Row]:
        """The rows of CategoryGroups."""
        return [
            {"ID": number, "DimensionKey": "RegioS", "Title": title, "Description": "", "ParentID": None}
            for number, title in enumerate(_GROUPS.values(), start=1)
        ]

    def exists(self, year: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Return which regions exist in `year`, (regions,): municipalities come and go, the others stay."""
        alive = codes_in_force(year)
        return np.array([key in alive or not key.startswith("GM") for key in self.keys])

    def adding_up(self, year: int) -> Floats:
        """Return the matrix (regions x origins) that adds the origins' figures up to the regions of `year`."""
        return np.asarray(self._above_municipalities(year) @ membership(year)[1])

    def whole(self, by_origin: Floats, year: int) -> Floats:
        """Return figures (..., origins) as whole numbers per region of `year`: a region is the sum of its municipalities.

        CBS counts inhabitants and households of a municipality and adds them up, so unlike the rounded figures of youth care
        these add up exactly.
        """
        by_municipality = np.round(by_origin @ membership(year)[1].T)
        return np.asarray(by_municipality @ self._above_municipalities(year).T)

    def _above_municipalities(self, year: int) -> Floats:
        """Return the matrix (regions x municipalities of `year`) that is 1 where the municipality lies in the region."""
        codes, _ = membership(year)
        regions = {key: n for n, key in enumerate(self.keys)}
        above = _regions_above()
        matrix = np.zeros((len(self.keys), len(codes)))
        for place, code in enumerate(codes):
            if above[code][0] not in self.provinces:
                continue
            for key in (code, NATIONAL, *above[code]):
                if key in regions:
                    matrix[regions[key], place] = 1
        return matrix


def geography(provinces: Iterable[str], years: Iterable[int]) -> Geography:
    """Return the regions of a table over `years`: Nederland, landsdelen, provinces, COROP, municipalities, jeugdregio's.

    Listed is every municipality in force on 1 January of any of the years, also in the years without it.
    """
    chosen, span = frozenset(provinces), tuple(years)
    table = municipalities()
    names = dict(zip(table["gm_code"], table["gm_name"], strict=True))
    inside = table[table["province_code"].isin(chosen)]
    alive = frozenset[str]().union(*(codes_in_force(year) for year in span))
    codes = sorted(set(inside["gm_code"]) & alive, key=lambda code: (names[code].lstrip("'").lower(), code))
    youth = inside[inside["gm_code"].isin(alive)].drop_duplicates("jeugdregio_code").sort_values("jeugdregio_code")
    titles: dict[str, str] = {NATIONAL: "Nederland"}
    titles |= {key: f"{title} (LD)" for key, (title, parts) in LANDSDELEN.items() if chosen & set(parts)}
    of_province = inside.drop_duplicates("province_code").sort_values("province_code")
    titles |= {str(row.province_code): f"{row.province_name} (PV)" for row in of_province.itertuples()}
    corop = sorted(pair for province in chosen for pair in COROP[province])
    titles |= {key: f"{title} (CR)" for key, title in corop}
    titles |= {code: municipality_title(names[code]) for code in codes}
    titles |= {str(row.jeugdregio_code): f"{row.jeugdregio_name} (JZ)" for row in youth.itertuples()}
    return Geography(chosen, span, tuple(titles), tuple(titles.values()))


def municipality_title(name: str) -> str:
    """Return a municipality's name as CBS prints it in a list of regions."""
    return f"{name} ({_SUFFIX[name]})" if name in _SUFFIX else name


@cache
def origins() -> pd.DataFrame:
    """Return the 393 municipalities of 2015, sorted by code: gm_code, inhabitants (2021), share_0_14_pct, share_15_24_pct.

    Source: CBS 85039NED (2021), rounded; municipalities abolished by then share out the figure of their successor.
    """
    text = files(__package__).joinpath("inhabitants.csv").read_text(encoding="utf-8")
    return pd.read_csv(StringIO(text)).sort_values("gm_code", ignore_index=True)


@cache
def membership(year: int) -> tuple[tuple[str, ...], Floats]:
    """Return the codes in force on 1 January of `year`, and (codes x origins) the share of each origin in each code."""
    if year == FIRST_YEAR:
        codes = tuple(origins()["gm_code"])
        return codes, np.eye(len(codes))
    before, shares = membership(year - 1)
    changes = mergers()
    changes = changes[[effective_year(date) == year for date in changes["date"]]]
    gone = set(changes["from_code"])
    codes = tuple(sorted(codes_in_force(year)))
    place = {code: n for n, code in enumerate(codes)}
    result = np.zeros((len(codes), shares.shape[1]))
    for n, code in enumerate(before):
        if code not in gone:
            result[place[code]] += shares[n]
    old = {code: n for n, code in enumerate(before)}
    for change in changes.itertuples():
        result[place[str(change.to_code)]] += float(str(change.share)) * shares[old[str(change.from_code)]]
    return codes, result


def effective_year(date: pd.Timestamp) -> int:
    """Return the first year whose list of 1 January shows a change of `date`."""
    return date.year if (date.month, date.day) == (1, 1) else date.year + 1


@cache
def main_code(year: int) -> tuple[str, ...]:
    """Return for each origin the code in force in `year` that holds the largest part of it."""
    codes, shares = membership(year)
    return tuple(codes[n] for n in shares.argmax(axis=0))


@cache
def leading_origin(year: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return for each origin the index of the largest origin in its municipality of `year`: whose policy counts there."""
    codes, shares = membership(year)
    people = shares * origins()["inhabitants"].to_numpy(dtype=float)
    leader = dict(zip(codes, people.argmax(axis=1).tolist(), strict=True))
    return np.array([leader[code] for code in main_code(year)])


@cache
def _regions_above() -> dict[str, tuple[str, ...]]:
    """Return by municipality code its province, landsdeel, COROP region and jeugdregio."""
    table = municipalities()
    landsdeel = {province: key for key, (_, parts) in LANDSDELEN.items() for province in parts}
    final = dict(zip(origins()["gm_code"], main_code(LAST_YEAR), strict=True))
    above: dict[str, tuple[str, ...]] = {}
    for province, rows in table.groupby("province_code"):
        keys = [key for key, _ in COROP[str(province)]]
        living = sorted(rows.loc[rows["last_year"] == LAST_YEAR, "gm_code"])
        corop = {code: keys[n * len(keys) // len(living)] for n, code in enumerate(living)}
        for row in rows.itertuples():
            code = str(row.gm_code)
            successor = final.get(code, code)
            region = corop.get(code) or corop.get(successor) or keys[-1]
            above[code] = (str(province), landsdeel[str(province)], region, str(row.jeugdregio_code))
    return above


def regions_above(code: str) -> tuple[str, ...]:
    """Return the province, landsdeel, COROP region (membership made up) and jeugdregio of a municipality."""
    return _regions_above()[code]
