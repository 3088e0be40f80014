"""What the page says of a municipality, in Dutch: small functions from figures to sentences that say no more than they do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wijkanalyse.classification import ACTIVE
from wijkanalyse.config import Classification
from wijkanalyse.report.municipal.funnel import Funnel, Verdict
from wijkanalyse.report.municipal.measures import FROM, TO, WITH_TEAM, WITHOUT_TEAM, Cell
from wijkanalyse.report.numbers import enumeration, number
from wijkanalyse.report.words import FORMS, MEASURES
from wijkanalyse.years import FIRST_YEAR

YOUNG: Final = f"jongeren van {FROM} tot en met {TO} jaar"
WITHOUT: Final = "zonder de hulp van het wijkteam zelf"
UNITS: Final = {"share": "%", "begun": "", "running": "", "duration": " dagen", "crisis": "%"}
DECIMALS: Final = {"share": 1, "begun": 1, "running": 1, "duration": 0, "crisis": 1}
SUBJECTS: Final = {
    "share": "het aandeel van het wijkteam",
    "begun": "het aantal begonnen trajecten, de hulp van het wijkteam meegeteld,",
    "duration": "de gemiddelde duur, de hulp van het wijkteam meegeteld,",
    "crisis": "het aandeel vanuit een crisis, de hulp van het wijkteam meegeteld,",
}
"""What a sentence is about: all help without residence, and after a comma that the team's own is in it."""
NOT_SHOWN: Final = "niet bekend"
RARE: Final = {0.95: "een op de twintig", 0.998: "een op de vijfhonderd"}
"""How many of many municipalities fall outside limits of this level by chance."""

Forms = Mapping[str, Cell]
"""The figure of one municipality, measure and year, by form of help."""


def figure(cell: Cell, measure: str) -> str:
    """Write a figure with its unit; a figure that CBS did not print in full as what it can be."""
    unit, decimals = UNITS[measure], DECIMALS[measure]
    if not cell.is_suppressed:
        return NOT_SHOWN if math.isnan(cell.value) else number(cell.value, decimals) + unit
    if math.isnan(cell.low) or math.isnan(cell.high):
        return NOT_SHOWN if math.isnan(cell.value) else f"ongeveer {number(cell.value, decimals)}{unit}"
    low, high = number(cell.low, decimals), number(cell.high, decimals)
    if low == high:
        return high + unit
    return f"hoogstens {high}{unit}" if cell.low <= 0 else f"{low}–{high}{unit}"


# --- the team --------------------------------------------------------------------------------------------------------


def share(row: Any, is_suppressed: bool, choices: Classification) -> str:
    """Say which share of the help the team gives, with its bounds (`row` as in `Classified`)."""
    years, measure = enumeration([str(year) for year in choices.years]), MEASURES[choices.measure]
    wholes, team = [FORMS[form] for form in choices.denominator], FORMS[choices.numerator]
    if math.isnan(row.share_pct):
        return f"Welk deel van de jeugdhulp in {years} {team} was, is niet bekend."
    cell = Cell(row.share_pct, row.share_low_pct, row.share_high_pct, row.denominator, is_suppressed)
    if len(wholes) == 1:
        start = f"In {years} was {figure(cell, 'share')} van {wholes[0]} {team}, geteld in {measure}."
    else:
        start = (
            f"In {years} was het aandeel van het wijkteam {figure(cell, 'share')} ({team}, gedeeld door: {'; '.join(wholes)}; "
            f"geteld in {measure})."
        )
    if is_suppressed:
        return f"{start} Kleine aantallen toont het CBS niet; daarom staat hier wat mogelijk is."
    low, high = number(row.share_low_pct, 1), number(row.share_high_pct, 1)
    if low == high:
        return start
    return f"{start} De aantallen zijn afgerond: het echte aandeel ligt tussen {low}% en {high}%."


def group(row: Any, choices: Classification) -> str:
    """Say whether the team counts as active, why, and how sure that is (`row` as in `Classified`)."""
    threshold = number(choices.threshold_pct, 0 if float(choices.threshold_pct).is_integer() else 1)
    years, measure = enumeration([str(year) for year in choices.years]), MEASURES[choices.measure]
    if not isinstance(row.group, str):
        if row.denominator < choices.minimum_count:
            return (
                f"Het wijkteam is niet ingedeeld: in {years} zijn er {number(row.denominator)} {measure}, minder dan de "
                f"ondergrens van {number(choices.minimum_count)}."
            )
        return f"Het wijkteam is niet ingedeeld: de cijfers over {years} zijn niet volledig."
    amount, verdict = ("meer", "actief") if row.group == ACTIVE else ("niet meer", "niet actief")
    if row.is_certain:
        return f"Dat is {amount} dan de grens van {threshold}%. Het wijkteam telt daarom als {verdict}."
    return (
        f"De indeling is niet zeker: de grens van {threshold}% ligt binnen wat afronding en niet getoonde aantallen openlaten. "
        f"Gerekend is met {number(row.share_pct, 1)}%; daarmee telt het wijkteam als {verdict}."
    )


