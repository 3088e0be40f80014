"""The grammar of the report: which words a number and its interval allow, in the language that is spoken.

A sentence of the report may say that something is higher, comes wholly from counting, or equals what was published, only where
the figures of this run allow it. The words are chosen here, from numbers alone, so that a run with other figures gets other
words. A difference is always active minus not active. What an interval leaves open is called open, never "equal".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import enumeration, number

NEARLY_ALL: Final = 0.9
"""From this part of a difference on it comes nearly wholly from something, if the interval leaves at least..."""
NEARLY_ALL_AT_LEAST: Final = 0.75
"""... this part."""
MOST: Final = 0.5
"""Mostly: the whole interval lies above half of the difference."""
HARDLY: Final = 0.1
"""Hardly: the whole interval lies within a tenth of the difference, on either side."""
FEW: Final = 10
"""Below this number of municipalities a single one can decide the outcome."""
NOT_MANY: Final = 30
"""Below this number they are not many."""
BALANCED: Final = 0.1
"""Standardised difference up to which groups are called alike (Austin 2009)."""


class Finding(StrEnum):
    """What a difference and its interval say."""

    HIGHER = "higher"
    LOWER = "lower"
    UNCLEAR = "unclear"  # the interval holds nil, or there is no interval
    UNKNOWN = "unknown"  # there is no number


class Figure(NamedTuple):
    """A number with its interval; nan for what there is not."""

    value: float
    lower: float = math.nan
    upper: float = math.nan

    @property
    def finding(self) -> Finding:
        """Which side of nil the whole interval lies on."""
        if math.isnan(self.value):
            return Finding.UNKNOWN
        if self.lower > 0:
            return Finding.HIGHER
        return Finding.LOWER if self.upper < 0 else Finding.UNCLEAR

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes nil."""
        return self.finding in (Finding.HIGHER, Finding.LOWER)

    def holds(self, other: float) -> bool:
        """Whether `other` lies within the interval; never, where there is no interval."""
        return self.lower <= other <= self.upper


COMPARED: Final = Words(
    {
        Finding.HIGHER: "hoger dan",
        Finding.LOWER: "lager dan",
        Finding.UNCLEAR: "niet aantoonbaar verschillend van",
        Finding.UNKNOWN: "niet te vergelijken met",
    }
)
DURATION: Final = Words(
    {
        Finding.HIGHER: "duurt in actieve gemeenten gemiddeld langer dan in andere",
        Finding.LOWER: "duurt in actieve gemeenten gemiddeld korter dan in andere",
        Finding.UNCLEAR: "duurt in actieve gemeenten niet aantoonbaar korter of langer dan in andere",
        Finding.UNKNOWN: "is in actieve en andere gemeenten niet te vergelijken",
    }
)
CRISIS: Final = Words(
    {
        Finding.HIGHER: "begint in actieve gemeenten vaker vanuit een crisis dan in andere",
        Finding.LOWER: "begint in actieve gemeenten minder vaak vanuit een crisis dan in andere",
        Finding.UNCLEAR: "begint in actieve gemeenten niet aantoonbaar vaker of minder vaak vanuit een crisis dan in andere",
        Finding.UNKNOWN: "is in actieve en andere gemeenten niet te vergelijken",
    }
)
_CHANGED: Final = Words(
    {
        "fell_more": "daalde in actieve gemeenten sterker dan in andere",
        "fell_less": "daalde in actieve gemeenten minder sterk dan in andere",
        "rose_more": "steeg in actieve gemeenten sterker dan in andere",
        "rose_less": "steeg in actieve gemeenten minder sterk dan in andere",
        "fell_instead": "daalde in actieve gemeenten en steeg in andere",
        "rose_instead": "steeg in actieve gemeenten en daalde in andere",
        "higher": "veranderde in actieve gemeenten anders dan in andere: de verandering is er hoger",
        "lower": "veranderde in actieve gemeenten anders dan in andere: de verandering is er lager",
        "unclear": "veranderde in actieve gemeenten niet aantoonbaar anders dan in andere",
        "unknown": "is in actieve en andere gemeenten niet te vergelijken",
    }
)
_CHANGES: Final = {
    (Finding.LOWER, Finding.LOWER, Finding.LOWER): "fell_more",
    (Finding.LOWER, Finding.HIGHER, Finding.HIGHER): "rose_less",
    (Finding.LOWER, Finding.LOWER, Finding.HIGHER): "fell_instead",
    (Finding.HIGHER, Finding.HIGHER, Finding.HIGHER): "rose_more",
    (Finding.HIGHER, Finding.LOWER, Finding.LOWER): "fell_less",
    (Finding.HIGHER, Finding.HIGHER, Finding.LOWER): "rose_instead",
}


def change_compared(active: Figure, others: Figure, difference: Figure) -> str:
    """Say how something changed in the active municipalities beside the others, as a clause with its verb.

    That it rose or fell is said only of a group whose own interval excludes nil.
    """
    found = difference.finding
    return _CHANGED[_CHANGES.get((found, active.finding, others.finding), found.value)]


