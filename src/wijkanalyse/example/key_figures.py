"""84134NED and 85099NED: key figures on youth care, by form, region and half-year."""

from typing import Final

import numpy as np

from wijkanalyse.example import national as nl
from wijkanalyse.example.chance import WITH_BOTH_FORMS
from wijkanalyse.example.geography import Geography
from wijkanalyse.example.national import Floats
from wijkanalyse.example.publish import categories, half_year_periods, half_yearly_table, regions, rounded
from wijkanalyse.example.simulate import Flows
from wijkanalyse.example.table import Dimension, Row, StatLineTable, Topic, topic_tree
from wijkanalyse.example.traits import young_people
from wijkanalyse.example.world import World

# Titles of JZ and JH as published, of JB and JR only the numbers were seen. The first codes occur in a public script
# (unconfirmed), the others are made up: find a form by the number its title starts with.
FORMS: Final = (
    ("A045561", "JZ Totaal jeugdzorg"),
    ("A045562", "JZ Totaal jeugdzorg in natura"),
    ("A045560", "JH 1 Totaal jeugdhulp"),
    ("A045563", "JH 11 Jeugdhulp PGB"),
    ("A045564", "JH 12 Totaal jeugdhulp in natura"),
    ("A042503", "JH 121 Totaal jeugdhulp zonder verblijf"),
    ("A017916", "JH 1211 Uitgevoerd door wijkteam"),
    ("A027917", "JH 1212 Niet uitgevoerd door wijkteam"),
    ("A042505", "JH 12121 Ambulante JH op loc. aanbieder"),
    ("A042506", "JH 12122 Daghulp op locatie aanbieder"),
    ("A042507", "JH 12123 JH in het netwerk v.d. jongere"),
    ("A027918", "JH 122 Totaal jeugdhulp met verblijf"),
    ("A042509", "JH 1221 Pleegzorg"),
    ("A042510", "JH 1222 Gezinsgericht"),
    ("A042511", "JH 1223 Gesloten plaatsing"),
    ("A042512", "JH 1224 Ander verblijf bij JH -aanbieder"),
    ("A027919", "JB 1 Totaal jeugdbescherming"),
    ("A042513", "JB 11 Totaal voogdij"),
    ("A042514", "JB 111 Voorlopige voogdij"),
    ("A042515", "JB 112 Voogdij"),
    ("A042516", "JB 12 Totaal ondertoezichtstelling"),
    ("A042517", "JB 121 Voorlopige ondertoezichtstelling"),
    ("A042518", "JB 122 Ondertoezichtstelling tot 1 jaar"),
    ("A042519", "JB 123 Ondertoezichtstelling vanaf 1 jr"),
    ("A027920", "JR 1 Totaal jeugdreclassering"),
    ("A042520", "JR 11 Toezicht en begeleiding"),
    ("A042521", "JR 12 Individuele trajectbegeleiding"),
    ("A042522", "JR 13 Totaal overige maatregelen"),
    ("A042523", "JR 131 Scholings- en trainingsprogramma"),
    ("A042524", "JR 132 Gedragsbeïnvloedende maatregel"),
    ("A042525", "JR 133 Totaal overige begeleiding"),
    ("A042526", "JR 1332 Samenloop met reclassering"),
    ("A042527", "JR 1333 Begeleiding na verblijf"),
    ("A042528", "JR 1334 Andere begeleiding"),
)
# Parts of a form: (title number, share of the trajectories, youths per trajectory). The shares of JH follow 85099NED
# 2022HJ01 (Nederland); those of JB and JR are made up.
_PROVIDER_PARTS: Final = (("JH 12121", 0.724, 0.80), ("JH 12122", 0.069, 0.94), ("JH 12123", 0.207, 0.92))
_RESIDENTIAL_PARTS: Final = (
    ("JH 1221", 0.446, 0.95),
    ("JH 1222", 0.131, 0.95),
    ("JH 1223", 0.033, 0.88),
    ("JH 1224", 0.390, 0.88),
)
_PROTECTION_PARTS: Final = (
    ("JB 11", 0.25, 1.0),
    ("JB 111", 0.012, 1.0),
    ("JB 112", 0.238, 1.0),
    ("JB 12", 0.75, 1.0),
    ("JB 121", 0.05, 1.0),
    ("JB 122", 0.27, 1.0),
    ("JB 123", 0.43, 1.0),
)
_PROBATION_PARTS: Final = (
    ("JR 11", 0.78, 1.0),
    ("JR 12", 0.07, 1.0),
    ("JR 13", 0.15, 1.0),
    ("JR 131", 0.02, 1.0),
    ("JR 132", 0.04, 1.0),
    ("JR 133", 0.09, 1.0),
    ("JR 1332", 0.04, 1.0),
    ("JR 1333", 0.03, 1.0),
    ("JR 1334", 0.02, 1.0),
)
_TRAJECTORIES_PER_YOUTH: Final = {"JB 1": 1.033, "JR 1": 1.05}  # JB: 36,470 of 35,320 youths in 2022HJ01 (85099NED)
_PARTS: Final = {
    "JH 1212": _PROVIDER_PARTS,
    "JH 122": _RESIDENTIAL_PARTS,
    "JB 1": _PROTECTION_PARTS,
    "JR 1": _PROBATION_PARTS,
}
_FORM: Final = {"JH 1211": nl.TEAM, "JH 1212": nl.PROVIDER, "JH 122": nl.RESIDENTIAL}
_LASTING_HALF_YEAR: Final = 0.87  # youths with a measure or a budget in half a year, against the whole year
# Youths of a half-year against those of the year, as a power of the same of trajectories; near 85099NED 2022HJ01.
_HALF_YEAR_POWER: Final = {"JH 1211": 0.97, "JH 1212": 0.89, "JH 122": 0.70}


