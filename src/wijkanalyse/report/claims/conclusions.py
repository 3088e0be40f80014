"""Claims in words: what the numbers of this run allow to conclude.

They are drawn from the other claims alone, so that every deciding word of the text follows the figures, and can be followed
back to the claims that it rests on. The words themselves are chosen by `report/grammar.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Final

from wijkanalyse.report import grammar
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.grammar import Figure, Finding, Part
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import enumeration

LEDGER: Final = "data/processed/claims.parquet"
COMPARED: Final = ("use", "duration", "crisis")
PUBLISHED_DECIMALS: Final = {"use": 0, "duration": 0, "crisis": 1}
"""Decimals of the published pair, and so of its difference."""

PRIMARY: Final = Words({"use_change": "het gebruik", "duration_within": "de duur", "crisis_share": "het aandeel crisis"})
_SUBJECTS: Final = Words({"use": "het gebruik", "duration": "de duur", "crisis": "het aandeel crisis"})
_PLAIN_FOUND: Final = Words(
    {
        Finding.LOWER: "Ook in onze berekening duurt hulp korter in gemeenten met een actief team.",
        Finding.HIGHER: "In onze berekening duurt hulp juist langer in gemeenten met een actief team.",
        Finding.UNCLEAR: "In onze berekening zien we geen duidelijk verschil in hoe lang hulp duurt.",
        Finding.UNKNOWN: "Hoe lang hulp duurt konden we niet vergelijken.",
    }
)
_PLAIN_COUNTING: Final = Words(
    {
        Part.MORE: "Het hele verschil komt door die manier van tellen.",
        Part.WHOLLY: "Bijna het hele verschil komt door die manier van tellen.",
        Part.MOSTLY: "Het grootste deel van het verschil komt door die manier van tellen.",
        Part.PARTLY: "Een deel van het verschil komt door die manier van tellen.",
        Part.HARDLY: "Maar het verschil komt bijna niet door die manier van tellen.",
        Part.AGAINST: "Met een andere manier van tellen is het verschil zelfs groter.",
        Part.UNCLEAR: "Of het verschil door die manier van tellen komt, weten we niet zeker.",
        Part.NOTHING: "Maar een duidelijk verschil zien we dus niet.",
        Part.UNKNOWN: "Hoeveel dat uitmaakt konden we niet uitrekenen.",
    }
)
_PLAIN_LEFT: Final = Words(
    {
        "none": "We zien dan geen duidelijk verschil. Dat wil niet zeggen dat er geen verschil is.",
        "some": "We zien dan nog wel een verschil. Waar dat vandaan komt, weten we niet.",
        "unknown": "Met deze cijfers konden we dat niet uitrekenen.",
    }
)
_FIFTH: Final = Words(
    {
        "for": "De nagerekende verschillen passen bij de vijfde, maar bewijzen haar niet. Het blijft een vergelijking van "
        "gemeenten.",
        "against": "De nagerekende verschillen passen niet bij de vijfde, maar weerleggen haar ook niet. Het blijft een "
        "vergelijking van gemeenten.",
        "mixed": "De nagerekende verschillen wijzen voor de vijfde niet één kant op.",
        "none": "De nagerekende cijfers dragen de vijfde niet: ze tonen geen verschil aan. Ze sluiten een verschil ook niet "
        "uit.",
        "unknown": "Over de vijfde zeggen de cijfers hier niets: er was niets te berekenen.",
    }
)


class _Known:
    """The claims made so far, by name; nan for what this run does not have."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims = {claim.id: claim for claim in claims}

    def __contains__(self, name: str) -> bool:
        return name in self.claims

    def figure(self, name: str) -> Figure:
        claim = self.claims.get(name)
        return Figure(math.nan) if claim is None else Figure(claim.value, claim.lower, claim.upper)

    def value(self, name: str) -> float:
        return self.figure(name).value

    def count(self, name: str) -> int:
        value = self.value(name)
        return 0 if math.isnan(value) else int(value)

    def years(self, name: str) -> set[str]:
        claim = self.claims.get(name)
        return set(re.findall(r"\d{4}", claim.text)) if claim else set()

    def says(self, name: str, label: str, words: str, *rests_on: str, value: float = math.nan) -> Claim:
        """A claim ``says.<name>``; `value` for words that are a count."""
        tables = [table for one in rests_on if one in self.claims for table in self.claims[one].origin.tables.split(", ")]
        where = Origin(LEDGER, ", ".join(rests_on), ", ".join(dict.fromkeys(tables)) or "-", "collect_claims")
        unit = "text" if math.isnan(value) else "count"
        return Claim(f"says.{name}", value, unit, label, where, words=words)


