"""84135NED and 85100NED: young people with youth care by sex, age, migration background and place in the household.

The young people per form are those of the key figures (84134NED, 85099NED); here they are divided. Youths of a form that
holds others (JH 12 holds JH 121 and JH 122) are divided as its parts are, so that a form never has fewer than its parts.
"""

from itertools import pairwise
from typing import Final

import numpy as np

from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import Geography
from wijkanalyse.example.key_figures import FORMS, figures, form_number
from wijkanalyse.example.national import Floats
from wijkanalyse.example.policy import Policy
from wijkanalyse.example.population import lone_parent_share
from wijkanalyse.example.publish import HALF_YEARS, categories, half_year_periods, half_yearly_table, regions, rounded
from wijkanalyse.example.simulate import Flows, balanced
from wijkanalyse.example.surroundings import background_share, non_western_share, urbanity
from wijkanalyse.example.table import Dimension, Row, StatLineTable, Topic, topic_tree
from wijkanalyse.example.traits import young_people
from wijkanalyse.example.world import World

# Titles as seen on the pages of both tables; CBS itself cuts off the one with the dots (40 characters). Not confirmed: the
# titles of the places in the household but the first (here in the words of 85075NED), and all codes.
_ALWAYS: Final = (
    ("10000", "Totaal"),
    ("3000", "Geslacht: mannen"),
    ("4000", "Geslacht: vrouwen"),
    ("A020301", "Leeftijd: 0 tot 4 jaar"),
    ("A020302", "Leeftijd: 4 tot 12 jaar"),
    ("A020303", "Leeftijd: 12 tot 18 jaar"),
    ("A020304", "Leeftijd: 18 tot 23 jaar"),
)
_BACKGROUNDS: Final = (
    ("A020311", "Migratieachtergrond: Nederland"),
    ("A020312", "Migratieachtergrond: met migratieacht..."),
    ("A020313", "Migratieachtergrond: westers"),
    ("A020314", "Migratieachtergrond: niet-westers"),
)
_PLACES: Final = (
    ("A020321", "Positie: kind in eenouderhuishouden"),
    ("A020322", "Positie: kind bij een paar"),
    ("A020323", "Positie: ander huishouden"),
)
CHARACTERISTICS: Final = (*_ALWAYS, *_BACKGROUNDS, *_PLACES)
# Whether the table since 2021 has a category for background was not seen: it has none here.
CHARACTERISTICS_SINCE_2021: Final = (*_ALWAYS, *_PLACES)

_FORMS: Final = ("JZ", "JH 1", "JH 12", "JH 121", "JH 1211", "JH 1212", "JH 122", "JB 1", "JR 1")
_FORMS_OF_FULL_SIZE: Final = (
    "JZ", "JZ in natura", "JH 1", "JH 11", "JH 12", "JH 121", "JH 1211", "JH 1212", "JH 12121", "JH 12122", "JH 12123",
    "JH 122", "JH 1221", "JH 1222", "JH 1223", "JH 1224", "JB 1", "JB 11", "JB 12", "JR 1",
)  # fmt: skip

