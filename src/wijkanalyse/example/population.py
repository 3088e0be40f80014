"""03759ned and 71486ned: population by age, and households by composition, 1 January."""

from typing import Final

import numpy as np
import pandas as pd

from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import Geography, origins
from wijkanalyse.example.national import Floats
from wijkanalyse.example.publish import categories, dense, regions, table, yearly_periods
from wijkanalyse.example.table import Dimension, Row, StatLineTable, Topic, TopicGroup, topic_tree
from wijkanalyse.example.traits import lone_parent_level, young_people
from wijkanalyse.example.world import World
from wijkanalyse.years import FIRST_YEAR, LAST_YEAR

YEARS: Final = tuple(range(FIRST_YEAR, LAST_YEAR + 1))

SEXES: Final = (("T001038", "Totaal mannen en vrouwen"), ("3000", "Mannen"), ("4000", "Vrouwen"))
# Ages by single year up to 24. 10000 is the total (as published); the other codes are unconfirmed: go by the titles.
AGES: Final = (
    ("10000", "Totaal"),
    ("10010", "0 jaar"),
    *((f"{10000 + 100 * age}", f"{age} jaar") for age in range(1, 25)),
    ("22300", "25 jaar of ouder"),
)
MARITAL: Final = (("T001019", "Totaal burgerlijke staat"), ("1010", "Ongehuwd"), ("1020", "Gehuwd"))
_MALE_SHARE: Final = 0.497
_UNMARRIED_SHARE: Final = 0.49  # of all ages; gehuwd stands for all others

REFERENCE_AGES: Final = (("10000", "Totaal"), ("53100", "15 tot 25 jaar"), ("53300", "25 jaar of ouder"))
_YOUNG_REFERENCE_SHARE: Final = 0.045
# Households per inhabitant, and what each kind is of all households (CBS 71486ned of 2021, in rough figures).
HOUSEHOLDS_PER_INHABITANT: Final = 0.46
_SINGLE: Final = 0.385
_LONE_PARENT: Final = 0.073
_OTHER: Final = 0.005
_MARRIED_OF_COUPLES: Final = 0.74
_WITH_CHILDREN_OF_COUPLES: Final = 0.455
_CHILDREN_PAIRS: Final = (0.37, 0.45, 0.18)  # one, two, three or more
_CHILDREN_LONE: Final = (0.62, 0.29, 0.09)


def people() -> Floats:
    """Return the inhabitants by age, (12 years x origins x 26): ages 0-24, then 25 or older."""
    young = young_people()
    inhabitants = origins()["inhabitants"].to_numpy(dtype=float)
    total = inhabitants[None, :] * (nl.POPULATION_MILLIONS * 1e6 / inhabitants.sum())[:, None]
    return np.concatenate([young, (total - young.sum(axis=2))[:, :, None]], axis=2)


def population_table(world: World) -> StatLineTable:
    """Return 03759ned. Sex and marital status only for the total age, so that the table stays small."""
    area = regions(world, YEARS)
    dimensions: dict[str, list[Row]] = {
        "Geslacht": categories(SEXES),
        "Leeftijd": categories(AGES),
        "BurgerlijkeStaat": categories(MARITAL),
        "RegioS": area.rows,
        "Perioden": yearly_periods(YEARS),
    }
    properties = topic_tree(
        [
            Dimension("Geslacht", "Geslacht"),
            Dimension("Leeftijd", "Leeftijd"),
            Dimension("BurgerlijkeStaat", "Burgerlijke staat"),
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=YEARS[-1]),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        [Topic("Bevolking op 1 januari"), Topic("Gemiddelde bevolking", datatype="Double", decimals=1)],
    )
    by_age = people().transpose(0, 2, 1)  # years, ages, origins
    cells = np.stack([area.whole(by_age[n], year) for n, year in enumerate(YEARS)])
    cells = cells.transpose(1, 2, 0)  # ages, regions, years
    total = cells.sum(axis=0)
    by_status = np.stack([total * _UNMARRIED_SHARE, total * (1 - _UNMARRIED_SHARE)])
    by_sex = np.stack([total * _MALE_SHARE, total * (1 - _MALE_SHARE)])
    # Blocks in published order: total of both sexes by age (its first age also by marital status), men, women.
    blocks = [(0, 0, 0, total), (0, 0, 1, by_status[0]), (0, 0, 2, by_status[1])]
    blocks += [(0, 1 + age, 0, cells[age]) for age in range(len(AGES) - 1)]
    blocks += [(1, 0, 0, by_sex[0]), (2, 0, 0, by_sex[1])]
    typed = pd.concat(
        [_block(dimensions, area, *block, keys=[str(row["Key"]) for row in properties[-2:]]) for block in blocks],
        ignore_index=True,
    )
    return table(
        world,
        "03759ned",
        "Bevolking op 1 januari en gemiddeld; geslacht, leeftijd en regio",
        f"{YEARS[0]}-{YEARS[-1]}",
        properties,
        dimensions,
        typed,
        area.category_groups,
    )


