"""Free chance: what is drawn, how much it varies, and that the balanced country is what it always was."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import World, make_tables, truth
from wijkanalyse.example import national as nl
from wijkanalyse.example.chance import COUNT_DISPERSION, DURATION_SPREAD
from wijkanalyse.example.simulate import Flows, dose, expected_flows, flows
from wijkanalyse.example.traits import surroundings, young_people

NOTHING = World(chance="free", assignment="free", effect_specialised_use_pct=0, restarts_pct=0, late_delivery=False)
PINNED = "c6a28aa492704473ab3434c898a52c495c674795231efd43f13713f2bef6033b"
"""Of all printed figures of the default world in Flevoland; made before chance could be free."""


def test_the_default_world_prints_what_it_printed_before_chance_could_be_free():
    digest = hashlib.sha256()
    for table in make_tables(World(provinces=("PV24",))):
        digest.update(table.identifier.encode())
        figures = table.typed.select_dtypes("number").to_numpy(dtype=float)
        digest.update(np.nan_to_num(figures, nan=-1).tobytes())
    assert digest.hexdigest() == PINNED


def test_a_free_country_is_made_by_its_settings_and_seed():
    first, again, other = flows(NOTHING), flows(NOTHING), flows(replace(NOTHING, seed=1))
    for name in ("active", "begun", "ended", "duration_days", "crisis_share"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.begun, other.begun)


def test_what_is_drawn_are_whole_trajectories_that_stay_until_they_end():
    course = flows(NOTHING)
    assert np.array_equal(course.begun, np.rint(course.begun))
    assert (course.ended <= course.active).all()
    stock = course.active - course.begun
    stays = course.active - course.ended
    provider = nl.PROVIDER
    for n, year in enumerate(nl.YEARS[1:], start=1):
        if year != nl.ERA_BREAK:
            assert np.array_equal(stock[provider, n], stays[provider, n - 1])


def test_national_totals_stay_near_the_published_ones():
    course = flows(NOTHING)
    for form in (nl.PROVIDER, nl.RESIDENTIAL):
        assert course.active[form].sum(axis=1) == pytest.approx(nl.ACTIVE[form], rel=0.02)
    # 2015 and 2016 hold the teams that were not delivered
    assert course.active[nl.TEAM, 2:].sum(axis=1) == pytest.approx(nl.ACTIVE[nl.TEAM, 2:], rel=0.25)


def test_counts_vary_as_much_as_is_said():
    """Standardised squared deviations from what was to be expected, over all origins and years with enough to count."""
    drawn, expected = flows(NOTHING), expected_flows(NOTHING)
    many = expected.begun[nl.PROVIDER] > 50
    deviation = (drawn.begun - expected.begun)[nl.PROVIDER][many] / np.sqrt(expected.begun[nl.PROVIDER][many])
    assert np.mean(deviation**2) == pytest.approx(COUNT_DISPERSION, rel=0.08)
    ratio = (drawn.duration_days / expected.duration_days)[nl.PROVIDER][many] - 1
    assert np.mean(ratio**2 * drawn.ended[nl.PROVIDER][many]) == pytest.approx(DURATION_SPREAD**2, rel=0.10)
    share, begun = expected.crisis_share[nl.PROVIDER][many], drawn.begun[nl.PROVIDER][many]
    spread = (drawn.crisis_share[nl.PROVIDER][many] - share) / np.sqrt(share * (1 - share) / begun)
    assert np.mean(spread**2) == pytest.approx(1.0, rel=0.08)


def test_use_changes_in_a_year_about_as_much_as_between_2021_and_2022():
    """CBS: .05 to .06 (standard deviation of logarithms) between municipalities with more than 1 200 youths."""
    changes = []
    for seed in range(4):
        active = flows(replace(NOTHING, seed=seed)).active[nl.PROVIDER]
        large = active[6] > 1500
        changes.append(np.log(active[7] / active[6])[large].std())
    assert 0.035 < np.mean(changes) < 0.065


def test_an_effect_is_what_it_says_and_touches_no_one_else():
    plain = expected_flows(NOTHING)
    strong = expected_flows(replace(NOTHING, effect_specialised_use_pct=-10, effect_duration_pct=-5, effect_crisis_pct=20))
    active = plain.policy.is_active
    for name, change in (("active", 0.9), ("begun", 0.9), ("duration_days", 0.95), ("crisis_share", 1.2)):
        ratio = getattr(strong, name)[nl.PROVIDER] / getattr(plain, name)[nl.PROVIDER]
        assert ratio[active] == pytest.approx(change)
        assert np.array_equal(ratio[~active], np.ones(int((~active).sum())))
        assert np.array_equal(getattr(strong, name)[nl.TEAM], getattr(plain, name)[nl.TEAM])


def test_an_effect_may_build_up_and_differ_between_municipalities():
    world = replace(NOTHING, effect_specialised_use_pct=-8, effect_builds_up_years=4, effect_spread=0.05)
    plain, strong = expected_flows(NOTHING), expected_flows(world)
    always = plain.policy.is_active.all(axis=0)
    part = dose(world, plain.policy)[:, always]
    assert part[:, 0].tolist() == [0, 0, 0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1]
    change = strong.active[nl.PROVIDER][:, always] / plain.active[nl.PROVIDER][:, always] - 1
    assert np.array_equal(change[:3], np.zeros_like(change[:3]))
    assert change[4] == pytest.approx(change[-1] / 2)
    assert change[-1].mean() == pytest.approx(-0.08, abs=0.015)
    assert change[-1].std() == pytest.approx(0.05, rel=0.25)


def test_relabelled_work_is_the_same_help_under_another_name():
    plain, relabelled = expected_flows(NOTHING), expected_flows(replace(NOTHING, reclassified_pct=30))

    def together(course: Flows, values: np.ndarray) -> np.ndarray:
        return np.asarray(values[nl.TEAM] + values[nl.PROVIDER])

    for name in ("active", "begun", "ended"):
        assert together(relabelled, getattr(relabelled, name)) == pytest.approx(together(plain, getattr(plain, name)))
    days = [together(course, course.ended * course.duration_days) for course in (plain, relabelled)]
    assert days[1] == pytest.approx(days[0])
    active = plain.policy.is_active
    assert relabelled.active[nl.PROVIDER][active] == pytest.approx(0.7 * plain.active[nl.PROVIDER][active])
    assert np.array_equal(relabelled.crisis_share[nl.PROVIDER], plain.crisis_share[nl.PROVIDER])
    assert (relabelled.crisis_share[nl.TEAM] == 0).all()


def test_who_is_active_may_depend_on_the_surroundings():
    weights = young_people()[0, :, :23].sum(axis=1) > 0
    gaps = {}
    for assignment in ("free", "confounded"):
        found = []
        for seed in range(12):
            world = replace(NOTHING, assignment=assignment, seed=seed)
            active, around = expected_flows(world).policy.is_active[0], surroundings(world)
            found.append(around[:, active & weights].mean(axis=1) - around[:, ~active & weights].mean(axis=1))
            assert active.mean() == pytest.approx(2 / 7, abs=0.07)
        gaps[assignment] = np.mean(found, axis=0)
    assert np.abs(gaps["free"]).max() < 0.2
    assert gaps["confounded"][0] > 0.6
    assert gaps["confounded"][1] > 0.3


def test_teams_may_be_delivered_from_the_start():
    late, prompt = (expected_flows(replace(NOTHING, late_delivery=late)).active[nl.TEAM].sum(axis=1) for late in (True, False))
    assert late[0] < 0.6 * late[2]
    assert prompt[0] == pytest.approx(prompt[2], rel=0.1)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"chance": "wild"}, "World.chance is 'wild'; choose balanced, free"),
        ({"assignment": "by lot"}, "World.assignment is 'by lot'"),
        ({"reclassified_pct": 120.0}, "World.reclassified_pct is 120"),
        ({"effect_spread": 2.0}, "effect_spread from 0 to 0.5"),
    ],
)
def test_settings_that_make_no_country_are_refused(setting: dict[str, object], message: str):
    with pytest.raises(WijkanalyseError, match=message):
        World(**setting)  # type: ignore[arg-type]


def test_the_truth_of_a_free_country_can_be_told():
    assert truth(NOTHING)["effects"]["specialised_use_ratio"] == 1.0  # type: ignore[index]