# Kinds of care whose youths are alike in composition; a form is one of them or made up of them.
_KINDS: Final = ("JH 121", "JH 122", "JH 11", "JB", "JR")
_BOYS: Final = np.array([0.57, 0.55, 0.64, 0.52, 0.86])
_AGE_BOUNDS: Final = (0, 4, 12, 18, 23)
# Use by age against each other: (kinds x 4 age classes).
_USE_BY_AGE: Final = np.array(
    [[0.30, 1.30, 1.25, 0.45], [0.55, 0.85, 1.60, 0.70], [0.15, 1.30, 1.20, 0.35], [0.8, 1.0, 1.2, 0.05], [0, 0, 1.0, 0.8]]
)
# Use by youths with a migration background against that by the others, in 2020.
_USE_WITH_BACKGROUND: Final = np.array([0.94, 1.20, 0.65, 1.45, 2.10])
# The same of all kinds in 2015-2025 against 2020: their reach grew, in towns more than elsewhere (power of the density).
_REACH_PATH: Final = np.array([0.85, 0.88, 0.91, 0.94, 0.97, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
_REACH_BY_URBANITY: Final = 0.12
_REACH_SPREAD: Final = (0.12, 0.05)  # between origins, as logarithms: of the level in 2015, of the growth since
_LARGEST_SHARE: Final = 0.98
_LONE_PARENT: Final = np.array([0.285, 0.32, 0.27, 0.44, 0.42])  # near 111,650 of all youths with care in 2025HJ01 (85100NED)
_LONE_PARENT_BY_SHARE: Final = 0.8
_ELSEWHERE: Final = np.array([0.06, 0.45, 0.03, 0.33, 0.15])  # in no household with a parent


def characteristic_tables(world: World, course: Flows, full_size: bool = False) -> list[StatLineTable]:
    """Return the table of 2015-2020 and that of 2021-2025.

    Of the half-years only the first of each table's last year is shown, and of the forms those that matter most. With
    `full_size` there are all half-years and 20 forms: 84135NED then has about the 2,617,216 rows that CBS's had.
    """
    break_at = nl.YEARS.index(nl.ERA_BREAK)
    title = "Jongeren met jeugdzorg; persoonskenmerken"
    old, new = nl.YEARS[:break_at], nl.YEARS[break_at:]
    return [
        _table(world, course, "84135NED", f"{title}, 2015-2020", old, CHARACTERISTICS, full_size),
        _table(world, course, "85100NED", title, new, CHARACTERISTICS_SINCE_2021, full_size),
    ]


def years_of_activity(policy: Policy) -> Floats:
    """Return for each year and origin the part of the five years 2016-2020 in which the team has been active so far."""
    counted = np.array(nl.YEARS)[:, None] > nl.YEARS[0]
    return np.minimum(np.cumsum(policy.is_active & counted, axis=0), 5) / 5


def _table(
    world: World,
    course: Flows,
    identifier: str,
    title: str,
    years: tuple[int, ...],
    characteristics: tuple[tuple[str, str], ...],
    full_size: bool,
) -> StatLineTable:
    area = regions(world, years)
    numbers = _FORMS_OF_FULL_SIZE if full_size else _FORMS
    forms = [(key, name) for key, name in FORMS if form_number(name) in numbers]
    periods = half_year_periods(years, nl.YEARS[-1])
    if not full_size:
        periods = [row for row in periods if str(row["Key"]).endswith("JJ00") or row["Key"] == f"{years[-1]}HJ01"]
    dimensions: dict[str, list[Row]] = {
        "Persoonskenmerken": categories(characteristics),
        "VormenVanJeugdzorg": categories(forms),
        "RegioS": area.rows,
        "Perioden": periods,
    }
    properties = topic_tree(
        [
            Dimension("Persoonskenmerken", "Persoonskenmerken"),
            Dimension("VormenVanJeugdzorg", "Vormen van jeugdzorg"),
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=years[-1]),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        [Topic("Totaal jongeren met jeugdzorg")],
    )
    places = [n for n, pair in enumerate(CHARACTERISTICS) if pair in characteristics]
    listed = [n for n, pair in enumerate(FORMS) if pair in forms]
    parts = [[n for n, part in enumerate(HALF_YEARS) if f"{year}{part}" in {row["Key"] for row in periods}] for year in years]
    composition = _composition(world, course.policy)[:, places]
    shown = dict(zip(years, parts, strict=True))

    def year_cells(year: int) -> Floats:
        share = composition[nl.YEARS.index(year)]
        return _year_cells(world, course, area, year, share, listed, shown[year])[None]  # the one topic

    return half_yearly_table(world, identifier, title, years, properties, dimensions, area, year_cells)


def _year_cells(
    world: World, course: Flows, area: Geography, year: int, shares: Floats, forms: list[int], periods: list[int]
) -> Floats:
    """Return the published cells of a year: (characteristics x forms x regions x periods)."""
    youths = _divided(figures(world, course, nl.YEARS.index(year))[0][:, periods], shares)[:, forms]
    summed = (youths.reshape(-1, youths.shape[-1]) @ area.adding_up(year).T).reshape(*youths.shape[:-1], -1)
    return np.asarray(np.where(area.exists(year), rounded(summed), np.nan).transpose(0, 1, 3, 2))


def _divided(youths: Floats, shares: Floats) -> Floats:
    """Return youths by characteristic, (characteristics x forms x periods x origins), of all FORMS.

    `youths` (forms x periods x origins); `shares` (characteristics x kinds x origins). What a form adds to the form within
    it (JH 12 to JH 121: youths with residence only) has the composition of the added kind.
    """
    of_form = {form_number(title): figure for (_, title), figure in zip(FORMS, youths, strict=True)}
    of_kind = dict(zip(_KINDS, shares.transpose(1, 0, 2)[:, :, None], strict=True))
    measures = [of_kind["JB"] * of_form["JB 1"], of_kind["JR"] * of_form["JR 1"]]
    of_measures = sum(measures) / (of_form["JB 1"] + of_form["JR 1"])

    parts = {number: of_kind[_kind(number)] * of_form[number] for number in of_form if _kind(number) in of_kind}
    steps = (
        ("JH 12", "JH 121", of_kind["JH 122"]),
        ("JH 1", "JH 12", of_kind["JH 11"]),
        ("JZ in natura", "JH 12", of_measures),
        ("JZ", "JH 1", of_measures),
    )
    for whole, within, added in steps:
        parts[whole] = parts[within] + (of_form[whole] - of_form[within]) * added
    return np.stack([parts[number] for number in of_form], axis=1)


def _kind(number: str) -> str:
    """Return the kind of care whose composition a form has: JH 1211 that of JH 121, JB 11 that of JB."""
    return number[:2] if number[:2] in _KINDS else number[: 5 if number.startswith("JH 11") else 6]


def _composition(world: World, policy: Policy) -> Floats:
    """Return the share of each of CHARACTERISTICS by year, kind and origin: (11 x 14 x 5 x origins)."""
    young = young_people()[: len(nl.YEARS)]
    ages = np.stack([young[:, :, a:b].sum(axis=2) for a, b in pairwise(_AGE_BOUNDS)], axis=1)
    by_age = ages[:, :, None] * _USE_BY_AGE.T[None, :, :, None]  # years, classes, kinds, origins
    by_age = by_age / by_age.sum(axis=1, keepdims=True)
    shape = (len(nl.YEARS), len(_KINDS), young.shape[1])
    boys = np.broadcast_to(_BOYS[None, :, None], shape)
    background = with_background(world, policy)
    non_western = background * non_western_share(world)
    one_parent = np.broadcast_to(with_one_parent(world)[None], shape)
    elsewhere = np.broadcast_to(_ELSEWHERE[None, :, None], shape)
    parts = [np.ones(shape), boys, 1 - boys, *by_age.transpose(1, 0, 2, 3)]
    parts += [1 - background, background, background - non_western, non_western]
    parts += [one_parent, 1 - one_parent - elsewhere, elsewhere]
    return np.stack(parts, axis=1)


def with_background(world: World, policy: Policy) -> Floats:
    """Return the share of the youths with care who have a migration background: (11 years x 5 kinds x origins)."""
    share = background_share(world)[: len(nl.YEARS)]
    people = share * young_people()[: len(nl.YEARS), :, :23].sum(axis=2)
    grown = np.minimum(np.arange(len(nl.YEARS)) / 5, 1)[:, None]  # part of the growth of 2015-2020
    noise = world.rng("reach of background").normal(0.0, 1.0, (2, people.shape[1])) * np.array(_REACH_SPREAD)[:, None]
    # Balanced for the groups of 2020 alone: a team that starts or stops must not shift the figures of all others.
    of_2020 = [nl.YEARS.index(2020)] * 2
    lasting, growth = balanced(world, noise, people[of_2020], policy.is_active[of_2020])
    growth = growth + _REACH_BY_URBANITY * urbanity(world)
    relative = _REACH_PATH[:, None] * np.exp(lasting + grown * growth)
    use = relative[:, None] * _USE_WITH_BACKGROUND[None, :, None]
    result = share[:, None] * use / (share[:, None] * use + 1 - share[:, None])
    is_help = np.array([kind.startswith("JH") for kind in _KINDS])[None, :, None]
    effect = 1 + world.effect_reach_background_pct / 100 * years_of_activity(policy)[:, None] * is_help
    return np.asarray(np.minimum(result * effect, _LARGEST_SHARE))


def with_one_parent(world: World) -> Floats:
    """Return the share of the youths with care who live with one parent: (5 kinds x origins)."""
    lone = lone_parent_share(world)
    lone = (lone / np.average(lone, weights=young_people()[0, :, :23].sum(axis=1))) ** _LONE_PARENT_BY_SHARE
    return np.minimum(_LONE_PARENT[:, None] * lone, 0.95 - _ELSEWHERE[:, None])
