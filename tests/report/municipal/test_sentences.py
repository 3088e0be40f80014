"""The page's sentences say what the figures say, and never more."""

import math
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkanalyse.config import Classification
from wijkanalyse.report.municipal import sentences
from wijkanalyse.report.municipal.funnel import INSIDE, RATE, Funnel, Verdict
from wijkanalyse.report.municipal.measures import UNKNOWN, WITH_TEAM, WITHOUT_TEAM, Cell
from wijkanalyse.report.municipal.sentences import Ends

NAN = math.nan


def shown(value: float, size: float = 1000) -> Cell:
    return Cell(value, value, value, size, False)


def hidden(low: float, high: float) -> Cell:
    return Cell((low + high) / 2, low, high, 100, True)


def row(**changes: object) -> SimpleNamespace:
    values = {"share_pct": 57.46, "share_low_pct": 57.2, "share_high_pct": 57.7, "group": "active", "denominator": 2245.0,
              "is_certain": True}  # fmt: skip
    return SimpleNamespace(**(values | changes))


def test_a_figure_is_printed_as_far_as_it_is_known() -> None:
    assert sentences.figure(shown(1234.56), "begun") == "1.234,6"
    assert sentences.figure(shown(3.25), "crisis") == "3,3%"
    assert sentences.figure(shown(340.4), "duration") == "340 dagen"
    assert sentences.figure(hidden(0, 7.2), "crisis") == "hoogstens 7,2%"
    assert sentences.figure(hidden(2.8, 2.94), "share") == "2,8–2,9%"
    assert sentences.figure(Cell(340, NAN, NAN, 60, True), "duration") == "ongeveer 340 dagen"
    assert sentences.figure(UNKNOWN, "begun") == "niet bekend"


@given(st.floats(0, 90), st.floats(0, 10))
def test_a_hidden_count_is_never_printed_as_a_figure(low: float, width: float) -> None:
    cell = hidden(low, low + width)
    text = sentences.figure(cell, "crisis")
    printed = [float(number.replace(",", ".")) for number in re.findall(r"\d+,\d", text)]
    assert max(printed) == pytest.approx(cell.high, abs=0.051)
    assert len(printed) == 2 or text.startswith("hoogstens") or printed[0] == pytest.approx(cell.low, abs=0.101)


def test_the_share_and_the_group_of_an_active_team() -> None:
    said = sentences.share(row(), False, Classification())
    assert said == (
        "In 2020 was 57,5% van alle jeugdhulp zonder verblijf hulp van het wijkteam zelf, geteld in trajecten. De aantallen "
        "zijn afgerond: het echte aandeel ligt tussen 57,2% en 57,7%."
    )
    assert sentences.group(row(), Classification()) == ("Dat is meer dan de grens van 5%. Het wijkteam telt daarom als actief.")


def test_a_share_of_several_forms_names_them_all() -> None:
    said = sentences.share(row(), True, Classification(denominator=["wijkteam", "ambulant_locatie"], years=[2019, 2020]))
    assert "In 2019 en 2020 was het aandeel van het wijkteam 57,2–57,7%" in said
    assert "gedeeld door: hulp van het wijkteam zelf; ambulante hulp op locatie van de aanbieder; geteld in trajecten" in said


def test_what_cbs_does_not_offer_is_not_known() -> None:
    said = sentences.use("Urk", "2024", forms(shown(78), UNKNOWN), forms(UNKNOWN, UNKNOWN))
    assert said.endswith("zonder de hulp van het wijkteam zelf is dat niet bekend.")
    nothing = forms(UNKNOWN, UNKNOWN)
    for said in (
        sentences.use("Urk", "2024", nothing, nothing),
        sentences.duration("2024", nothing),
        sentences.crisis("2024", nothing),
    ):
        assert re.search("geen cijfers|niet getoond|niet bekend", said)
        assert not re.search(r"\d,\d", said)


def test_an_uncertain_group_says_so_and_claims_no_comparison() -> None:
    unsure = row(share_pct=4.0, share_low_pct=0.0, share_high_pct=8.0, group="not_active", is_certain=False)
    assert "hoogstens 8,0%" in sentences.share(unsure, True, Classification())
    said = sentences.group(unsure, Classification())
    assert said.startswith("De indeling is niet zeker")
    assert "meer dan de grens" not in said
    assert said.endswith("Gerekend is met 4,0%; daarmee telt het wijkteam als niet actief.")


def test_why_a_team_is_not_in_a_group() -> None:
    few = row(group=None, denominator=45.0)
    assert "er 45 trajecten, minder dan de ondergrens van 50" in sentences.group(few, Classification())
    none = row(group=None, denominator=NAN, share_pct=NAN)
    assert "niet volledig" in sentences.group(none, Classification())
    assert "is niet bekend" in sentences.share(none, False, Classification())
    assert "grens van 7,5%" in sentences.group(row(), Classification(threshold_pct=7.5))