def _block(
    dimensions: dict[str, list[Row]],
    area: Geography,
    sex: int,
    age: int,
    status: int,
    values: Floats,
    keys: list[str],
) -> pd.DataFrame:
    """Return the rows of one combination of sex, age and marital status over all regions and years."""
    exists = np.stack([area.exists(year) for year in YEARS], axis=1)
    on_1_january = np.where(exists, np.round(values), np.nan)
    average = np.full_like(on_1_january, np.nan)
    average[:, :-1] = (on_1_january[:, :-1] + on_1_january[:, 1:]) / 2
    figures = dict(zip(keys, (on_1_january, average), strict=True))
    frame = dense({name: dimensions[name] for name in ("RegioS", "Perioden")}, figures)
    for place, (name, chosen) in enumerate({"Geslacht": sex, "Leeftijd": age, "BurgerlijkeStaat": status}.items()):
        names = pd.Index([str(row["Key"]) for row in dimensions[name]])
        frame.insert(place, name, pd.Series(pd.Categorical.from_codes(np.full(len(frame), chosen), categories=names)))
    return frame


def household_table(world: World) -> StatLineTable:
    """Return 71486ned, its 27 topics numbered as published (TotaalEenouderhuishoudens_16)."""
    area = regions(world, YEARS)
    dimensions: dict[str, list[Row]] = {
        "LeeftijdReferentiepersoon": categories(REFERENCE_AGES),
        "RegioS": area.rows,
        "Perioden": yearly_periods(YEARS),
    }
    properties = topic_tree(
        [
            Dimension("LeeftijdReferentiepersoon", "Leeftijd referentiepersoon"),
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=YEARS[-1]),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        _household_headings(),
    )
    keys = [str(row["Key"]) for row in properties if row["Type"] == "Topic"]
    inhabitants = people().sum(axis=2)
    per_year = []
    for n, year in enumerate(YEARS):
        counts = area.whole(_households(world, inhabitants[n]), year)  # topics, regions
        counts = np.where(area.exists(year), counts, np.nan)
        by_age = np.stack([counts, counts * _YOUNG_REFERENCE_SHARE, counts * (1 - _YOUNG_REFERENCE_SHARE)], axis=1)
        whole = np.round(by_age)
        size = by_age[-1] / by_age[20]  # people per household
        per_year.append(np.concatenate([whole[:-1], np.round(size, 2)[None]]))
    cells = np.stack(per_year, axis=-1)
    return table(
        world,
        "71486ned",
        "Huishoudens; samenstelling, grootte, regio, 1 januari",
        f"{YEARS[0]}-{YEARS[-1]}",
        properties,
        dimensions,
        dense(dimensions, dict(zip(keys, cells, strict=True))),
        area.category_groups,
    )


def lone_parent_share(world: World) -> Floats:
    """Return by origin the share of households with one parent."""
    return np.asarray(_LONE_PARENT * np.exp(lone_parent_level(world)))


def _households(world: World, inhabitants: Floats) -> Floats:
    """Return the 27 unrounded figures by origin; the last is the people in households, for their mean size."""
    total = inhabitants * HOUSEHOLDS_PER_INHABITANT
    lone, single, other = total * lone_parent_share(world), total * _SINGLE, total * _OTHER
    couples = total - lone - single - other
    married, unmarried = couples * _MARRIED_OF_COUPLES, couples * (1 - _MARRIED_OF_COUPLES)

    def of_couples(pairs: Floats) -> list[Floats]:
        parents = pairs * _WITH_CHILDREN_OF_COUPLES
        return [pairs, pairs - parents, *(parents * share for share in _CHILDREN_PAIRS)]

    of_lone = [lone * share for share in _CHILDREN_LONE]
    parents = couples * _WITH_CHILDREN_OF_COUPLES
    by_size = [single, couples - parents + of_lone[0] + other]
    by_size += [parents * _CHILDREN_PAIRS[0] + of_lone[1], parents * _CHILDREN_PAIRS[1] + of_lone[2]]
    by_size += [parents * _CHILDREN_PAIRS[2]]
    composition = [total, single, total - single, couples - parents + other, parents + lone]
    composition += [*of_couples(unmarried), *of_couples(married), lone, *of_lone, other]
    in_households = 0.985 * inhabitants
    return np.stack([*composition, total, *by_size, in_households])


def _household_headings() -> list[TopicGroup]:
    def couples(name: str) -> TopicGroup:
        kinds = ["Zonder kinderen", "1 kind", "2 kinderen", "3 of meer kinderen"]
        return TopicGroup(name, [Topic(f"Totaal {name[0].lower()}{name[1:]}"), *map(Topic, kinds)])

    lone = ["Totaal eenouderhuishoudens", "1 kind", "2 kinderen", "3 of meer kinderen"]
    several = TopicGroup(
        "Meerpersoonshuishoudens",
        [
            Topic("Totaal meerpersoonshuishoudens"),
            Topic("Meerpersoonshuishoudens zonder kinderen"),
            Topic("Meerpersoonshuishoudens met kinderen"),
            couples("Niet-gehuwde paren"),
            couples("Gehuwde paren"),
            TopicGroup("Eenouderhuishoudens", [Topic(title) for title in lone]),
            Topic("Overig huishouden"),
        ],
    )
    total = "Totaal particuliere huishoudens"
    sizes = ["1 persoon", "2 personen", "3 personen", "4 personen", "5 of meer personen"]
    average = Topic("Gemiddelde huishoudensgrootte", datatype="Double", decimals=2)
    return [
        TopicGroup("Huishoudenssamenstelling", [Topic(total), Topic("Eenpersoonshuishouden"), several]),
        TopicGroup("Huishoudensgrootte", [Topic(total), *map(Topic, sizes), average]),
    ]
