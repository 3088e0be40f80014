"""82971NED and 85097NED: youth help trajectories by referrer, municipality and half-year."""

from typing import Final

import numpy as np

from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import Geography
from wijkanalyse.example.national import Floats
from wijkanalyse.example.publish import categories, half_year_periods, half_yearly_table, regions, rounded
from wijkanalyse.example.simulate import Flows
from wijkanalyse.example.table import Dimension, StatLineTable, Topic, TopicGroup, topic_tree
from wijkanalyse.example.world import World

# Titles as published; the codes are not known and made up.
REFERRERS: Final = (
    ("T001047", "Totaal verwijzer"),
    ("A047601", "Gemeentelijke toegang"),
    ("A047602", "Huisarts"),
    ("A047603", "Jeugdarts"),
    ("A047604", "Gecertificeerde instelling"),
    ("A047605", "Medisch specialist"),
    ("A047606", "Rechter, Officier van Justitie, ..."),
    ("A047607", "Geen verwijzer"),
    ("A047608", "Verwijzer onbekend"),
)
# Share of each referrer by form (team, provider, residential). Of all together CBS published in 2023HJ01 (85097NED):
# 33, 36, 3, 8, 5, 0.3, 15 and 0.5 %; the division over the forms is made up.
_REFERRER_SHARES: Final = np.array(
    [
        [0.50, 0.04, 0.010, 0.03, 0.005, 0.001, 0.40, 0.014],
        [0.29, 0.43, 0.036, 0.06, 0.052, 0.002, 0.125, 0.005],
        [0.36, 0.08, 0.010, 0.43, 0.030, 0.025, 0.06, 0.005],
    ]
)
_REFERRER_SPREAD: Final = 0.30  # the share of gemeentelijke toegang runs from .20 (p10) to .48 (p90) over municipalities
_RELATIVE_DURATION: Final = np.array([1.10, 0.92, 0.95, 1.20, 1.05, 1.0, 0.85, 1.0])
_RELATIVE_CRISIS: Final = np.array([1.2, 0.6, 0.5, 2.2, 1.1, 4.0, 1.0, 1.0])
_REPEAT_SHARE: Final = np.array([0.20, 0.24, 0.22])  # 2020: 63,425 of 269,020 begun were repeats (82970NED)
_AS_PLANNED_SHARE: Final = np.array([0.86, 0.79, 0.62])
_MEASURES: Final = 8  # active, begun, repeat, crisis, ended, days of the ended, as planned, early


def trajectory_tables(world: World, course: Flows) -> list[StatLineTable]:
    """Return the table of 2015-2020 and that of 2021-2025."""
    break_at = nl.YEARS.index(nl.ERA_BREAK)
    old, new = nl.YEARS[:break_at], nl.YEARS[break_at:]
    title = "Jeugdhulptrajecten in natura; verwijzer, regio (gemeente)"
    return [
        _table(world, course, "82971NED", f"{title}, 2015-2020", "Verwijzer Jeugdzorg", old, "Totaal begonnen trajecten"),
        # CBS's own typo: seen in the group with residence of the twin table 85096NED.
        _table(world, course, "85097NED", title, "Verwijzer jeugdzorg", new, "Toaal begonnen trajecten"),
    ]


def _table(
    world: World,
    course: Flows,
    identifier: str,
    title: str,
    referrer_title: str,
    years: tuple[int, ...],
    begun_residential: str,
) -> StatLineTable:
    area = regions(world, years)
    dimensions = {
        "VerwijzerJeugdzorg": categories(REFERRERS),
        "RegioS": area.rows,
        "Perioden": half_year_periods(years, nl.YEARS[-1]),
    }
    properties = topic_tree(
        [
            Dimension("VerwijzerJeugdzorg", referrer_title),
            Dimension("RegioS", "Regio's", "GeoDimension", map_year=years[-1]),
            Dimension("Perioden", "Perioden", "TimeDimension"),
        ],
        _headings(world.with_subforms, begun_residential),
    )
    return half_yearly_table(
        world, identifier, title, years, properties, dimensions, area, lambda year: _year_cells(world, course, area, year)
    )


def _year_cells(world: World, course: Flows, area: Geography, year: int) -> Floats:
    """Return the published cells of a year: (topics x 9 referrers x regions x 3 periods)."""
    measures = _measures(world, course, nl.YEARS.index(year))
    shape = measures.shape[:-1]
    summed = (measures.reshape(-1, measures.shape[-1]) @ area.adding_up(year).T).reshape(*shape, len(area.keys))
    team, provider, residential = summed
    groups = [team + provider + residential, team + provider]
    groups += [team, provider] if world.with_subforms else []
    topics: list[Floats] = []
    exists = area.exists(year)
    for group in [*groups, residential]:
        active, begun, repeat, crisis, ended, days, planned, early = group
        none = np.full_like(active, np.nan)
        no_crisis = year < nl.CRISIS_SINCE
        counts = [active, begun, begun - repeat, repeat, none if no_crisis else crisis]
        counts += [none if no_crisis else begun - crisis, ended]
        duration = np.where(np.isnan(rounded(ended)), np.nan, np.round(days / np.maximum(ended, 1e-9)))
        topics += [*map(rounded, counts), duration, rounded(planned), rounded(early)]
    cells = np.where(exists, np.stack(topics), np.nan)  # (topics, periods, referrers, regions)
    return np.asarray(cells.transpose(0, 2, 3, 1))


