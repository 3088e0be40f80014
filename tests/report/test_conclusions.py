"""Conclusions: the deciding words of the text follow the claims of the run, whatever the run."""

from __future__ import annotations

import math

import pytest

from wijkanalyse.report.claims import Claim, Origin, as_frame
from wijkanalyse.report.claims.conclusions import concluded, drawn_from
from wijkanalyse.report.grammar import Figure

TABLES = "82971NED, 84134NED"
ORIGIN = Origin("data/processed/x.parquet", "row", TABLES, "rule")


def run(**changed: Figure | None) -> list[Claim]:
    """The claims of a run in which counting alone makes the differences; `changed` with two underscores for a dot."""
    figures: dict[str, Figure | None] = {
        "choice.level": Figure(95),
        "municipalities.active": Figure(102),
        "municipalities.not_active": Figure(238),
        "municipalities.uncertain": Figure(1),
        "municipalities.unclassified": Figure(2),
        "published.use.active": Figure(-10),
        "published.use.not_active": Figure(-5),
        "published.duration.active": Figure(337),
        "published.duration.not_active": Figure(389),
        "published.crisis.active": Figure(2.3),
        "published.crisis.not_active": Figure(3.6),
        "use.zonder_verblijf.pooled.active": Figure(-7.5, -9.3, -5.8),
        "use.zonder_verblijf.pooled.not_active": Figure(-2.5, -3.7, -1.4),
        "use.zonder_verblijf.pooled.difference": Figure(-5, -7.1, -2.9),
        "use.niet_wijkteam.pooled.difference": Figure(-5.4, -7, -3.8),
        "duration.zonder_verblijf.pooled.active": Figure(340, 328, 351),
        "duration.zonder_verblijf.pooled.not_active": Figure(390, 385, 395),
        "duration.zonder_verblijf.pooled.difference": Figure(-50, -63, -37),
        "duration.niet_wijkteam.pooled.difference": Figure(1, -20, 21),
        "crisis.zonder_verblijf.pooled.active": Figure(2.4, 2.1, 2.6),
        "crisis.zonder_verblijf.pooled.not_active": Figure(3.7, 3.4, 3.9),
        "crisis.zonder_verblijf.pooled.difference": Figure(-1.3, -1.7, -0.9),
        "crisis.niet_wijkteam.pooled.difference": Figure(0, -0.6, 0.6),
        "split.use.difference": Figure(-5, -6.9, -2.8),
        "split.use.team": Figure(-0.6, -1.5, 0.6),
        "split.duration.difference": Figure(-49, -61, -36),
        "split.duration.team": Figure(-50, -58, -43),
        "split.crisis.difference": Figure(-1.3, -1.7, -0.9),
        "split.crisis.team": Figure(-1.3, -1.5, -1.1),
        "effect.use_change.value": Figure(-0.3, -1.4, 0.9),
        "effect.duration_within.value": Figure(0.6, -3.8, 5.1),
        "effect.crisis_share.value": Figure(-1.5, -15, 15),
        "effect.use_change.p_holm": Figure(1),
        "effect.duration_within.p_holm": Figure(1),
        "effect.crisis_share.p_holm": Figure(1),
        "poll.y2014.share": Figure(69),
        "poll.y2015.share": Figure(87),
        "poll.y2022.share": Figure(80),
        "indicators.all": Figure(8),
        "indicators.within": Figure(6),
        "indicators.within_elsewhere": Figure(8),
        "cpb.all": Figure(3),
        "switchers.use.early.n": Figure(9),
        "switchers.use.late.n": Figure(1),
        **{name.replace("__", "."): figure for name, figure in changed.items()},
    }
    return [Claim(name, *figure[:1], "count", name, ORIGIN, *figure[1:]) for name, figure in figures.items() if figure]


def said(**changed: Figure | None) -> dict[str, str]:
    return {claim.id.removeprefix("says."): claim.text for claim in drawn_from(run(**changed))}