# --- use, duration, crisis -------------------------------------------------------------------------------------------


def use(name: str, year: str, begun: Forms, running: Forms) -> str:
    """Say how many trajectories began and ran in a year, per thousand young people, with and without the team."""
    if not begun[WITH_TEAM].is_known:
        return f"Over begonnen trajecten in {year} zijn er van {name} geen cijfers."
    said = (
        f"In {year} begonnen in {name} {figure(begun[WITH_TEAM], 'begun')} trajecten jeugdhulp zonder verblijf per duizend "
        f"{YOUNG}; {WITHOUT} {_without(begun, 'begun', 'waren het er ')}."
    )
    if not running[WITH_TEAM].is_known:
        return said
    return (
        f"{said} Er liepen in dat jaar {figure(running[WITH_TEAM], 'running')} trajecten per duizend; {WITHOUT} "
        f"{_without(running, 'running', '')}."
    )


def duration(year: str, forms: Forms) -> str:
    """Say how long the trajectories that ended in a year had lasted, with and without those of the team."""
    if not forms[WITH_TEAM].is_known:
        return f"Hoe lang trajecten duurden die in {year} eindigden, is niet getoond."
    return (
        f"Trajecten die in {year} eindigden, hadden gemiddeld {figure(forms[WITH_TEAM], 'duration')} geduurd; {WITHOUT} "
        f"{_without(forms, 'duration', '')}."
    )


def crisis(year: str, forms: Forms) -> str:
    """Say which part of the trajectories that began in a year started from a crisis, with and without the team's."""
    if not forms[WITH_TEAM].is_known:
        return f"Hoeveel trajecten in {year} vanuit een crisis startten, is niet bekend."
    return (
        f"Van de trajecten die in {year} begonnen, startte {figure(forms[WITH_TEAM], 'crisis')} vanuit een crisis; {WITHOUT} "
        f"{_without(forms, 'crisis', '')}."
    )


def _without(forms: Forms, measure: str, verb: str) -> str:
    cell = forms[WITHOUT_TEAM]
    return f"{verb}{figure(cell, measure)}" if cell.is_known else "is dat niet bekend"


@dataclass(frozen=True)
class Ends:
    """The first and last known figure of one series, and the years with their status."""

    first_year: str
    first: Cell
    last_year: str
    last: Cell


def trend(measure: str, series: Sequence[Ends]) -> str:
    """Say from where to where a figure went, each side of the trend break by itself; no word on the way across it."""
    unit = " per duizend jongeren" if measure == "begun" else ""
    parts: list[str] = []
    for ends in series:
        subject = ("die" if measure == "duration" else "het") if parts else SUBJECTS[measure]
        first, last = figure(ends.first, measure), figure(ends.last, measure)
        if ends.first_year == ends.last_year:
            parts.append(f"In {ends.first_year} was {subject} {first}{unit}.")
        elif ends.first.is_suppressed or ends.last.is_suppressed:
            # bounds do not "go" anywhere
            parts.append(f"In {ends.first_year} was {subject} {first}{unit} en in {ends.last_year} {last}.")
        else:
            parts.append(f"Van {ends.first_year} tot en met {ends.last_year} ging {subject} van {first} naar {last}{unit}.")
    if len(parts) > 1:
        parts.append("De twee reeksen zijn niet met elkaar te vergelijken.")
    return " ".join(parts)


# --- compared with others --------------------------------------------------------------------------------------------

_SIDES: Final = {"above": "hoger", "below": "lager"}


def compared(measure: str, verdicts: Mapping[str, Verdict | None]) -> str:
    """Say, for both forms of help, whether the figure is outside the limits of its funnel plot; None: it cannot be said."""
    texts = {form: _verdict(verdict) for form, verdict in verdicts.items()}
    with_team, without_team = texts[WITH_TEAM], texts[WITHOUT_TEAM]
    subject = SUBJECTS[measure].partition(",")[0]
    if with_team == without_team:
        return f"Met en zonder de hulp van het wijkteam zelf is {subject} {with_team}."
    return f"Met de hulp van het wijkteam is {subject} {with_team}. Zonder die hulp is het {without_team}."


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return "niet te vergelijken, omdat het cijfer niet (helemaal) is getoond"
    if verdict.side == "inside":
        return "niet aantoonbaar anders dan bij een gemeente van deze omvang te verwachten is"
    percent = number(100 * verdict.level, 0 if verdict.level == 0.95 else 1)
    return (
        f"{_SIDES[verdict.side]} dan bij een gemeente van deze omvang te verwachten is, buiten de {percent}%-grens (door "
        f"toeval komt ongeveer {RARE[verdict.level]} gemeenten buiten zulke grenzen)"
    )