def key_figure_tables(world: World, course: Flows) -> list[StatLineTable]:
    """Return the table of 2015-2020 and that of 2021-2025."""
    break_at = nl.YEARS.index(nl.ERA_BREAK)
    return [
        _table(world, course, "84134NED", "Kerncijfers over jeugdzorg, 2015-2020", nl.YEARS[:break_at]),
        _table(world, course, "85099NED", "Kerncijfers over jeugdzorg", nl.YEARS[break_at:]),
    ]


def _table(world: World, course: Flows, identifier: str, title: str, years: tuple[int, ...]) -> StatLineTable:
    area = regions(world, years)
    dimensions: dict[str, list[Row]] = {
        "VormenVanJeugdzorg": categories(FORMS),
        "RegioS": area.rows,
        "Perioden": half_year_periods(years, nl.YEARS[-1]),
    }
    properties = topic_tree(
        [
            Dimension("VormenVanJeugdzorg", "Vormen van jeugdzorg"),
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=years[-1]),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        [
            Topic("Jongeren met jeugdzorg"),
            Topic("Jongeren met jeugdzorg relatief", "In % bepaalde leeftijdsklasse", "Double", 1),
            Topic("Jeugdzorgtrajecten"),
        ],
    )
    return half_yearly_table(
        world, identifier, title, years, properties, dimensions, area, lambda year: _year_cells(world, course, area, year)
    )


def _year_cells(world: World, course: Flows, area: Geography, year: int) -> Floats:
    """Return the published cells of a year: (3 topics x forms x regions x 3 periods)."""
    n = nl.YEARS.index(year)
    youths, trajectories = figures(world, course, n)
    add_up = area.adding_up(year).T
    ages = young_people()[n]
    classes = {"JB": ages[:, :18].sum(axis=1), "JR": ages[:, 12:23].sum(axis=1)}
    of_age = np.stack([classes.get(title[:2], ages[:, :23].sum(axis=1)) @ add_up for _, title in FORMS])
    # As one flat product: numpy multiplies a stack of matrices ten times as slowly.
    youths, trajectories = (
        (part.reshape(-1, part.shape[-1]) @ add_up).reshape(*part.shape[:-1], -1) for part in (youths, trajectories)
    )
    published = rounded(youths)
    share = np.round(100 * youths / np.maximum(of_age[:, None], 1e-9), 1)
    cells = np.stack([published, np.where(np.isnan(published), np.nan, share), rounded(trajectories)])
    return np.asarray(np.where(area.exists(year), cells, np.nan).transpose(0, 1, 3, 2))