def test_where_counting_makes_the_difference_the_report_says_so() -> None:
    words = said()
    assert words["use.compared"] == "daalde in actieve gemeenten sterker dan in andere"
    assert words["duration.compared"] == "duurt in actieve gemeenten gemiddeld korter dan in andere"
    assert words["crisis.compared"] == "begint in actieve gemeenten minder vaak vanuit een crisis dan in andere"
    assert words["duration.counting"] == "komt vrijwel geheel doordat de hulp van het team meetelt"
    assert words["use.counting"] == "komt niet aantoonbaar doordat de hulp van het team meetelt"
    assert words["duration.published"] == "niet aantoonbaar anders dan"
    assert (words["published"], words["matches"]) == ("zes", "liggen er vier")
    assert words["primary"] == "bij geen uitkomst een verschil aantoonbaar"
    assert words["fifth"].startswith("De nagerekende cijfers dragen de vijfde niet")
    assert words["uncertain"] == "één gemeente"
    assert (words["switched.early"], words["switched.late"]) == ("negen gemeenten", "één gemeente")
    assert words["polls"] == "een gestage stijging of daling is het niet"
    assert words["plain.left"].startswith("We zien dan geen duidelijk verschil.")


def test_a_difference_the_other_way_is_told_the_other_way() -> None:
    other = Figure(50, 37, 63)
    words = said(duration__zonder_verblijf__pooled__difference=other, effect__duration_within__value=Figure(9, 4, 14),
                 effect__duration_within__p_holm=Figure(0.01))  # fmt: skip
    assert words["duration.compared"] == "duurt in actieve gemeenten gemiddeld langer dan in andere"
    assert words["duration.published"] == "tegengesteld aan"
    assert words["plain.found"] == "In onze berekening duurt hulp juist langer in gemeenten met een actief team."
    assert words["primary"] == "alleen bij de duur (hoger) een verschil aantoonbaar"
    assert words["fifth"].startswith("De nagerekende verschillen passen niet bij de vijfde")
    assert words["plain.left"].startswith("We zien dan nog wel een verschil.")


def test_one_of_three_questions_must_survive_the_correction_for_three() -> None:
    clear = {"effect__duration_within__value": Figure(-9, -14, -0.1)}
    assert (
        said(**clear, effect__duration_within__p_holm=Figure(0.12))["primary"] == "bij geen uitkomst een verschil aantoonbaar"
    )
    survives = said(**clear, effect__duration_within__p_holm=Figure(0.03))
    assert survives["primary"] == "alleen bij de duur (lager) een verschil aantoonbaar"
    assert survives["fifth"].startswith("De nagerekende verschillen passen bij de vijfde, maar bewijzen haar niet")


def test_findings_that_point_both_ways_give_no_advice() -> None:
    words = said(
        effect__duration_within__value=Figure(-9, -14, -4),
        effect__duration_within__p_holm=Figure(0.01),
        effect__use_change__value=Figure(9, 4, 14),
        effect__use_change__p_holm=Figure(0.01),
    )
    assert words["fifth"] == "De nagerekende verschillen wijzen voor de vijfde niet één kant op."


def test_all_published_figures_reproduced() -> None:
    wide = {
        f"{contrast}__zonder_verblijf__pooled__{group}": Figure(0, -1000, 1000)
        for contrast in ("use", "duration", "crisis")
        for group in ("active", "not_active")
    }
    assert said(**wide)["matches"] == "liggen ze alle zes"


def test_intervals_with_nil_leave_nothing_to_divide() -> None:
    words = said(
        split__duration__difference=Figure(-49, -110, 12), duration__zonder_verblijf__pooled__difference=Figure(-50, -111, 11)
    )
    assert words["duration.compared"] == "duurt in actieve gemeenten niet aantoonbaar korter of langer dan in andere"
    assert words["duration.counting"] == "is zelf niet aantoonbaar, dus valt er niets te verdelen"
    assert words["plain.counting"] == "Maar een duidelijk verschil zien we dus niet."


