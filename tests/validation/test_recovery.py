"""Running estimators over countries: what is counted, that it does not depend on processes, and what the contrasts find."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.validation.__main__ import main
from wijkanalyse.validation.countries import Country
from wijkanalyse.validation.estimators import ESTIMATORS
from wijkanalyse.validation.published import published_contrasts, questions
from wijkanalyse.validation.questions import QUESTIONS
from wijkanalyse.validation.recovery import Estimate, Results, run_recovery, summarise
from wijkanalyse.validation.scenarios import SCENARIOS, Scenario
from wijkanalyse.validation.table import as_markdown

PUBLISHED = {"published": published_contrasts}
USE = next(question for question in QUESTIONS if question.name == "use_change")


def small(name: str) -> Scenario:
    """The scenario in two provinces."""
    return replace(SCENARIOS[name], world=replace(SCENARIOS[name].world, provinces=("PV26", "PV28")))


def test_the_result_does_not_depend_on_the_number_of_processes():
    scenarios = {name: small(name) for name in ("zero", "crisis")}
    alone = run_recovery(PUBLISHED, scenarios, 2, seed=9)
    together = run_recovery(PUBLISHED, scenarios, 2, seed=9, processes=2)
    pd.testing.assert_frame_equal(alone, together, check_exact=False, rtol=1e-12)
    only = run_recovery(PUBLISHED, {"crisis": small("crisis")}, 1, seed=9)
    expected = alone[alone["scenario"].eq("crisis") & alone["replication"].lt(1)].reset_index(drop=True)
    pd.testing.assert_frame_equal(only, expected)


def test_the_published_contrasts_find_effects_where_there_are_none():
    """With the team's own help counted in, duration and crisis differ by construction; without it they do not."""
    summary = summarise(run_recovery(PUBLISHED, {"zero": SCENARIOS["zero"]}, 4, seed=4)).set_index("question")
    assert summary["truth"].eq(0).all()
    for contrast, least in (("duration", 30), ("crisis", 0.8)):
        with_team, without = (summary.loc[f"published_{contrast}_{form}"] for form in ("zonder_verblijf", "niet_wijkteam"))
        assert with_team["bias"] < -least
        assert with_team["rejection"] == 1
        assert abs(without["bias"]) < abs(with_team["bias"]) / 4
        assert without["rejection"] < 0.6


def perfect(country: Country) -> Sequence[Estimate]:
    truth = country.truth.of(USE)
    return [Estimate(USE, truth, 0.01, truth - 0.02, truth + 0.02)]


def helpless(country: Country) -> Sequence[Estimate]:
    return [Estimate(USE, reason="too few active municipalities")]


def broken(country: Country) -> Sequence[Estimate]:
    raise WijkanalyseError("nothing to estimate")


def test_what_has_no_number_is_counted_with_its_reason():
    estimators = {"perfect": perfect, "helpless": helpless, "broken": broken}
    results = run_recovery(estimators, {"use": small("use")}, 2, seed=1)
    summary = summarise(results).set_index("estimator")
    right = summary.loc["perfect"]
    assert (right["bias"], right["coverage"], right["without_number"]) == (0, 1, 0)
    assert summary.loc["helpless", "without_number"] == summary.loc["broken", "without_number"] == 1
    assert summary.loc["helpless", "why"] == "too few active municipalities"
    assert summary.loc["broken", "why"] == "WijkanalyseError: nothing to estimate"
    assert np.isnan(summary.loc["helpless", "coverage"])
    assert "| helpless | use_change |" in as_markdown(summary.reset_index(), {"use": small("use")}, 1)


def test_the_measures_are_those_of_the_textbook():
    """Four countries, by hand: errors 1, -1, 2 and none; two of three intervals hold the truth, one leaves out zero."""
    rows = [
        ("a", 0, "e", "q", "days", 0.0, 1.0, 1.0, -1.0, 3.0, ""),
        ("a", 1, "e", "q", "days", 0.0, -1.0, 2.0, -5.0, 3.0, ""),
        ("a", 2, "e", "q", "days", 0.0, 2.0, 0.5, 1.0, 3.0, ""),
        ("a", 3, "e", "q", "days", 0.0, np.nan, np.nan, np.nan, np.nan, "no clusters"),
    ]
    found = summarise(pd.DataFrame(rows, columns=list(Results.to_schema().columns))).iloc[0]
    assert found["bias"] == pytest.approx(2 / 3)
    assert found["rmse"] == pytest.approx(np.sqrt(2))
    assert found["empirical_se"] == pytest.approx(np.sqrt(7 / 3))
    assert found["bias_error"] == pytest.approx(np.sqrt(7 / 9))
    assert found["mean_se"] == pytest.approx(3.5 / 3)
    assert found["coverage"] == pytest.approx(2 / 3)
    assert found["coverage_error"] == pytest.approx(np.sqrt(2 / 27))
    assert found["rejection"] == pytest.approx(1 / 3)
    assert (found["replications"], found["without_number"], found["why"]) == (4, 0.25, "no clusters")


def test_one_command_writes_the_table(tmp_path, capsys):
    assert main(["--replications", "1", "--scenarios", "restarts", "--seed", "3", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "recovery.csv"), str(tmp_path / "recovery.md")]
    text = (tmp_path / "recovery.md").read_text(encoding="utf-8")
    assert "1 made-up countries per scenario, seed 3" in text
    assert "published_duration_zonder_verblijf" in text
    table = pd.read_csv(tmp_path / "recovery.csv")
    assert set(table["estimator"]) == set(ESTIMATORS)
    assert set(table.loc[table["estimator"].eq("published"), "question"]) == set(questions())


def test_an_unknown_scenario_is_refused_with_the_nearest(capsys):
    assert main(["--scenarios", "zeros"]) == 1
    assert "there is no scenario zeros" in capsys.readouterr().err
