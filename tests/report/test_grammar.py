"""The grammar: no sentence claims more than the numbers of the run allow."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkanalyse.report import grammar
from wijkanalyse.report.grammar import Figure, Finding, Match, Part
from wijkanalyse.report.language import speaking
from wijkanalyse.report.numbers import number

NOTHING = Figure(math.nan)


@pytest.mark.parametrize(
    ("figure", "finding", "words"),
    [
        (Figure(5, 1, 9), Finding.HIGHER, "hoger dan"),
        (Figure(-5, -9, -1), Finding.LOWER, "lager dan"),
        (Figure(5, -1, 11), Finding.UNCLEAR, "niet aantoonbaar verschillend van"),
        (Figure(5, 0, 10), Finding.UNCLEAR, "niet aantoonbaar verschillend van"),  # nil is in the interval
        (Figure(5), Finding.UNCLEAR, "niet aantoonbaar verschillend van"),  # no interval
        (NOTHING, Finding.UNKNOWN, "niet te vergelijken met"),
    ],
)
def test_an_interval_decides_on_higher_and_lower(figure: Figure, finding: Finding, words: str) -> None:
    assert figure.finding is finding
    assert grammar.COMPARED[figure.finding] == words


RISE, FALL, NEITHER = Figure(5, 3, 7), Figure(-5, -7, -3), Figure(0, -1, 1)
LESS, MORE = Figure(-4, -5, -3), Figure(4, 3, 5)


@pytest.mark.parametrize(
    ("active", "others", "difference", "expected"),
    [
        (FALL, FALL, LESS, "daalde in actieve gemeenten sterker dan in andere"),
        (FALL, FALL, MORE, "daalde in actieve gemeenten minder sterk dan in andere"),
        (RISE, RISE, MORE, "steeg in actieve gemeenten sterker dan in andere"),
        (RISE, RISE, LESS, "steeg in actieve gemeenten minder sterk dan in andere"),
        (FALL, RISE, LESS, "daalde in actieve gemeenten en steeg in andere"),
        (RISE, FALL, MORE, "steeg in actieve gemeenten en daalde in andere"),
        (NEITHER, RISE, LESS, "veranderde in actieve gemeenten anders dan in andere: de verandering is er lager"),
        (RISE, NEITHER, MORE, "veranderde in actieve gemeenten anders dan in andere: de verandering is er hoger"),
        (FALL, FALL, NEITHER, "veranderde in actieve gemeenten niet aantoonbaar anders dan in andere"),
        (FALL, FALL, NOTHING, "is in actieve en andere gemeenten niet te vergelijken"),
    ],
)
def test_a_change_rises_or_falls_only_where_its_own_interval_says_so(
    active: Figure, others: Figure, difference: Figure, expected: str
) -> None:
    assert grammar.change_compared(active, others, difference) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (Figure(-50, -58, -43), Figure(-49, -61, -36), Part.WHOLLY),
        (Figure(-50, -58, -30), Figure(-49, -61, -36), Part.MOSTLY),  # the interval leaves room for six tenths
        (Figure(-30, -32, -28), Figure(-50, -60, -40), Part.MOSTLY),
        (Figure(-30, -55, -5), Figure(-50, -60, -40), Part.PARTLY),
        (Figure(-70, -80, -60), Figure(-50, -60, -40), Part.MORE),
        (Figure(1, -2, 4), Figure(-50, -60, -40), Part.HARDLY),
        (Figure(-0.6, -1.5, 0.6), Figure(-5, -6.9, -2.8), Part.UNCLEAR),
        (Figure(20, 10, 30), Figure(-50, -60, -40), Part.AGAINST),
        (Figure(-50), Figure(-50, -60, -40), Part.UNCLEAR),
        (Figure(-5, -6, -4), Figure(-5, -15, 5), Part.NOTHING),
        (NOTHING, Figure(-50, -60, -40), Part.UNKNOWN),
        (Figure(-5, -6, -4), NOTHING, Part.UNKNOWN),
    ],
)
def test_how_much_of_a_difference_comes_from_counting(part: Figure, whole: Figure, expected: Part) -> None:
    assert grammar.part_of(part, whole) is expected
    assert grammar.FROM_COUNTING[expected]


@pytest.mark.parametrize(
    ("rerun", "published", "expected"),
    [
        (Figure(-52.4, -53, -51.8), -52, Match.SAME),
        (Figure(-50, -63, -37), -52, Match.WITHIN),
        (Figure(-20, -30, -10), -52, Match.SMALLER),
        (Figure(-80, -90, -70), -52, Match.LARGER),
        (Figure(20, 10, 30), -52, Match.OPPOSITE),
        (Figure(1, -20, 21), -52, Match.OTHER),  # no difference beyond doubt, and not the published one
        (Figure(-20), -52, Match.OTHER),
        (Figure(-20, -30, -10), 0, Match.OTHER),
        (NOTHING, -52, Match.UNKNOWN),
        (Figure(-20, -30, -10), math.nan, Match.UNKNOWN),
    ],
)
def test_a_rerun_difference_beside_the_published_one(rerun: Figure, published: float, expected: Match) -> None:
    assert grammar.beside_published(rerun, published, 0) is expected
    assert grammar.BESIDE_PUBLISHED[expected]


def test_with_and_without_the_help_of_the_team() -> None:
    said = grammar.with_and_without
    assert said(FALL, FALL).endswith("in dezelfde richting")
    assert said(FALL, RISE).endswith("in tegengestelde richting")
    assert said(FALL, NEITHER).startswith("alleen met de hulp")
    assert said(NEITHER, FALL).startswith("alleen zonder de hulp")
    assert said(NEITHER, NEITHER).startswith("met noch zonder")
    assert said(NOTHING, FALL) == said(FALL, NOTHING) == "de twee zijn niet te vergelijken"


def test_two_estimates_differ_only_where_their_intervals_do_not_overlap() -> None:
    assert grammar.overlap(Figure(1, 0, 2), Figure(3, 2, 4)) == "overlappen"
    assert grammar.overlap(Figure(1, 0, 2), Figure(5, 3, 7)) == "overlappen niet"
    assert grammar.overlap(Figure(1), Figure(5, 3, 7)) == "zijn niet te vergelijken"


def test_shares_in_words() -> None:
    said = [grammar.how_many(share) for share in (0, 4, 25, 50, 75, 95, 100, math.nan)]
    assert said == [
        "geen enkele", "bijna geen", "een minderheid", "ongeveer de helft", "een meerderheid", "bijna alle", "alle",
        "een onbekend deel",
    ]  # fmt: skip


def test_numbers_agree_with_their_noun_and_verb() -> None:
    assert [grammar.counted(n, "gemeente", "gemeenten") for n in (0, 1, 2, 12, 1234)] == [
        "geen gemeenten", "één gemeente", "twee gemeenten", "twaalf gemeenten", "1.234 gemeenten",
    ]  # fmt: skip
    assert [grammar.lie_within(n, 6) for n in (0, 1, 4, 6)] == [
        "ligt er geen", "ligt er één", "liggen er vier", "liggen ze alle zes",
    ]  # fmt: skip
    assert grammar.lie_within(1, 1) == "ligt er één"
    assert grammar.lie_within(0, 0) == "ligt er geen"


def test_few_municipalities_are_called_few() -> None:
    assert grammar.enough(0) == "Er is dus niets te schatten."
    assert grammar.enough(9) == "Dat is zo weinig dat één gemeente de uitkomst kan bepalen."
    assert grammar.enough(29) == "Dat is niet veel."
    assert grammar.enough(30) == "Dat is genoeg voor een gemiddelde."


def test_a_series_rises_only_when_every_step_does() -> None:
    assert grammar.course([69, 87, 83, 80]) == "een gestage stijging of daling is het niet"
    assert grammar.course([69, 75, 80]) == "het aandeel steeg van peiling op peiling"
    assert grammar.course([80, 75, 69]) == "het aandeel daalde van peiling op peiling"
    assert grammar.course([69, 69]) == "een gestage stijging of daling is het niet"
    for nothing in ([], [69], [69, math.nan]):
        assert grammar.course(nothing) == "een verloop is er niet uit op te maken"


def test_groups_are_alike_only_within_a_tenth_of_a_standard_deviation() -> None:
    assert grammar.alike(0.0) == grammar.alike(0.1) == "daarmee lijken de groepen op de gemeten kenmerken op elkaar"
    assert grammar.alike(0.11) == "daarmee blijven de groepen op de gemeten kenmerken verschillen"
    assert grammar.alike(math.nan) == "gewichten die de groepen gelijk maken zijn er niet gevonden"


def test_the_outcomes_that_differ_are_named_with_their_direction() -> None:
    names = ("het gebruik", "de duur", "het aandeel crisis")

    def said(*findings: Finding) -> str:
        return grammar.which_differ(dict(zip(names, findings, strict=True)))

    low, high, unclear, unknown = Finding.LOWER, Finding.HIGHER, Finding.UNCLEAR, Finding.UNKNOWN
    assert said(unclear, unclear, unclear) == "bij geen uitkomst een verschil aantoonbaar"
    assert said(unclear, low, unclear) == "alleen bij de duur (lager) een verschil aantoonbaar"
    assert said(low, high, unclear) == "bij het gebruik (lager) en de duur (hoger) een verschil aantoonbaar"
    assert said(unknown, unclear, unclear) == "bij geen uitkomst een verschil aantoonbaar (het gebruik niet te berekenen)"
    assert said(unknown, unknown, unknown) == "geen enkele uitkomst te berekenen"


def test_the_grammar_speaks_english() -> None:
    with speaking("en"):
        assert grammar.COMPARED[Finding.LOWER] == "lower than"
        assert grammar.lie_within(4, 6) == "four lie"
        assert grammar.counted(1, "municipality", "municipalities") == "one municipality"


# --- never more than the interval allows -----------------------------------------------------------------------------------

ENDS = st.floats(-1000, 1000)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    """A number within its interval; now and then without an interval, or no number at all."""
    lower, value, upper = sorted(draw(st.tuples(ENDS, ENDS, ENDS)))
    kind = draw(st.sampled_from(["whole", "whole", "whole", "no interval", "nothing"]))
    return {"whole": Figure(value, lower, upper), "no interval": Figure(value), "nothing": NOTHING}[kind]


@given(figures())
def test_higher_and_lower_are_never_said_of_an_interval_with_nil(figure: Figure) -> None:
    words = grammar.COMPARED[figure.finding]
    if words == "hoger dan":
        assert figure.lower > 0
    elif words == "lager dan":
        assert figure.upper < 0
    else:
        assert words.startswith("niet")


@given(figures(), figures(), figures())
def test_rising_and_falling_are_never_said_of_an_unclear_change(active: Figure, others: Figure, difference: Figure) -> None:
    words = grammar.change_compared(active, others, difference)
    if "daalde in actieve" in words:
        assert active.upper < 0
    if "steeg in actieve" in words:
        assert active.lower > 0
    if "daalde in andere" in words:
        assert others.upper < 0
    if "steeg in andere" in words:
        assert others.lower > 0
    if "sterk" in words or "anders dan in andere:" in words:
        assert difference.is_clear


@given(figures(), figures())
def test_no_part_of_a_difference_is_called_larger_than_its_interval_allows(part: Figure, whole: Figure) -> None:
    said = grammar.part_of(part, whole)
    at_least = {Part.MORE: 1.0, Part.WHOLLY: 0.75, Part.MOSTLY: 0.5, Part.PARTLY: 0.0}
    if said in at_least:
        assert whole.is_clear
        assert min(part.lower / whole.value, part.upper / whole.value) >= at_least[said]
    if said is Part.AGAINST:
        assert max(part.lower / whole.value, part.upper / whole.value) < 0
    if said is Part.HARDLY:
        assert max(abs(part.lower), abs(part.upper)) <= 0.1 * abs(whole.value) + 1e-9


@given(figures(), st.floats(-1000, 1000), st.integers(0, 2))
def test_a_rerun_is_never_said_to_agree_or_differ_beyond_its_interval(rerun: Figure, published: float, decimals: int) -> None:
    said = grammar.beside_published(rerun, published, decimals)
    if said is Match.SAME:
        assert number(rerun.value, decimals) == number(published, decimals)
    if said is Match.WITHIN:
        assert rerun.lower <= published <= rerun.upper
    if said in (Match.SMALLER, Match.LARGER, Match.OPPOSITE):
        assert not rerun.lower <= published <= rerun.upper
        assert rerun.is_clear
        assert (rerun.lower > 0 > published or rerun.upper < 0 < published) is (said is Match.OPPOSITE)
    if said is Match.SMALLER:
        assert max(abs(rerun.lower), abs(rerun.upper)) < abs(published)
    if said is Match.LARGER:
        assert min(abs(rerun.lower), abs(rerun.upper)) > abs(published)
