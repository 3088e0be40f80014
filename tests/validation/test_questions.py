"""What is true in each scenario, in the units of the estimands."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.small_world import ROOT
from wijkanalyse.effects.estimands import read_estimands
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.validation.countries import seed_of
from wijkanalyse.validation.published import questions
from wijkanalyse.validation.questions import (
    LOG_RATIO,
    POINTS,
    QUESTIONS,
    Question,
    SwitcherQuestion,
    Truth,
    question_of,
    truth_of,
)
from wijkanalyse.validation.scenarios import SCENARIOS


@cache
def truth(name: str) -> Truth:
    scenario = SCENARIOS[name]
    return truth_of(replace(scenario.world, seed=seed_of(scenario, 0, 1)))


def of(name: str) -> dict[str, float]:
    return {question.name: truth(name).of(question) for question in (*QUESTIONS, *questions().values())}


@pytest.mark.parametrize("name", [name for name, scenario in SCENARIOS.items() if not scenario.has_effect])
def test_where_teams_change_nothing_every_truth_is_nil(name: str):
    answers = {question: answer for question, answer in of(name).items() if math.isfinite(answer)}
    assert len(answers) > 30
    assert set(answers.values()) == {0.0}


def test_effects_are_large_where_they_are_and_nil_elsewhere():
    duration, crisis, reach = of("duration"), of("crisis"), of("reach")
    # some active municipalities stop and others start, so the groups of 2017-2019 differ by a little less
    assert duration["duration_within"] == pytest.approx(math.log(1 - 30 / 391), abs=0.01)
    assert duration["published_duration_niet_wijkteam"] == pytest.approx(-30, abs=3)
    assert -30 < duration["published_duration_zonder_verblijf"] < -10
    assert duration["use_change"] == duration["crisis_share"] == 0
    assert crisis["crisis_share"] == pytest.approx(math.log(0.8), abs=0.04)
    assert crisis["crisis_share_points"] == pytest.approx(-0.2 * 4, abs=0.3)
    assert crisis["duration_within"] == crisis["use_total"] == 0
    assert reach["reach_background"] > reach["reach_background_from_2017"] > 0.04
    assert reach["use_change"] == 0


def test_a_growing_effect_shows_in_the_change_and_a_lasting_one_in_the_level():
    growing, lasting = of("use"), of("use_level")
    assert growing["use_change"] == pytest.approx(math.log(0.9), abs=0.035)
    assert growing["use_change_early"] == pytest.approx(math.log(0.9432 / 0.9886), abs=0.01)
    assert lasting["use_level"] == pytest.approx(math.log(0.9), abs=0.03)
    assert abs(lasting["use_change"]) < 0.02
    # the team's help comes on top, so total use falls by less
    assert growing["use_change"] < growing["use_total"] < 0


def test_the_effect_on_switchers_builds_up_by_a_quarter_a_year():
    answers = of("build_up")
    for event in range(4):
        assert answers[f"switchers_later_{event}"] == pytest.approx(math.log(1 - 0.025 * (event + 1)), abs=0.006)
    assert answers["switchers_later"] == pytest.approx(np.mean([answers[f"switchers_later_{event}"] for event in range(4)]))


def test_effects_that_differ_have_another_mean_by_municipality_than_by_child():
    answers = of("heterogeneous")
    assert answers["use_change"] == pytest.approx(-0.08, abs=0.04)
    assert answers["use_change"] != pytest.approx(answers["use_change_municipalities"], abs=1e-4)
    assert answers["crisis_share"] < -0.05
    assert answers["duration_within"] < -0.02


def test_every_comparison_of_the_register_of_estimands_is_a_question():
    declared = read_estimands(ROOT / "config" / "estimands.yaml").estimands
    asked = [question_of(one) for one in declared if one.design in ("level", "change")]
    assert {"use_change", "duration_within", "crisis_share"} <= {question.name for question in asked}
    for question in asked:
        assert math.isfinite(truth("crisis").of(question))
    by_name = {question.name: question for question in QUESTIONS}
    for name in ("use_change", "duration_within", "crisis_share", "crisis_per_youth"):
        declared_answer = truth("crisis").of(next(question for question in asked if question.name == name))
        assert declared_answer == truth("crisis").of(by_name[name])
    crisis = next(one for one in declared if one.id == "crisis_share")
    assert (question_of(crisis).unit, question_of(crisis, in_points=True).unit) == (LOG_RATIO, POINTS)


def test_a_design_without_two_groups_is_no_question():
    yearly = next(one for one in read_estimands(ROOT / "config" / "estimands.yaml").estimands if one.design == "yearly")
    with pytest.raises(WijkanalyseError, match=f"{yearly.id}: a design yearly does not compare"):
        question_of(yearly)


def test_an_unknown_variable_is_named_with_the_nearest():
    question = Question("x", "trajectories_wijktem", None, (2020,), (2021,))
    with pytest.raises(WijkanalyseError, match=r"trajectories_wijktem.*trajectories_wijkteam"):
        truth("zero").of(question)


def test_without_switchers_there_is_no_effect_on_them():
    assert math.isnan(truth("zero").of(SwitcherQuestion("none", "trajectories_niet_wijkteam", (2020,), 0)))