def concluded(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Return the `claims` of the run, and behind them the conclusions that they allow."""
    measured = list(claims)
    yield from measured
    yield from drawn_from(measured)


def drawn_from(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Claims ``says.*``: what the numeric `claims` of the run allow to say, in words."""
    known = _Known(claims)
    yield from _municipalities(known)
    yield from _published(known)
    yield from _effects(known)
    yield from _multiverse(known)
    yield from _evidence(known)
    yield from _in_plain_words(known)


def _municipalities(known: _Known) -> Iterator[Claim]:
    """How the groups are formed: number agreement, and whether there is anything to compare."""
    one, more = tr("gemeente"), tr("gemeenten")
    uncertain = known.count("municipalities.uncertain")
    words = grammar.counted(uncertain, one, more)
    label = tr("Gemeenten waarvan de indeling kan omslaan, in woorden")
    yield known.says("uncertain", label, words, "municipalities.uncertain", value=uncertain)
    unclassified = known.count("municipalities.unclassified")
    words = grammar.counted(unclassified, one, more)
    label = tr("Gemeenten zonder indeling, in woorden")
    yield known.says("unclassified", label, words, "municipalities.unclassified", value=unclassified)
    groups = ("municipalities.active", "municipalities.not_active")
    both = all(known.count(group) for group in groups)
    words = tr("Die twee groepen zijn hieronder vergeleken.") if both else tr("Eén groep is leeg: er is niets te vergelijken.")
    yield known.says("groups", tr("Of er twee groepen zijn"), words, *groups)
    names = [f"choice.{contrast}_years" for contrast in COMPARED]
    shared = any(known.years(name) & known.years("choice.classification_years") for name in names)
    same, apart = tr("delen indeling en uitkomst een jaar"), tr("komen indeling en uitkomst uit verschillende jaren")
    label = tr("Of indeling en uitkomst uit hetzelfde jaar komen")
    yield known.says("same_years", label, same if shared else apart, "choice.classification_years", *names)
    same = tr("Wel telt een gemeente waar de andere hulp daalt, vanzelf eerder als actief.")
    apart = tr("Indeling en verandering komen uit verschillende jaren.")
    shared = bool(known.years("choice.use_years") & known.years("choice.classification_years"))
    label = tr("Of het gebruik zelf bepaalt wie actief is")
    yield known.says("use.circular", label, same if shared else apart, "choice.classification_years", "choice.use_years")


def _published(known: _Known) -> Iterator[Claim]:
    """The published comparisons: direction, what counting makes of it, and how they stand to the published figures."""
    within = pairs = 0
    for contrast in COMPARED:
        subject = _SUBJECTS[contrast]
        keys = {term: f"{contrast}.zonder_verblijf.pooled.{term}" for term in ("active", "not_active", "difference")}
        active, others, difference = (known.figure(key) for key in keys.values())
        if contrast == "use":
            words = grammar.change_compared(active, others, difference)
        else:
            words = {"duration": grammar.DURATION, "crisis": grammar.CRISIS}[contrast][difference.finding]
        label = tr("Wat het interval toelaat te zeggen over {subject}", subject=subject)
        yield known.says(f"{contrast}.compared", label, words, *keys.values())

        split = (f"split.{contrast}.team", f"split.{contrast}.difference")
        part = grammar.part_of(*(known.figure(key) for key in split))
        label = tr("Wat het meetellen van de hulp van het team doet met {subject}", subject=subject)
        yield known.says(f"{contrast}.counting", label, grammar.FROM_COUNTING[part], *split)

        other = f"{contrast}.niet_wijkteam.pooled.difference"
        words = grammar.with_and_without(difference, known.figure(other))
        label = tr("Met en zonder de hulp van het team: {subject}", subject=subject)
        yield known.says(f"{contrast}.with_and_without", label, words, keys["difference"], other)

        pair = [f"published.{contrast}.{group}" for group in ("active", "not_active")]
        gap = known.value(pair[0]) - known.value(pair[1])
        match = grammar.beside_published(difference, gap, PUBLISHED_DECIMALS[contrast])
        label = tr("Het nagerekende verschil naast het gepubliceerde: {subject}", subject=subject)
        yield known.says(f"{contrast}.published", label, grammar.BESIDE_PUBLISHED[match], keys["difference"], *pair)

        pairs += sum(name in known for name in pair)
        within += sum(rerun.holds(known.value(name)) for rerun, name in zip((active, others), pair, strict=True))
    label = tr("Gepubliceerde cijfers binnen het interval van de herhaling")
    names = [f"{contrast}.zonder_verblijf.pooled" for contrast in COMPARED]
    figures = [f"published.{contrast}.{group}" for contrast in COMPARED for group in ("active", "not_active")]
    words = grammar.in_words(pairs)
    yield known.says("published", tr("Gepubliceerde cijfers over jeugdhulp, in woorden"), words, *figures, value=pairs)
    yield known.says("matches", label, grammar.lie_within(within, pairs), *names, value=within)


def _effects(known: _Known) -> Iterator[Claim]:
    """The declared estimates: where a difference remains, and what that means for the study's recommendation."""
    found = {name: _declared(known, name) for name in PRIMARY}
    values = [f"effect.{name}.value" for name in PRIMARY]
    words = grammar.which_differ({PRIMARY[name]: finding for name, finding in found.items()})
    label = tr("Bij welke hoofdvragen een verschil aantoonbaar is, gecorrigeerd voor hun aantal")
    yield known.says("primary", label, words, *values)
    label = tr("Wat de cijfers zeggen over de aanbeveling om teams zelf hulp te laten geven")
    yield known.says("fifth", label, _FIFTH[_direction(list(found.values()))], *values)
    for name, team, no_team in (("duration", "duration_all", "duration_within"), ("crisis", "crisis_all", "crisis_share")):
        keys = f"effect.{team}.value", f"effect.{no_team}.value"
        words = grammar.with_and_without(*(known.figure(key) for key in keys))
        label = tr("Met en zonder de hulp van het team, geschat: {subject}", subject=_SUBJECTS[name])
        yield known.says(f"estimated.{name}", label, words, *keys)
    controls = "effect.control_protection.value", "effect.control_probation.value"
    names = (tr("jeugdbescherming"), tr("jeugdreclassering"))
    findings = {name: known.figure(key).finding for name, key in zip(names, controls, strict=True)}
    label = tr("Bij welke controles een verschil aantoonbaar is")
    yield known.says("controls", label, grammar.which_differ(findings), *controls)
    reach = "effect.reach_background.value", "effect.reach_no_background.value"
    label = tr("Of de intervallen van het bereik van beide groepen jongeren overlappen")
    yield known.says("reach", label, grammar.overlap(*(known.figure(key) for key in reach)), *reach)
    eras = "switchers.use.early.n", "switchers.use.late.n"
    for era, key in zip(("early", "late"), eras, strict=True):
        count = known.count(key)
        words = grammar.counted(count, tr("gemeente"), tr("gemeenten"))
        yield known.says(f"switched.{era}", tr("Gemeenten die actief werden, in woorden"), words, key, value=count)
    most = max(known.count(key) for key in eras)
    yield known.says("switchers", tr("Of dat veel gemeenten zijn"), grammar.enough(most), *eras)
    words = grammar.alike(known.value("balance.after"))
    yield known.says("balance", tr("Of de groepen na weging op elkaar lijken"), words, "balance.after")


def _declared(known: _Known, name: str) -> Finding:
    """What a primary estimate says once the number of primary questions is taken into account (Holm)."""
    found, p = known.figure(f"effect.{name}.value").finding, known.value(f"effect.{name}.p_holm")
    alpha = 1 - known.value("choice.level") / 100
    return Finding.UNCLEAR if found in (Finding.HIGHER, Finding.LOWER) and p >= alpha else found


def _direction(findings: list[Finding]) -> str:
    """Whether less use, shorter help and fewer starts from crisis go with an active team: for, against, mixed or none."""
    clear = {finding for finding in findings if finding in (Finding.HIGHER, Finding.LOWER)}
    if len(clear) > 1:
        return "mixed"
    if clear:
        return "for" if Finding.LOWER in clear else "against"
    return "unknown" if set(findings) == {Finding.UNKNOWN} else "none"


def _multiverse(known: _Known) -> Iterator[Claim]:
    """The curves without the team's help: how many point the way of the study, and whether that is more than chance."""
    for contrast in COMPARED:
        key = f"multiverse.{contrast}.other.share_significant"
        label = tr("Hoeveel combinaties zonder de hulp van het team aantoonbaar de richting van de studie op wijzen: {subject}",
                   subject=_SUBJECTS[contrast])  # fmt: skip
        yield known.says(f"multiverse.{contrast}", label, grammar.how_many(known.value(key)), key)
    alpha = 1 - known.value("choice.level") / 100
    names = [f"multiverse.{contrast}.other.p_median_statistic" for contrast in COMPARED]
    chance = {contrast: known.value(name) for contrast, name in zip(COMPARED, names, strict=True)}
    unlikely = [_SUBJECTS[contrast] for contrast, p in chance.items() if p < alpha]
    words = enumeration(unlikely) or tr("geen van de drie uitkomsten")
    if all(math.isnan(p) for p in chance.values()):
        words = tr("een onbekend aantal uitkomsten")
    label = tr("Bij welke uitkomsten de hele curve zonder de hulp van het team meer is dan toeval")
    yield known.says("multiverse.curves", label, words, *names)


def _evidence(known: _Known) -> Iterator[Claim]:
    """Surveys, studies and polls: number agreement and the course of the polls."""
    total = known.count("indicators.all")
    for name, key in (("within", "indicators.within"), ("elsewhere", "indicators.within_elsewhere")):
        count = known.count(key)
        label = tr("Gepubliceerde cliëntcijfers binnen het interval of gebied, in woorden")
        yield known.says(f"indicators.{name}", label, grammar.lie_within(count, total), key, "indicators.all", value=count)
    cpb = known.count("cpb.all")
    words = grammar.counted(cpb, tr("CPB-onderzoek"), tr("CPB-onderzoeken"))
    yield known.says("cpb", tr("Onderzoeken van het CPB die de studie tegenspreken, in woorden"), words, "cpb.all", value=cpb)
    answer = "answer.task_preventie.mv2022"
    without = tr("Hoeveel gemeenten dat jaar antwoordden is niet bekend, dus er staat geen interval bij.")
    words = without if math.isnan(known.figure(answer).lower) else tr("De intervallen bij deze antwoorden staan in de tabel.")
    yield known.says("poll_intervals", tr("Of de antwoorden van de laatste peiling een interval hebben"), words, answer)
    shares = sorted(name for name in known.claims if re.fullmatch(r"poll\.y\d{4}\.share", name))
    words = grammar.course([known.value(name) for name in shares])
    yield known.says("polls", tr("Verloop van het aandeel gemeenten met wijkteams"), words, *shares)


def _in_plain_words(known: _Known) -> Iterator[Claim]:
    """The sentences of the plain-language summary that another run could make false."""
    made_up = tr("Let op: de cijfers van het CBS in dit rapport zijn verzonnen. Ze laten alleen zien hoe de berekening werkt.")
    words = made_up if "run.mark" in known else tr("De cijfers komen van het CBS. Iedereen kan ze nakijken.")
    yield known.says("plain.source", tr("Waar de cijfers vandaan komen, in gewone taal"), words, "run.source")
    difference = "duration.zonder_verblijf.pooled.difference"
    words = _PLAIN_FOUND[known.figure(difference).finding]
    yield known.says("plain.found", tr("Wat er is gevonden over de duur, in gewone taal"), words, difference)
    split = ("split.duration.team", "split.duration.difference")
    words = _PLAIN_COUNTING[grammar.part_of(*(known.figure(key) for key in split))]
    yield known.says("plain.counting", tr("Wat de manier van tellen doet, in gewone taal"), words, *split)
    findings = [_declared(known, name) for name in PRIMARY]
    direction = _direction(findings)
    left = _PLAIN_LEFT[direction if direction in ("none", "unknown") else "some"]
    label = tr("Wat er overblijft, in gewone taal")
    yield known.says("plain.left", label, left, *(f"effect.{name}.value" for name in PRIMARY))
