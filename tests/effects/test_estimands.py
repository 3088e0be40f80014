"""What may be asked, and what is refused before anything is estimated."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from tests.effects.country import CHOICES, PROJECT, ask
from tests.small_world import ROOT, register
from wijkanalyse.effects.estimands import check_variables, judged, read_estimands
from wijkanalyse.errors import WijkanalyseError

FILE = ROOT / "config" / "estimands.yaml"


def written(folder: Path, change: Any) -> Path:
    """A copy of the project's own file with something changed."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    change(content)
    path = folder / "estimands.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_the_project_asks_about_use_duration_and_crisis_first():
    assert [estimand.id for estimand in PROJECT.primary] == ["use_change", "duration_within", "crisis_share"]
    check_variables(PROJECT, list(register().variables))


def test_what_contains_the_teams_own_help_is_mechanical_and_the_rest_is_not():
    mechanical = {estimand.id for estimand in PROJECT.estimands if judged(estimand, CHOICES).is_mechanical}
    assert mechanical == {
        "use_total", "use_same_year", "duration_all", "crisis_all", "reach_background", "reach_no_background",
    }  # fmt: skip


def test_use_by_others_is_mechanical_in_the_years_of_the_share_itself():
    """It stands in the denominator of the share: less of it makes a municipality active."""
    assert judged(ask(activity=[2021], years=[2021, 2025]), CHOICES).is_mechanical
    assert not judged(ask(activity=[2019], years=[2021, 2025]), CHOICES).is_mechanical
    # a mean within that help does not move the share
    duration = {"outcome": "mean_duration_days_niet_wijkteam", "per": "ended_niet_wijkteam"}
    assert not judged(ask(design="level", model="mean", activity=[2021], years=[2021], **duration), CHOICES).is_mechanical


def test_a_primary_estimand_cannot_be_mechanical():
    with pytest.raises(WijkanalyseError, match=r"use cannot be primary.*telt de hulp van het wijkteam zelf mee.*secondary"):
        judged(ask(role="primary", outcome="trajectories_zonder_verblijf"), CHOICES)


def test_child_protection_counts_no_youth_help():
    assert not judged(ask(outcome="youths_jeugdbescherming", activity=[2021]), CHOICES).is_mechanical


def test_every_problem_of_the_file_is_named_at_once(tmp_path: Path):
    def spoil(content: dict[str, Any]) -> None:
        content["estimands"][0]["years"] = [2025, 2021]
        content["estimands"][0]["activity"] = []
        content["estimands"][1]["model"] = "odds"
        content["estimands"][2]["extra"] = 1
        del content["estimands"][3]["is_not"]
        content["baseline"]["year"] = 1815

    with pytest.raises(WijkanalyseError) as error:
        read_estimands(written(tmp_path, spoil))
    text = str(error.value)
    for part in ("estimands.0: use_change: a change needs two years", "use_change: design change needs the years of activity"):
        assert part in text
    for place in ("estimands.1.model", "estimands.2.extra", "estimands.3.is_not", "baseline.year"):
        assert place in text


def test_an_id_stands_there_once(tmp_path: Path):
    def repeat(content: dict[str, Any]) -> None:
        content["estimands"][5]["id"] = "use_change"

    with pytest.raises(WijkanalyseError, match="use_change stands there twice"):
        read_estimands(written(tmp_path, repeat))


def test_an_unknown_variable_is_named_with_its_place_and_the_nearest(tmp_path: Path):
    def misspell(content: dict[str, Any]) -> None:
        content["estimands"][0]["outcome"] = "trajectory_niet_wijkteam"
        content["estimands"][1]["per"] = "population_0_21"
        content["baseline"]["covariates"]["income"]["part"] = "mean_income"

    with pytest.raises(WijkanalyseError) as error:
        check_variables(read_estimands(written(tmp_path, misspell)), list(register().variables))
    text = str(error.value)
    assert 'use_change: trajectory_niet_wijkteam; did you mean "trajectories_niet_wijkteam"?' in text
    assert 'use_change_unadjusted: population_0_21; did you mean "population_0_22"?' in text
    assert "baseline.income: mean_income" in text


def test_a_file_that_is_not_there_or_no_yaml_is_an_error_that_can_be_mended(tmp_path: Path):
    with pytest.raises(WijkanalyseError, match="cannot be read"):
        read_estimands(tmp_path / "absent.yaml")
    (tmp_path / "broken.yaml").write_text("estimands: [", encoding="utf-8")
    with pytest.raises(WijkanalyseError, match="cannot be read"):
        read_estimands(tmp_path / "broken.yaml")
    (tmp_path / "empty.yaml").write_text("", encoding="utf-8")
    with pytest.raises(WijkanalyseError, match="cannot be used"):
        read_estimands(tmp_path / "empty.yaml")


def test_an_unknown_estimand_is_named_with_the_nearest():
    assert PROJECT.named("crisis_share").model == "share"
    with pytest.raises(WijkanalyseError, match='no estimand use_changes; did you mean "use_change"'):
        PROJECT.named("use_changes")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"years": [2019, 2021]}, r"years \[2019, 2021\] lie on both sides of the 2020/2021 break"),
        ({"activity": [2020, 2021]}, "years of activity .* both sides"),
        ({"design": "yearly", "activity": [], "lag": 1, "years": [2021, 2022]}, r"years of activity \[2020, 2021\]"),
        ({"design": "adoption", "activity": [], "years": [2021, 2022]}, r"the year before and the years \[2020, 2021, 2022\]"),
    ],
)
def test_nothing_is_compared_across_the_trend_break(changes: dict[str, Any], words: str):
    with pytest.raises(ValidationError, match=words):
        ask(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"years": [2021]}, "a change needs two years"),
        ({"model": "share"}, "a change is estimated for a rate only"),
        ({"activity": []}, "needs the years of activity"),
        ({"design": "yearly"}, "leave activity out"),
        ({"design": "yearly", "activity": [], "adjustment": "regression"}, "its own comparison"),
        ({"design": "yearly", "activity": [], "model": "share"}, "for a rate or mean only"),
        ({"design": "adoption", "activity": [], "years": [2023], "adjustment": "entropy"}, "by regression or not at all"),
        ({"design": "level", "model": "mean_gamma", "adjustment": "doubly_robust"}, "rate, share or mean"),
        ({"role": "primary", "adjustment": "doubly_robust"}, "a primary estimand has every kind of inference"),
        ({"role": "primary", "design": "yearly", "activity": []}, "a primary estimand has every kind of inference"),
        ({"id": "Use change"}, "pattern"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(changes: dict[str, Any], words: str):
    with pytest.raises(ValidationError, match=words):
        ask(**changes)