class Part(StrEnum):
    """How much of a difference comes from one of its two parts."""

    MORE = "more"
    WHOLLY = "wholly"
    MOSTLY = "mostly"
    PARTLY = "partly"
    HARDLY = "hardly"
    AGAINST = "against"
    UNCLEAR = "unclear"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


FROM_COUNTING: Final = Words(
    {
        Part.MORE: "komt meer dan geheel doordat de hulp van het team meetelt; in de hulp van anderen is het omgekeerd",
        Part.WHOLLY: "komt vrijwel geheel doordat de hulp van het team meetelt",
        Part.MOSTLY: "komt grotendeels doordat de hulp van het team meetelt",
        Part.PARTLY: "komt deels doordat de hulp van het team meetelt",
        Part.HARDLY: "komt vrijwel niet doordat de hulp van het team meetelt",
        Part.AGAINST: "wordt kleiner doordat de hulp van het team meetelt",
        Part.UNCLEAR: "komt niet aantoonbaar doordat de hulp van het team meetelt",
        Part.NOTHING: "is zelf niet aantoonbaar, dus valt er niets te verdelen",
        Part.UNKNOWN: "is niet te verdelen, omdat de cijfers daarvoor ontbreken",
    }
)


def part_of(part: Figure, whole: Figure) -> Part:
    """Return how much of the difference `whole` is the `part`, judged by the end of its interval that claims least."""
    if math.isnan(part.value) or math.isnan(whole.value):
        return Part.UNKNOWN
    if not whole.is_clear:
        return Part.NOTHING
    ratio = part.value / whole.value
    least, most = sorted((part.lower / whole.value, part.upper / whole.value))
    if least >= -HARDLY and most <= HARDLY:
        return Part.HARDLY
    if most < 0:
        return Part.AGAINST
    if not least > 0:  # also where there is no interval
        return Part.UNCLEAR
    if least > 1:
        return Part.MORE
    if ratio >= NEARLY_ALL and least >= NEARLY_ALL_AT_LEAST:
        return Part.WHOLLY
    return Part.MOSTLY if least >= MOST else Part.PARTLY


class Match(StrEnum):
    """How a rerun figure stands to the published one."""

    SAME = "same"
    WITHIN = "within"
    SMALLER = "smaller"
    LARGER = "larger"
    OPPOSITE = "opposite"
    OTHER = "other"
    UNKNOWN = "unknown"


BESIDE_PUBLISHED: Final = Words(
    {
        Match.SAME: "na afronding gelijk aan",
        Match.WITHIN: "niet aantoonbaar anders dan",
        Match.SMALLER: "kleiner dan",
        Match.LARGER: "groter dan",
        Match.OPPOSITE: "tegengesteld aan",
        Match.OTHER: "anders dan",
        Match.UNKNOWN: "niet te vergelijken met",
    }
)


def beside_published(rerun: Figure, published: float, decimals: int) -> Match:
    """Return how a rerun difference stands to the published one, which was printed with `decimals`.

    Smaller and larger are of size, where both have the same sign beyond doubt.
    """
    if math.isnan(rerun.value) or math.isnan(published):
        return Match.UNKNOWN
    if number(rerun.value, decimals) == number(published, decimals):
        return Match.SAME
    if rerun.holds(published):
        return Match.WITHIN
    if not rerun.is_clear or published == 0:
        return Match.OTHER
    if (rerun.lower > 0) != (published > 0):
        return Match.OPPOSITE
    return Match.LARGER if min(abs(rerun.lower), abs(rerun.upper)) > abs(published) else Match.SMALLER


_WITH_AND_WITHOUT: Final = Words(
    {
        "same": "met en zonder de hulp van het team is er een aantoonbaar verschil, in dezelfde richting",
        "opposite": "met en zonder de hulp van het team is er een aantoonbaar verschil, maar in tegengestelde richting",
        "with": "alleen met de hulp van het team erbij is er een aantoonbaar verschil",
        "without": "alleen zonder de hulp van het team is er een aantoonbaar verschil",
        "neither": "met noch zonder de hulp van het team is er een aantoonbaar verschil",
        "unknown": "de twee zijn niet te vergelijken",
    }
)


def with_and_without(team: Figure, no_team: Figure) -> str:
    """Say whether there is a difference with the team's help counted in, and without it."""
    if Finding.UNKNOWN in (team.finding, no_team.finding):
        return _WITH_AND_WITHOUT["unknown"]
    if team.is_clear and no_team.is_clear:
        return _WITH_AND_WITHOUT["same" if team.finding is no_team.finding else "opposite"]
    return _WITH_AND_WITHOUT["with" if team.is_clear else "without" if no_team.is_clear else "neither"]


