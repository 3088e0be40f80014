"""84910NED, 85064NED and 70072ned: population by migration background, income of households, regional key figures."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import Geography
from wijkanalyse.example.national import Floats
from wijkanalyse.example.population import HOUSEHOLDS_PER_INHABITANT, people
from wijkanalyse.example.publish import categories, dense, regions, table, yearly_periods
from wijkanalyse.example.surroundings import INCOME, address_density, background_share, mean_income, non_western_share
from wijkanalyse.example.table import Dimension, Row, StatLineTable, Topic, TopicGroup, topic_tree
from wijkanalyse.example.world import World

_BACKGROUND_YEARS: Final = tuple(range(2015, 2023))
# Titles as seen in the sister table 83482NED; codes made up, but for those of the totals.
_SEXES: Final = (("T001038", "Totaal mannen en vrouwen"),)
_BACKGROUNDS: Final = (
    ("T001040", "Totaal"),
    ("1012600", "Nederlandse achtergrond"),
    ("2012605", "Met migratieachtergrond"),
    ("2012655", "Westerse migratieachtergrond"),
    ("2012657", "Niet-westerse migratieachtergrond"),
)
_GENERATIONS: Final = (
    ("T001040", "Totaal"),
    ("1012600", "Nederlandse achtergrond"),
    ("2012605", "Met migratieachtergrond"),
    ("2012750", "1e generatie migratieachtergrond"),
    ("2012800", "2e generatie migratieachtergrond"),
)
# Groups of five years, which the real table surely has, and the single years that make 0-22 out of them, which were not
# seen there (unconfirmed): title, first age, first age beyond. 25 stands for 25 or older.
_AGES: Final = (
    ("10000", "Totaal leeftijd", 0, 26),
    *((f"7{n + 1:02}00", f"{5 * n} tot {5 * n + 5} jaar", 5 * n, 5 * n + 5) for n in range(5)),
    *((f"1{age:02}00", f"{age} jaar", age, age + 1) for age in range(20, 25)),
    ("22300", "25 jaar of ouder", 25, 26),
)
_ADULT_BACKGROUND: Final = 0.86  # share with a migration background from 25 years on, against the younger
_FIRST_GENERATION: Final = (0.20, 0.66)  # of those with a migration background: under 25, from 25 years on

_INCOME_YEARS: Final = tuple(range(2015, 2015 + len(INCOME)))
_INCOME_DIVISION: Final = 2021
_POPULATIONS: Final = (
    ("1050010", "Particuliere huishoudens incl. studenten"),
    ("1050015", "Particuliere huishoudens excl. studenten"),
)
_HOUSEHOLDS: Final = (("1050010", "Particuliere huishoudens"),)  # the total; its code was seen, its title was not
_STUDENT_SHARE: Final = 0.045  # of the households
_STUDENT_INCOME: Final = 0.35  # against the mean of all
_MEDIAN: Final = 0.885  # against the mean
_DISPOSABLE: Final = 1.43  # before standardisation, against after

_URBAN_FROM: Final = (500, 1000, 1500, 2500)  # addresses per km2 from which a municipality is in class 4, 3, 2, 1; else 5


def background_table(world: World) -> StatLineTable:
    """Return 84910NED, 2015-2022: all ages by background, and generation for all backgrounds together. It adds up exactly."""
    area = regions(world, _BACKGROUND_YEARS)
    dimensions: dict[str, list[Row]] = {
        "Geslacht": categories(_SEXES),
        "Leeftijd": categories((key, title) for key, title, _, _ in _AGES),
        "Migratieachtergrond": categories(_BACKGROUNDS),
        "Generatie": categories(_GENERATIONS),
        "RegioS": area.rows,
        "Perioden": yearly_periods(_BACKGROUND_YEARS),
    }
    properties = topic_tree(
        [
            Dimension("Geslacht", "Geslacht"),
            Dimension("Leeftijd", "Leeftijd"),
            Dimension("Migratieachtergrond", "Migratieachtergrond"),
            Dimension("Generatie", "Generatie"),
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=_BACKGROUND_YEARS[-1]),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        [Topic("Bevolking op 1 januari")],
    )
    share, non_western = background_share(world), non_western_share(world)
    by_year = [_by_background(area, year, share[n], non_western) for n, year in enumerate(_BACKGROUND_YEARS)]
    cells, generations = (np.stack(parts, axis=-1) for parts in zip(*by_year, strict=True))
    # Blocks in published order: age, background, generation and their cells (regions x years).
    blocks = [
        (age, background, generation, figures)
        for age in range(len(_AGES))
        for background in range(len(_BACKGROUNDS))
        for generation, figures in enumerate(generations if age == background == 0 else [cells[age, background]])
    ]
    size = blocks[0][3].size
    places: dict[str, list[int]] = {"Geslacht": [0] * len(blocks)}
    for n, name in enumerate(("Leeftijd", "Migratieachtergrond", "Generatie")):
        places[name] = [block[n] for block in blocks]
    columns: dict[str, object] = {name: _category(dimensions[name], np.repeat(at, size)) for name, at in places.items()}
    within = np.indices(blocks[0][3].shape).reshape(2, -1)
    for name, codes in zip(("RegioS", "Perioden"), within, strict=True):
        columns[name] = _category(dimensions[name], np.tile(codes, len(blocks)))
    columns[str(properties[-1]["Key"])] = np.concatenate([block[3].reshape(-1) for block in blocks])
    return table(
        world,
        "84910NED",
        "Bevolking; migratieachtergrond, generatie, leeftijd, regio, 1 januari",
        f"{_BACKGROUND_YEARS[0]}-{_BACKGROUND_YEARS[-1]}",
        properties,
        dimensions,
        pd.DataFrame(columns),
        area.category_groups,
        is_ended=True,
    )


def _category(rows: list[Row], codes: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "pd.Categorical[str]":
    return pd.Categorical.from_codes(codes, categories=pd.Index([str(row["Key"]) for row in rows]))


def _by_background(area: Geography, year: int, share: Floats, non_western: Floats) -> tuple[Floats, Floats]:
    """Return the people of a year by age and background, (12 x 5 x regions), and of all ages by generation, (5 x regions).

    `share` of the origin's people under 25 have a migration background, `non_western` of those a non-western one.
    """
    by_age = people()[year - nl.YEARS[0]].T  # ages 0-25, origins
    is_adult = np.arange(len(by_age))[:, None] >= 25
    other = by_age * share * np.where(is_adult, _ADULT_BACKGROUND, 1.0)
    first = (other * np.where(is_adult, *reversed(_FIRST_GENERATION))).sum(axis=0)
    whole = area.whole(np.concatenate([by_age, other, other * non_western, first[None]]), year)
    total, other, outer = whole[:-1].reshape(3, len(by_age), -1)
    cells = np.stack([total, total - other, other, other - outer, outer], axis=1)
    of_ages = np.stack([cells[a:b].sum(axis=0) for _, _, a, b in _AGES])
    born_abroad = whole[-1]
    generations = np.stack([*of_ages[0, :3], born_abroad, of_ages[0, 2] - born_abroad])
    exists = area.exists(year)
    return np.where(exists, of_ages, np.nan), np.where(exists, generations, np.nan)


def income_table(world: World) -> StatLineTable:
    """Return 85064NED, 2015-2020. All years are shown for the municipalities of 2021, as its title says.

    Dimensions, topics and the first population as seen in 85342NED, the same table with the municipalities of 2022.
    """
    area = regions(world, [_INCOME_DIVISION])
    dimensions: dict[str, list[Row]] = {
        "Populatie": categories(_POPULATIONS),
        "KenmerkenVanHuishoudens": categories(_HOUSEHOLDS),
        "RegioS": area.rows,
        "Perioden": yearly_periods(_INCOME_YEARS),
    }
    incomes = [
        Topic(f"{kind} {income} inkomen", "1 000 euro", "Double", 1)
        for income in ("gestandaardiseerd", "besteedbaar")
        for kind in ("Gemiddeld", "Mediaan")
    ]
    properties = topic_tree(
        [
            Dimension("Populatie", "Populatie"),
            Dimension("KenmerkenVanHuishoudens", "Kenmerken van huishoudens"),
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=_INCOME_DIVISION),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        [
            Topic("Particuliere huishoudens", "x 1 000", "Double", 1),
            Topic("Particuliere huishoudens relatief", "%"),
            TopicGroup("Inkomen", incomes),
        ],
    )
    households = people().sum(axis=2)[: len(_INCOME_YEARS)] * HOUSEHOLDS_PER_INHABITANT  # years, origins
    add_up = area.adding_up(_INCOME_DIVISION).T
    # Rounded to hundreds as printed, so that also these add up; CBS rounds every region by itself.
    counts = 100 * area.whole(households / 100, _INCOME_DIVISION)
    mean = (households * mean_income(world)) @ add_up / (households @ add_up)
    share = 1 - _STUDENT_SHARE
    parts = [(counts, mean), (counts * share, mean * (1 - _STUDENT_SHARE * _STUDENT_INCOME) / share)]
    topics = [
        [count / 1000, np.full_like(count, 100), level, level * _MEDIAN, level * _DISPOSABLE, level * _DISPOSABLE * _MEDIAN]
        for count, level in parts
    ]
    cells = np.stack(topics, axis=1)  # topics, populations, years, regions
    figures = {
        str(row["Key"]): np.round(cells[n].swapaxes(1, 2), 1)
        for n, row in enumerate(row for row in properties if row["Type"] == "Topic")
    }
    return table(
        world,
        "85064NED",
        f"Inkomen van huishoudens; huishoudenskenmerken, regio (indeling {_INCOME_DIVISION})",
        f"{_INCOME_YEARS[0]}-{_INCOME_YEARS[-1]}",
        properties,
        dimensions,
        dense(dimensions, figures),
        area.category_groups,
        is_ended=True,
    )


def regional_table(world: World) -> StatLineTable:
    """Return 70072ned, 2015-2025, with three of its hundreds of topics; abolished municipalities are blank, as CBS has them.

    The headings and titles of inhabitants and address density are CBS's; those of the degree of urbanity were not seen.
    """
    area = regions(world, nl.YEARS)
    dimensions: dict[str, list[Row]] = {"RegioS": area.rows, "Perioden": yearly_periods(nl.YEARS)}
    properties = topic_tree(
        [
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=nl.YEARS[-1]),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        [
            TopicGroup("Bevolking", [TopicGroup("Bevolkingssamenstelling op 1 januari", [Topic("Totale bevolking")])]),
            TopicGroup(
                "Milieu en bodemgebruik",
                [
                    TopicGroup(
                        "Bodemgebruik",
                        [Topic("Omgevingsadressendichtheid", unit="per km2"), Topic("Mate van stedelijkheid", unit="code")],
                    )
                ],
            ),
        ],
    )
    by_age, by_origin = people(), address_density(world)
    cells = np.full((3, len(area.keys), len(nl.YEARS)), np.nan)
    for n, year in enumerate(nl.YEARS):
        exists = area.exists(year)
        add_up, total = area.adding_up(year), by_age[n].sum(axis=1)
        density = np.round((add_up @ (total * by_origin[n]))[exists] / (add_up @ total)[exists])
        inhabitants = area.whole(by_age[n].T, year).sum(axis=0)[exists]
        cells[:, exists, n] = np.stack([inhabitants, density, 5 - np.searchsorted(_URBAN_FROM, density, side="right")])
    keys = [str(row["Key"]) for row in properties if row["Type"] == "Topic"]
    made = table(
        world,
        "70072ned",
        "Regionale kerncijfers Nederland",
        f"{nl.YEARS[0]}-{nl.YEARS[-1]}",
        properties,
        dimensions,
        dense(dimensions, dict(zip(keys, cells, strict=True))),
        area.category_groups,
    )
    return replace(made, cannot_occur={key: np.isnan(made.typed[key].to_numpy()) for key in keys})