def forms(with_team: Cell, without: Cell) -> dict[str, Cell]:
    return {WITH_TEAM: with_team, WITHOUT_TEAM: without}


def test_use_duration_and_crisis_stand_with_and_without_the_team() -> None:
    said = sentences.use("Utrecht", "2024", forms(shown(78), shown(52.3)), forms(shown(160.1), shown(104.2)))
    assert re.findall(r"\d+,\d", said) == ["78,0", "52,3", "160,1", "104,2"]
    said = sentences.duration("2025 (voorlopig)", forms(shown(392), UNKNOWN))
    assert said == (
        "Trajecten die in 2025 (voorlopig) eindigden, hadden gemiddeld 392 dagen geduurd; zonder de hulp van het wijkteam zelf "
        "is dat niet bekend."
    )
    assert "startte hoogstens 7,2% vanuit een crisis" in sentences.crisis("2024", forms(hidden(0, 7.2), shown(3)))


def test_a_trend_stays_on_its_side_of_the_break() -> None:
    before = Ends("2015", shown(60), "2020", shown(50))
    after = Ends("2021", shown(70), "2025 (voorlopig)", shown(80))
    said = sentences.trend("begun", [before, after])
    assert "Van 2015 tot en met 2020 ging" in said
    assert "van 60,0 naar 50,0 per duizend jongeren" in said
    assert "Van 2021 tot en met 2025 (voorlopig) ging het van 70,0 naar 80,0" in said
    assert said.endswith("De twee reeksen zijn niet met elkaar te vergelijken.")
    assert "niet met elkaar" not in sentences.trend("begun", [before])
    assert sentences.trend("begun", []) == ""


def test_bounds_do_not_move() -> None:
    said = sentences.trend("crisis", [Ends("2019", hidden(0, 7.6), "2020", hidden(0, 8))])
    assert "ging" not in said
    assert "hoogstens 7,6% en in 2020 hoogstens 8,0%" in said


VERDICTS = st.sampled_from(
    [None, INSIDE, *(Verdict(side, level) for side in ("above", "below") for level in (0.95, 0.998))]  # type: ignore[arg-type]
)


@given(st.sampled_from(["begun", "duration", "crisis"]), VERDICTS, VERDICTS)
def test_higher_and_lower_are_said_only_outside_the_limits(
    measure: str, with_team: Verdict | None, without: Verdict | None
) -> None:
    said = sentences.compared(measure, {WITH_TEAM: with_team, WITHOUT_TEAM: without})
    sides = {verdict.side for verdict in (with_team, without) if verdict}
    assert ("hoger" in said) == ("above" in sides)
    assert ("lager" in said) == ("below" in sides)
    assert ("95%" in said) == any(verdict is not None and verdict.level == 0.95 for verdict in (with_team, without))
    assert ("door toeval" in said) == bool(sides - {"inside"})
    for word in ("beter", "slechter", "goed", "dankzij", "door het wijkteam"):
        assert word not in said


def test_similar_municipalities_are_a_range_without_a_verdict() -> None:
    others = [shown(60), shown(45.5), hidden(0, 90)]
    said = sentences.among_peers("Almere", "2024", shown(81), others)
    assert "(2 met een getoond cijfer) begonnen in 2024 tussen 45,5 en 60,0 trajecten" in said
    assert said.endswith("in Almere 81,0.")
    assert not re.search("hoger|lager|meer|minder", said)
    assert sentences.among_peers("Almere", "2024", shown(81), others[1:]) == ""
    assert "niet te bepalen" in sentences.alike("Almere", ["inwoners"], 2020, [])


def test_what_is_hidden_estimated_and_provisional_is_said() -> None:
    assert sentences.hidden(0, 90, 7) == "Het CBS toont alle aantallen van deze gemeente."
    assert "90 aantallen hieronder toont het CBS er 4 niet" in sentences.hidden(4, 90, 7)
    assert sentences.provisional([]) == "Alle cijfers zijn definitief."
    assert "2025 (voorlopig)" in sentences.provisional(["2025 (voorlopig)"])
    assert "2015 tot en met 2017 zijn deels geschat" in sentences.divided([2015, 2016, 2017], ["51% van Littenseradiel"])
    assert "Haren en Ten Boer" in sentences.merged(["Haren", "Ten Boer"], 2025)
    assert sentences.former("Den Haag", []) == "Ook wel Den Haag. "


def test_the_note_under_a_funnel_states_the_overdispersion() -> None:
    note = sentences.funnel_note("2024", "68,4", Funnel(RATE, 0.0684, 38.88, 0.027), {0.95: 30, 0.998: 0}, 342)
    assert "38,9 keer die van toeval alleen" in note
    assert "Van 342 gemeenten liggen er 30 buiten de 95%-grenzen, waarvan geen ook buiten de 99,8%-grenzen" in note
    assert "niet gevonden" in sentences.funnel_note("2024", "68,4", Funnel(RATE, 0.0684, 0.9, 0.0), {0.95: 0, 0.998: 0}, 30)
