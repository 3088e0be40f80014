"""Which contrasts follow from how the figures are made: the cases of the study, and what must hold for any combination."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wijkanalyse.effects.firewall import Verdict, is_mechanical
from wijkanalyse.errors import WijkanalyseError

SHARE = {"numerator": "trajectories_wijkteam", "denominator": ["trajectories_zonder_verblijf"]}


def judged(outcome: str, per: str | None, outcome_years: list[int], share_years: list[int], **share: object) -> Verdict:
    return is_mechanical(
        outcome=outcome,
        per=per,
        outcome_years=outcome_years,
        share_years=share_years,
        **{**SHARE, **share},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("outcome", "per", "outcome_years", "share_years"),
    [
        # the three published contrasts count the team's own trajectories, whenever the share was taken
        ("begun_zonder_verblijf", None, [2019, 2020], [2018]),
        ("mean_duration_days_zonder_verblijf", "ended_zonder_verblijf", [2020], [2020]),
        ("begun_crisis_zonder_verblijf", "begun_zonder_verblijf", [2020], [2017, 2018]),
        # starts of others over all starts: the team's starts are in the denominator
        ("begun_crisis_niet_wijkteam", "begun_zonder_verblijf", [2020], [2019]),
        # other help is the denominator of the share of the same year, also of a change's base year
        ("trajectories_niet_wijkteam", "population_0_22", [2020], [2020]),
        ("begun_niet_wijkteam", None, [2017, 2020], [2016, 2017]),
        ("begun_crisis_niet_wijkteam", "population_0_22", [2020], [2020]),
    ],
)
def test_is_mechanical(outcome: str, per: str | None, outcome_years: list[int], share_years: list[int]) -> None:
    verdict = judged(outcome, per, outcome_years, share_years)
    assert verdict.is_mechanical
    assert verdict.reason.endswith(".")


@pytest.mark.parametrize(
    ("outcome", "per", "outcome_years", "share_years"),
    [
        ("begun_niet_wijkteam", None, [2019, 2020], [2018]),
        ("trajectories_niet_wijkteam", "population_0_22", [2023], [2017, 2018, 2019]),
        # a duration or a share within other help does not move the share of the team
        ("mean_duration_days_niet_wijkteam", "ended_niet_wijkteam", [2020], [2020]),
        ("begun_crisis_niet_wijkteam", "begun_niet_wijkteam", [2020], [2020]),
    ],
)
def test_is_not_mechanical(outcome: str, per: str | None, outcome_years: list[int], share_years: list[int]) -> None:
    assert judged(outcome, per, outcome_years, share_years) == Verdict(False, "")


def test_help_outside_the_share_is_no_part_of_it() -> None:
    narrow = ["trajectories_wijkteam", "trajectories_ambulant_locatie"]
    assert judged("trajectories_ambulant_locatie", None, [2020], [2020], denominator=narrow).is_mechanical
    assert not judged("trajectories_met_verblijf", None, [2020], [2020], denominator=narrow).is_mechanical
    assert not judged("trajectories_netwerk", None, [2020], [2020], denominator=narrow).is_mechanical


def test_the_reason_names_the_years_that_coincide() -> None:
    assert "(2019, 2020)" in judged("begun_niet_wijkteam", None, [2018, 2019, 2020], [2019, 2020, 2021]).reason


@given(
    form=st.sampled_from(["niet_wijkteam", "ambulant_locatie", "netwerk", "zonder_verblijf", "wijkteam"]),
    measure=st.sampled_from(["begun", "trajectories", "youths"]),
    years=st.lists(st.integers(2015, 2025), min_size=1, max_size=3),
    share_years=st.lists(st.integers(2015, 2025), min_size=1, max_size=3),
)
def test_without_the_team_and_without_a_common_year_nothing_is_mechanical(
    form: str, measure: str, years: list[int], share_years: list[int]
) -> None:
    verdict = judged(f"{measure}_{form}", None, years, share_years)
    counts_the_team = form in ("zonder_verblijf", "wijkteam")
    assert verdict.is_mechanical == (counts_the_team or bool(set(years) & set(share_years)))


def test_an_outcome_without_a_form_is_refused() -> None:
    with pytest.raises(WijkanalyseError, match="population_0_22 names no form of help"):
        judged("population_0_22", None, [2020], [2019])