def alike(name: str, covariates: Sequence[str], year: int, peers: Sequence[str]) -> str:
    """Name the most similar municipalities and what they are similar in; `peers` may be links."""
    if not peers:
        return f"Van {name} zijn niet alle kenmerken bekend, dus de meest gelijkende gemeenten zijn niet te bepalen."
    return f"Het meest lijken op {name}: {enumeration(list(peers))}. Gelet is op {enumeration(list(covariates))} in {year}."


def among_peers(name: str, year: str, own: Cell, others: Sequence[Cell]) -> str:
    """Put the use of help beside what the similar municipalities show, without a word on which is better."""
    known = [cell for cell in others if cell.is_known and not cell.is_suppressed]
    if len(known) < 2 or not own.is_known:
        return ""
    low, high = (number(end(cell.value for cell in known), 1) for end in (min, max))
    count = "" if len(known) == len(others) else f" ({number(len(known))} met een getoond cijfer)"
    return (
        f"Bij deze gemeenten{count} begonnen in {year} tussen {low} en {high} trajecten per duizend jongeren, de hulp van het "
        f"wijkteam meegeteld; in {name} {figure(own, 'begun')}."
    )


# --- how good the figures are ----------------------------------------------------------------------------------------


def hidden(count: int, total: int, largest: int) -> str:
    """Say how many of the counts below CBS did not print."""
    if not count:
        return "Het CBS toont alle aantallen van deze gemeente."
    return (
        f"Van de {number(total)} aantallen hieronder toont het CBS er {number(count)} niet of niet helemaal, omdat het dan om "
        f"0 tot en met {largest} gaat. Hier staat in plaats daarvan het kleinste en het grootste aantal dat mogelijk is."
    )


def provisional(years: Sequence[str]) -> str:
    """Say which years are not definitive; `years` with their status, empty when all are."""
    if not years:
        return "Alle cijfers zijn definitief."
    return f"Nog niet definitief, en dus nog te veranderen: {enumeration(list(years))}."


def former(popular: str | None, parts: Sequence[str]) -> str:
    """Say by which other names a municipality is known: its popular one, and those that went up in it."""
    also = f"Ook wel {popular}. " if popular else ""
    return also + (f"Geheel of deels hierin opgegaan sinds {FIRST_YEAR}: {enumeration(list(parts))}." if parts else "")


def merged(parts: Sequence[str], boundaries: int) -> str:
    """Say which former municipalities were added together."""
    return (
        f"De cijfers staan op de gemeentegrenzen van {boundaries}. Voor de jaren van vóór een herindeling zijn die van "
        f"{enumeration(list(parts))} meegeteld; gemiddelde duren zijn gewogen."
    )


def divided(years: Sequence[int], parts: Sequence[str]) -> str:
    """Say which years are estimates because a municipality was divided; `parts` say of whom and how much."""
    span = f"{years[0]} tot en met {years[-1]}" if len(years) > 1 else str(years[0])
    share = f" ({enumeration(list(parts))})" if parts else ""
    return f"De cijfers van {span} zijn deels geschat: een gemeente is naar verhouding over andere verdeeld{share}."


# --- under a funnel plot ---------------------------------------------------------------------------------------------


def funnel_note(year: str, centre: str, funnel: Funnel, outside: Mapping[float, int], total: int) -> str:
    """Say what a funnel plot's limits are made of, and how many municipalities are outside (`centre` with its unit)."""
    spread = (
        f"De gemeten spreiding (variantie) is {number(funnel.dispersion, 1)} keer die van toeval alleen; dat zit in de grenzen."
        if funnel.tau > 0
        else "Meer spreiding dan door toeval is er niet gevonden."
    )
    inner, outer = (number(outside[level]) if outside[level] else "geen" for level in (0.95, 0.998))
    return f"Landelijk in {year}: {centre}. {spread} Van {number(total)} gemeenten liggen er {inner} buiten de 95%-grenzen" + (
        f", waarvan {outer} ook buiten de 99,8%-grenzen." if outside[0.95] else "."
    )