def _measures(world: World, course: Flows, n: int) -> Floats:
    """Return the unrounded measures of a year: (3 forms x 8 measures x 3 periods x 9 referrers x origins)."""
    origins = course.active.shape[-1]
    shares = referrer_shares(world, origins)
    result = np.empty((3, _MEASURES, 3, len(REFERRERS), origins))
    for form in range(3):
        begun, ended = course.begun[form, n], course.ended[form, n]
        stock = course.active[form, n] - begun
        begun_1, ended_1 = nl.BEGUN_IN_FIRST_HALF[n] * begun, nl.ENDED_IN_FIRST_HALF * ended
        ended_1 = np.minimum(ended_1, stock + begun_1)
        begun_parts = np.stack([begun, begun_1, begun - begun_1])
        ended_parts = np.stack([ended, ended_1, ended - ended_1])
        active = np.stack([stock + begun, stock + begun_1, stock + begun - ended_1])
        split = shares[form]
        # A referrer's own level, so that the referrers together give the form's mean and share.
        days = course.duration_days[form, n] * _relative(_RELATIVE_DURATION, split)
        crisis = course.crisis_share[form, n] * _relative(_RELATIVE_CRISIS, split)
        by_begun, by_ended = begun_parts[:, None] * split, ended_parts[:, None] * split
        planned = by_ended * _AS_PLANNED_SHARE[form]
        parts = [
            active[:, None] * split,
            by_begun,
            by_begun * _REPEAT_SHARE[form],
            by_begun * crisis,
            by_ended,
            by_ended * days,
            planned,
            by_ended - planned,
        ]
        result[form, :, :, 1:] = np.stack(parts)
    result[:, :, :, 0] = result[:, :, :, 1:].sum(axis=3)
    return result


def referrer_shares(world: World, origins: int) -> Floats:
    """Return the share of each referrer by form and origin, (3 x 8 x origins)."""
    noise = world.rng("referrers").normal(0, 1, (3, len(REFERRERS) - 1, origins)) * _REFERRER_SPREAD
    shares = _REFERRER_SHARES[:, :, None] * np.exp(noise)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _relative(level: Floats, shares: Floats) -> Floats:
    """Return levels (referrers x origins) in the given proportions with mean 1 over the referrers' `shares`."""
    return np.asarray(level[:, None] / (level[:, None] * shares).sum(axis=0))


def _headings(with_subforms: bool, begun_residential: str) -> list[TopicGroup]:
    """Return the tree of topics: the same ten topics for each form of help."""
    total, without = "Totaal jeugdhulptrajecten in natura", "Totaal jeugdhulp zonder verblijf"
    forms = [TopicGroup(without, _ten_topics(without))]
    if with_subforms:
        own, other = "Uitgevoerd door het wijk- of buurtteam", "Niet uitgevoerd door wijk- of buurtteam"
        forms += [TopicGroup(title, _ten_topics(title)) for title in (own, other)]
    residence = "Totaal jeugdhulp met verblijf"
    return [
        TopicGroup(total, _ten_topics(total)),
        TopicGroup("Jeugdhulp zonder verblijf", forms),
        TopicGroup("Jeugdhulp met verblijf", [TopicGroup(residence, _ten_topics(residence, begun_residential))]),
    ]


def _ten_topics(title: str, begun: str = "Totaal begonnen trajecten") -> list[Topic | TopicGroup]:
    early = TopicGroup("Voortijdig afgesloten", [Topic("Totaal voortijdig afgesloten")])
    return [
        Topic(title),
        TopicGroup(
            "Begonnen trajecten",
            [
                Topic(begun),
                TopicGroup("Soort start", [Topic("Nieuw traject"), Topic("Herhaald beroep")]),
                TopicGroup("Crisis", [Topic("Gestart met crisis"), Topic("Niet gestart met crisis")]),
            ],
        ),
        TopicGroup(
            "Beëindigde trajecten",
            [
                Topic("Totaal beëindigde trajecten"),
                TopicGroup("Duur van de beëindigde trajecten", [Topic("Gemiddelde duur", unit="dagen")]),
                TopicGroup("Reden beëindiging", [Topic("Beëindigd volgens plan"), early]),
            ],
        ),
    ]