def test_one_missing_contrast_is_told_and_leaves_the_others() -> None:
    words = said(crisis__zonder_verblijf__pooled__difference=None, split__crisis__difference=None,
                 effect__crisis_share__value=None)  # fmt: skip
    assert words["crisis.compared"] == "is in actieve en andere gemeenten niet te vergelijken"
    assert words["crisis.counting"] == "is niet te verdelen, omdat de cijfers daarvoor ontbreken"
    assert words["crisis.published"] == "niet te vergelijken met"
    assert words["duration.compared"] == "duurt in actieve gemeenten gemiddeld korter dan in andere"
    assert words["primary"] == "bij geen uitkomst een verschil aantoonbaar (het aandeel crisis niet te berekenen)"


def test_a_run_in_which_nothing_could_be_estimated_still_has_every_sentence() -> None:
    """No active municipalities, for instance: the text calls the same claims, and none of them asserts anything."""
    empty = [claim for claim in run(municipalities__active=Figure(0)) if claim.id.startswith(("municipalities", "published"))]
    words = {claim.id.removeprefix("says."): claim.text for claim in drawn_from(empty)}
    assert words.keys() == said().keys()
    assert words["groups"] == "Eén groep is leeg: er is niets te vergelijken."
    assert words["primary"] == "geen enkele uitkomst te berekenen"
    assert words["matches"] == "ligt er geen"
    assert words["fifth"] == "Over de vijfde zeggen de cijfers hier niets: er was niets te berekenen."
    assert words["switchers"] == "Er is dus niets te schatten."
    assert words["multiverse.curves"] == "een onbekend aantal uitkomsten"
    assert not [name for name, text in words.items() if "sterker" in text or "korter" in text or "vrijwel geheel" in text]


@pytest.mark.parametrize(
    ("years", "shared", "circular"),
    [
        ("2020", "delen indeling en uitkomst een jaar", "Wel telt een gemeente waar de andere hulp daalt"),
        ("2019 en 2018", "komen indeling en uitkomst uit verschillende jaren", "Indeling en verandering komen uit versch"),
    ],
)
def test_a_grouping_of_the_same_year_is_told(years: str, shared: str, circular: str) -> None:
    chosen = {"use": "2020 en 2021 (voorlopig)", "duration": "2020", "crisis": "2020", "classification": years}
    claims = [Claim(f"choice.{name}_years", math.nan, "text", name, ORIGIN, words=text) for name, text in chosen.items()]
    words = {claim.id: claim.text for claim in drawn_from(claims)}
    assert words["says.same_years"] == shared
    assert words["says.use.circular"].startswith(circular)


@pytest.mark.parametrize(("active", "not_active"), [(0, 340), (340, 0)])
def test_an_empty_group_is_told(active: int, not_active: int) -> None:
    words = said(municipalities__active=Figure(active), municipalities__not_active=Figure(not_active))
    assert words["groups"] == "Eén groep is leeg: er is niets te vergelijken."


def test_a_conclusion_can_be_followed_to_what_it_rests_on() -> None:
    by_id = {claim.id: claim for claim in drawn_from(run())}
    assert by_id["says.duration.counting"].origin.row == "split.duration.team, split.duration.difference"
    assert by_id["says.duration.counting"].origin.tables == TABLES
    assert by_id["says.matches"].value == 4
    assert by_id["says.matches"].unit == "count"
    assert math.isnan(by_id["says.primary"].value)


def test_made_up_figures_are_called_so_in_plain_words() -> None:
    assert said()["plain.source"].startswith("De cijfers komen van het CBS.")
    mark = Claim("run.mark", math.nan, "text", "mark", ORIGIN, words="VOORBEELDCIJFERS")
    (words,) = [claim.text for claim in drawn_from([mark]) if claim.id == "says.plain.source"]
    assert words.startswith("Let op: de cijfers van het CBS in dit rapport zijn verzonnen.")


def test_conclusions_stand_behind_the_claims_in_both_languages() -> None:
    ledger = as_frame(lambda: concluded(run()), "CBS StatLine").set_index("id")
    assert ledger.at["says.duration.compared", "text_en"] == "lasts shorter on average in active municipalities than in others"
    concluding = ledger[ledger.index.str.startswith("says.")]
    assert not (concluding["text"] == concluding["text_en"]).any()
    assert not (concluding["label"] == concluding["label_en"]).any()