def figures(world: World, course: Flows, n: int) -> tuple[Floats, Floats]:
    """Return unrounded youths and trajectories of the n-th year: (forms x 3 periods x origins); none with PGB."""
    trajectories_of: dict[str, Floats] = dict(zip(("JH 1211", "JH 1212", "JH 122"), _by_period(course, n), strict=True))
    team, provider, residential = trajectories_of.values()
    trajectories_of |= {"JH 121": team + provider, "JH 12": team + provider + residential}
    youths_of: dict[str, Floats] = {}
    for number, power in _HALF_YEAR_POWER.items():
        year = trajectories_of[number][0]
        part = trajectories_of[number] / np.maximum(year, 1e-9)
        # where chance is free, a youth has the national number of trajectories and no total is forced upon the sum
        base = nl.ACTIVE[_FORM[number], n] if world.chance == "free" else year.sum()
        youths_of[number] = year * part**power * (nl.YOUTHS[number][n] / base)
    for whole, some, others in (("JH 121", "JH 1211", "JH 1212"), ("JH 12", "JH 121", "JH 122")):
        youths_of[whole] = _together(world, whole, youths_of[some], youths_of[others], n)

    young = young_people()[n][:, :23].sum(axis=1)
    need = young * np.exp(0.25 * world.rng("protection").normal(0, 1, (3, len(young))))
    periods = np.array([1.0, _LASTING_HALF_YEAR, _LASTING_HALF_YEAR])[:, None]
    for number, weight in zip(("JH 11", "JB 1", "JR 1"), need, strict=True):
        youths_of[number] = periods * weight * (nl.YOUTHS[number][n] / weight.sum())
    only_pgb = nl.YOUTHS["JH 1"][n] - nl.YOUTHS["JH 12"][n]
    youths_of["JH 1"] = youths_of["JH 12"] + youths_of["JH 11"] * (only_pgb / nl.YOUTHS["JH 11"][n])
    measures = youths_of["JB 1"] + youths_of["JR 1"]
    only_measure = measures * ((nl.YOUTHS["JZ"][n] - nl.YOUTHS["JH 1"][n]) / measures[0].sum())
    youths_of["JZ in natura"] = youths_of["JH 12"] + only_measure
    youths_of["JZ"] = youths_of["JH 1"] + only_measure
    for number, per_youth in _TRAJECTORIES_PER_YOUTH.items():
        trajectories_of[number] = youths_of[number] * per_youth
    trajectories_of["JZ in natura"] = sum((trajectories_of[number] for number in ("JB 1", "JR 1")), trajectories_of["JH 12"])
    for whole, parts in _PARTS.items():
        _divide(world, whole, parts, trajectories_of, youths_of)
    numbers = [form_number(title) for _, title in FORMS]
    none = np.zeros_like(team)
    return (
        np.stack([youths_of[number] for number in numbers]),
        np.stack([trajectories_of.get(number, none) for number in numbers]),
    )


def _by_period(course: Flows, n: int) -> Floats:
    """Return active trajectories in the year and its halves: (3 forms x 3 periods x origins)."""
    begun, ended, active = course.begun[:, n], course.ended[:, n], course.active[:, n]
    first = active - (1 - nl.BEGUN_IN_FIRST_HALF[n]) * begun
    second = active - np.minimum(nl.ENDED_IN_FIRST_HALF * ended, first)
    return np.stack([active, first, second], axis=1)


def _together(world: World, whole: str, some: Floats, others: Floats, n: int) -> Floats:
    """Return the youths with either form, (3 periods x origins), the national total in the n-th year: with both count once.

    Youths with both are taken in proportion to how many could have both, so that where one form does not occur the youths
    with either are those with the other.
    """
    both = some * others / np.maximum(some + others, 1e-9)
    double = (some[0].sum() + others[0].sum() - nl.YOUTHS[whole][n]) / both[0].sum()
    if world.chance == "free":
        double = WITH_BOTH_FORMS[whole]
    return np.asarray(some + others - double * both)


def _divide(
    world: World,
    whole: str,
    parts: tuple[tuple[str, float, float], ...],
    trajectories_of: dict[str, Floats],
    youths_of: dict[str, Floats],
) -> None:
    """Divide a form's trajectories and youths over its parts, those of youth help with shares that differ by origin."""
    trajectories, youths = trajectories_of[whole], youths_of[whole]
    is_help = whole.startswith("JH")
    shares = np.array([share for _, share, _ in parts])[:, None]
    if is_help:
        spread = world.rng(f"parts of {whole}").normal(0, 0.2, (len(parts), youths.shape[-1]))
        shares = shares * np.exp(spread)
        shares = shares / shares.sum(axis=0)
    for (number, _, per_trajectory), share in zip(parts, shares, strict=True):
        trajectories_of[number] = trajectories * share
        # A youth has one measure at a time, but may have several forms of help.
        youths_of[number] = trajectories * share * per_trajectory if is_help else youths * share


def form_number(title: str) -> str:
    """Return the number that a form's title begins with ("JH 121"); "JZ" and "JZ in natura" for the totals."""
    if title.startswith("JZ"):
        return "JZ in natura" if title.endswith("in natura") else "JZ"
    return " ".join(title.split()[:2])