def overlap(one: Figure, other: Figure) -> str:
    """Say whether two intervals overlap: only where they do not, the two numbers surely differ."""
    ends = (one.lower, one.upper, other.lower, other.upper)
    if any(math.isnan(end) for end in ends):
        return tr("zijn niet te vergelijken")
    return tr("overlappen") if max(ends[0], ends[2]) <= min(ends[1], ends[3]) else tr("overlappen niet")


_SHARES: Final = Words(
    {
        "none": "geen enkele",
        "almost_none": "bijna geen",
        "minority": "een minderheid",
        "half": "ongeveer de helft",
        "majority": "een meerderheid",
        "almost_all": "bijna alle",
        "all": "alle",
        "unknown": "een onbekend deel",
    }
)


def how_many(percent: float) -> str:
    """Say how large a share is: nearly none below 10 %, about half from 40 to 60 %, nearly all from 90 %."""
    if math.isnan(percent):
        return _SHARES["unknown"]
    if percent in (0, 100):
        return _SHARES["none" if percent == 0 else "all"]
    steps = ((10, "almost_none"), (40, "minority"), (60, "half"), (90, "majority"))
    return _SHARES[next((word for end, word in steps if percent < end), "almost_all")]


_NUMBERS: Final = Words(
    {
        "1": "één",
        "2": "twee",
        "3": "drie",
        "4": "vier",
        "5": "vijf",
        "6": "zes",
        "7": "zeven",
        "8": "acht",
        "9": "negen",
        "10": "tien",
        "11": "elf",
        "12": "twaalf",
    }
)


def in_words(count: int) -> str:
    """Return a count as a word from one to twelve, else as figures."""
    return _NUMBERS.get(str(count), number(count))


def counted(count: int, one: str, more: str) -> str:
    """Return a count with its noun: ``één gemeente``, ``twee gemeenten``, ``geen gemeenten``."""
    if count == 0:
        return tr("geen {things}", things=more)
    return f"{in_words(count)} {one if count == 1 else more}"


def lie_within(count: int, total: int) -> str:
    """Return ``ligt er één``, ``liggen er vier``, ``liggen ze alle zes`` or ``ligt er geen``: what lies within something."""
    if count == 0:
        return tr("ligt er geen")
    if count == total and total > 1:
        return tr("liggen ze alle {n}", n=in_words(total))
    return tr("ligt er {n}", n=in_words(count)) if count == 1 else tr("liggen er {n}", n=in_words(count))


def enough(count: int) -> str:
    """Say, in a sentence, whether a number of municipalities is enough to rest something on."""
    if count == 0:
        return tr("Er is dus niets te schatten.")
    if count < FEW:
        return tr("Dat is zo weinig dat één gemeente de uitkomst kan bepalen.")
    return tr("Dat is niet veel.") if count < NOT_MANY else tr("Dat is genoeg voor een gemiddelde.")


def course(values: Sequence[float]) -> str:
    """Say whether a series only rises, only falls, or neither; what stays equal neither rises nor falls."""
    steps = [after - before for before, after in pairwise(values)]
    if not steps or any(math.isnan(step) for step in steps):
        return tr("een verloop is er niet uit op te maken")
    if all(step > 0 for step in steps):
        return tr("het aandeel steeg van peiling op peiling")
    if all(step < 0 for step in steps):
        return tr("het aandeel daalde van peiling op peiling")
    return tr("een gestage stijging of daling is het niet")


def alike(standardised: float) -> str:
    """Say whether weighting made the groups alike on what was measured."""
    if math.isnan(standardised):
        return tr("gewichten die de groepen gelijk maken zijn er niet gevonden")
    if standardised <= BALANCED:
        return tr("daarmee lijken de groepen op de gemeten kenmerken op elkaar")
    return tr("daarmee blijven de groepen op de gemeten kenmerken verschillen")


def which_differ(findings: dict[str, Finding]) -> str:
    """Say for which named outcomes (nouns with their article) there is a difference: a clause without its subject.

    ``bij geen uitkomst ...``, ``alleen bij de duur (lager) ...``, ``bij de duur (lager) en het gebruik (hoger) ...``.
    """
    known = {name: found for name, found in findings.items() if found is not Finding.UNKNOWN}
    if not known:
        return tr("geen enkele uitkomst te berekenen")
    missing = [name for name in findings if name not in known]
    aside = tr(" ({names} niet te berekenen)", names=enumeration(missing)) if missing else ""
    higher, lower = tr("hoger"), tr("lager")
    clear = [
        f"{name} ({higher if found is Finding.HIGHER else lower})"
        for name, found in known.items()
        if found is not Finding.UNCLEAR
    ]
    if not clear:
        return tr("bij geen uitkomst een verschil aantoonbaar") + aside
    if len(clear) == 1:
        return tr("alleen bij {name} een verschil aantoonbaar", name=clear[0]) + aside
    return tr("bij {names} een verschil aantoonbaar", names=enumeration(clear)) + aside
