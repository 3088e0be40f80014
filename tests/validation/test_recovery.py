"""Running estimators over countries: what is counted, that it does not depend on chunks, and what the contrasts find."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.small_world import ROOT
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.validation.countries import Country
from wijkanalyse.validation.estimators import ESTIMATORS, estimators_named
from wijkanalyse.validation.published import published_contrasts
from wijkanalyse.validation.questions import QUESTIONS
from wijkanalyse.validation.recovery import Estimate, Results, Summary, run_recovery, summarise
from wijkanalyse.validation.scenarios import SCENARIOS, Scenario, scenario_named
from wijkanalyse.validation.studies import part, read_studies
from wijkanalyse.validation.table import COVERAGE, as_markdown, outside

STUDY = read_studies(ROOT / "config" / "validation.yaml").estimators
PUBLISHED = {"published": published_contrasts}
USE = next(question for question in QUESTIONS if question.name == "use_change")


def small(name: str) -> Scenario:
    """The scenario in two provinces."""
    return replace(SCENARIOS[name], world=replace(SCENARIOS[name].world, provinces=("PV26", "PV28")))


def test_the_result_does_not_depend_on_how_the_countries_are_cut():
    whole = run_recovery(PUBLISHED, small("crisis"), range(3), seed=9)
    parts = [run_recovery(PUBLISHED, small("crisis"), part(3, number, 2), seed=9) for number in range(2)]
    pd.testing.assert_frame_equal(whole, pd.concat(parts, ignore_index=True), check_exact=True)
    assert sorted(whole["replication"].unique()) == [0, 1, 2]


@given(replications=st.integers(1, 300), chunks=st.integers(1, 40))
def test_the_parts_are_the_whole_each_country_once(replications: int, chunks: int):
    parts = [part(replications, number, chunks) for number in range(chunks)]
    assert [country for each in parts for country in each] == list(range(replications))
    sizes = {len(each) for each in parts}
    assert max(sizes) - min(sizes) <= 1


def test_the_published_contrasts_find_effects_where_there_are_none():
    """With the team's own help counted in, duration and crisis differ by construction; without it they do not."""
    summary = summarise(run_recovery(PUBLISHED, SCENARIOS["zero"], range(4), seed=4)).set_index("question")
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
    results = run_recovery(estimators, small("use"), range(2), seed=1)
    summary = summarise(results).set_index("estimator")
    right = summary.loc["perfect"]
    assert (right["bias"], right["coverage"], right["without_number"]) == (0, 1, 0)
    assert summary.loc["helpless", "without_number"] == summary.loc["broken", "without_number"] == 1
    assert summary.loc["helpless", "why"] == "too few active municipalities"
    assert summary.loc["broken", "why"] == "WijkanalyseError: nothing to estimate"
    assert np.isnan(summary.loc["helpless", "coverage"])
    study = STUDY.model_copy(update={"scenarios": ("use",)})
    assert "| helpless | use_change |" in as_markdown(summary.reset_index(), study)


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


def rows_of(**columns: Sequence[object]) -> pd.DataFrame:
    """Rows of `Summary` that are alike but for `columns`."""
    defaults = {
        "unit": "log ratio",
        "replications": 200,
        "truth": 0.0,
        "mean": 0.01,
        "bias": 0.01,
        "bias_error": 0.002,
        "rmse": 0.03,
        "empirical_se": 0.03,
        "mean_se": 0.03,
        "coverage_error": 0.02,
        "rejection_error": 0.02,
        "without_number": 0.0,
        "why": "",
    }
    return pd.DataFrame(columns).assign(**defaults)[list(Summary.to_schema().columns)]


def test_a_referee_sees_first_what_covers_and_what_the_published_contrast_finds():
    """Wrong findings where the truth is nil, power where it is not, bold where chance does not explain the distance."""
    summary = rows_of(
        scenario=["zero", "zero", "zero", "zero"],
        estimator=["primary", "primary", "primary_cr1", "published"],
        question=["use_change", "duration_within", "use_change", "published_duration_zonder_verblijf"],
        coverage=[0.94, 0.85, 0.80, 0.0],
        rejection=[0.06, 0.40, 0.20, 1.0],
    )
    summary.loc[1, "truth"], summary.loc[3, "unit"], summary.loc[3, "mean"] = -0.06, "days", -56.54
    text = as_markdown(summary, STUDY.model_copy(update={"scenarios": ("zero",), "remarks": "Too few clusters."}))
    first = text.partition("## All estimators")[0]
    assert "| zero | use_change | 0.000 | 0.010 ± 0.002 | 94.0 ± 2.0 | 6.0 ± 2.0 |  |  |  |  |" in first
    assert "| zero | duration_within | -0.060 | 0.010 ± 0.002 | **85.0 ± 2.0** |  | 40.0 ± 2.0 |" in first
    assert "| 40.0 ± 2.0 | 0.0 days | -56.5 days | 100.0 ± 2.0 |" in first
    assert "Of 2 coverages 1 are within the wanted range, 0 no further outside" in first
    assert "Further outside: duration_within in zero (85.0 %)." in first
    assert "Too few clusters." in first
    assert "primary_cr1" not in first


@pytest.mark.parametrize(
    ("share", "cases", "is_outside"),
    [(0.93, 200, False), (0.90, 200, False), (0.89, 200, True), (0.90, 2000, True), (0.99, 200, False), (1.0, 2000, True)],
)
def test_outside_is_further_than_chance_explains(share: float, cases: int, is_outside: bool):
    assert outside(share, COVERAGE, cases) is is_outside


def test_the_printed_interval_is_the_jackknife_one_and_wider_than_the_usual():
    chosen = {name: ESTIMATORS[name] for name in ("primary", "primary_cr1")}
    found = run_recovery(chosen, SCENARIOS["zero"], range(1), seed=3).set_index(["question", "estimator"])
    for question in ("use_change", "duration_within", "crisis_share"):
        printed, usual = (found.loc[(question, name)] for name in chosen)
        assert printed["value"] == usual["value"]
        assert printed["upper"] - printed["lower"] > usual["upper"] - usual["lower"] > 0


def test_the_shipped_choices_name_scenarios_and_estimators_that_exist():
    studies = read_studies(ROOT / "config" / "validation.yaml")
    assert set(studies.estimators.scenarios) == set(SCENARIOS)
    assert estimators_named(studies.estimators.estimators)
    assert set(studies.joint_test.replications) <= set(SCENARIOS)


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(WijkanalyseError, match='there is no scenario zeros; did you mean "zero"'):
        scenario_named("zeros")
    with pytest.raises(WijkanalyseError, match='there is no estimator primery; did you mean "primary"'):
        estimators_named(["primery"])
    path = tmp_path / "validation.yaml"
    path.write_text("estimators: {seed: -1, chunks: 0}", encoding="utf-8")
    with pytest.raises(
        WijkanalyseError, match=r"(?s)validation.yaml cannot be used:.*estimators\.seed.*joint_test: Field required"
    ):
        read_studies(path)
