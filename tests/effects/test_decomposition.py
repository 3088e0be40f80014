"""A published difference is what is counted plus what differs within a form of help, to the last digit."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.effects.country import CHOICES, country, long_of, panel_of
from wijkanalyse.classification import classify
from wijkanalyse.config import Contrast, Inference
from wijkanalyse.effects.contrasts import estimate_contrasts
from wijkanalyse.effects.decomposition import cells_by_form, decompose
from wijkanalyse.effects.results import Decomposition
from wijkanalyse.errors import WijkanalyseError

QUICK = Inference(draws=199)
CONTRASTS = {
    "use": Contrast(kind="change", outcome="begun", denominator=None, years=[2019, 2020]),
    "duration": Contrast(kind="mean", outcome="mean_duration_days", denominator="ended", years=[2020]),
    "crisis": Contrast(kind="share", outcome="begun_crisis", denominator="begun", years=[2020]),
}
ACTIVE = np.arange(6) < 2


def by_form(measure: str, team: Any, others: Any) -> dict[str, Any]:
    team, others = (np.broadcast_to(np.asarray(values, dtype=float), (6, 2)) for values in (team, others))
    return {f"{measure}_wijkteam": team, f"{measure}_niet_wijkteam": others, f"{measure}_zonder_verblijf": team + others}


def world(ended: tuple[Any, Any] = (50, 150), days: tuple[Any, Any] = (100, 400), **figures: Any) -> pd.DataFrame:
    """Six municipalities in 2019 and 2020, of which the first two are active."""
    counts = by_form("ended", *ended)
    lengths = {f"mean_duration_days_{form}": np.broadcast_to(value, (6, 2)) for form, value in zip(FORMS, days, strict=True)}
    total = sum(counts[f"ended_{form}"] * lengths[f"mean_duration_days_{form}"] for form in FORMS)
    whole = {"mean_duration_days_zonder_verblijf": total / counts["ended_zonder_verblijf"]}
    rest = by_form("begun", 50, 150) | by_form("begun_crisis", 5, 30)
    return panel_of({**rest, **counts, **lengths, **whole, **figures}, 6, (2019, 2020))


FORMS = ("wijkteam", "niet_wijkteam")


def classification(panel: pd.DataFrame) -> pd.DataFrame:
    people = panel.drop_duplicates("gm_code")[["gm_code", "jeugdregio_code", "source"]].reset_index(drop=True)
    return people.assign(group=np.where(ACTIVE, "active", "not_active"))


def split(panel: pd.DataFrame, contrasts: dict[str, Contrast] = CONTRASTS) -> pd.DataFrame:
    return Decomposition.validate(decompose(panel, classification(panel), contrasts, QUICK))


def part(table: pd.DataFrame, contrast: str, component: str, form: str = "all", weighting: str = "pooled") -> float:
    keys = {"contrast": contrast, "component": component, "form": form, "weighting": weighting}
    return table.loc[(table[list(keys)] == pd.Series(keys)).all(axis=1), "value"].item()


def column(values: tuple[float, float]) -> Any:
    """One value for the active municipalities, another for the others."""
    return np.where(ACTIVE, *values)[:, None]


@pytest.mark.parametrize("weighting", ["pooled", "mean_of_municipalities"])
@pytest.mark.parametrize("contrast", list(CONTRASTS))
def test_the_parts_add_up_to_the_difference(contrast: str, weighting: str):
    panel = country(40)
    table = decompose(panel, classify(panel, long_of(panel), CHOICES), CONTRASTS, QUICK)

    def value(component: str, form: str = "all") -> float:
        return part(table, contrast, component, form, weighting)

    difference = value("difference")
    assert value("composition") + value("within") == pytest.approx(difference, abs=1e-9)
    for form in FORMS:
        assert value("rest", form) + value("within", form) == pytest.approx(difference, abs=1e-9)
    for component in ("composition", "within"):
        assert sum(value(component, form) for form in FORMS) == pytest.approx(value(component), abs=1e-9)
    assert table["reason"].eq("").all()


def test_the_difference_is_the_published_one():
    """Of a country without rounding, so that the forms add up to the whole."""
    panel = country(40)
    classes = classify(panel, long_of(panel), CHOICES)
    table = decompose(panel, classes, CONTRASTS, QUICK)
    published, _ = estimate_contrasts(panel, classes, CONTRASTS, ["zonder_verblijf"], QUICK)
    published = published[published["term"].eq("difference") & published["weighting"].eq("pooled")].set_index("contrast")
    for contrast in ("duration", "crisis"):
        assert part(table, contrast, "difference") == pytest.approx(published.loc[contrast, "value"], abs=1e-9)


def test_where_only_the_teams_part_differs_all_of_it_is_composition():
    table = split(world(ended=(column((100, 20)), column((100, 180)))))
    # half of the help by a team of 100 days against a tenth
    assert part(table, "duration", "difference") == pytest.approx(0.5 * 100 + 0.5 * 400 - (0.1 * 100 + 0.9 * 400))
    assert part(table, "duration", "composition") == pytest.approx(-120)
    for form in ("all", *FORMS):
        assert part(table, "duration", "within", form) == pytest.approx(0, abs=1e-9)
    assert part(table, "duration", "rest", "niet_wijkteam") == pytest.approx(-120)


def test_where_only_duration_within_differs_nothing_is_composition():
    table = split(world(days=(100, column((360, 400)))))
    for form in ("all", *FORMS):
        assert part(table, "duration", "composition", form) == pytest.approx(0, abs=1e-9)
    assert part(table, "duration", "within", "wijkteam") == pytest.approx(0, abs=1e-9)
    # forty days less in three quarters of the help
    assert part(table, "duration", "within", "niet_wijkteam") == pytest.approx(-30)
    assert part(table, "duration", "rest", "niet_wijkteam") == pytest.approx(0, abs=1e-9)


def test_crisis_in_points_and_change_in_percent_by_hand():
    years = np.array([1.0, 0.9])
    begun = by_form("begun", column((100, 0)) * years, column((100, 200)) * np.array([1.0, 1.1]))
    crises = by_form("begun_crisis", 0, column((12, 24)) * np.array([1.0, 1.1]))
    table = split(world(**begun, **crises))
    # 12 of 200 trajectories against 24 of 200; within other help both 12 %
    assert part(table, "crisis", "difference") == pytest.approx(100 * (13.2 / 200 - 26.4 / 220))
    assert part(table, "crisis", "within", "niet_wijkteam") == pytest.approx(0, abs=1e-9)
    # the team -10 %, others +10 % in both groups
    assert part(table, "use", "difference") == pytest.approx(-10)
    assert part(table, "use", "composition") == pytest.approx(-10)
    assert table.groupby("contrast")["unit"].first().to_dict() == {"crisis": "points", "duration": "days", "use": "points"}


def test_only_what_differs_within_other_help_is_not_mechanical():
    table = split(world())
    free = table.loc[~table["is_mechanical"], ["component", "form"]].drop_duplicates()
    assert free.to_numpy().tolist() == [["within", "niet_wijkteam"]]


def test_what_is_not_published_of_the_team_is_what_the_others_leave():
    panel = world(ended=(column((100, 20)), column((100, 180))))
    without = panel.copy()
    team = [f"{measure}_wijkteam" for measure in ("begun", "begun_crisis", "ended", "mean_duration_days")]
    without[team] = np.nan
    pd.testing.assert_frame_equal(split(panel), split(without))
    for contrast in CONTRASTS.values():
        cells = cells_by_form(panel, contrast)
        pd.testing.assert_frame_equal(cells, cells_by_form(without, contrast))
        assert cells["form"].value_counts().to_dict() == dict.fromkeys(FORMS, 6)


def test_a_mean_over_nothing_adds_nothing():
    """A municipality in which only the team gives help: other help has no duration there."""
    others = np.array([100, 0, 180, 180, 180, 180.0])[:, None]
    panel = world(ended=(column((100, 20)), others))
    panel["mean_duration_days_niet_wijkteam"] = panel["mean_duration_days_niet_wijkteam"].mask(
        panel["ended_niet_wijkteam"].eq(0)
    )
    panel["mean_duration_days_wijkteam"] = np.nan
    panel["mean_duration_days_zonder_verblijf"] = panel["mean_duration_days_zonder_verblijf"].fillna(100.0)
    cells = cells_by_form(panel, CONTRASTS["duration"]).set_index(["gm_code", "form"])
    assert cells.loc[("GM0002", "wijkteam"), "value"] == pytest.approx(100)
    assert np.isnan(cells.loc[("GM0002", "niet_wijkteam"), "value"])


def test_an_outcome_that_is_not_counted_by_form_is_a_reason():
    per_head = Contrast(kind="share", outcome="begun", denominator="population_0_22", years=[2020])
    panel = world(population_0_22=1000.0)
    with pytest.raises(WijkanalyseError, match=r"population_0_22 cannot be split .* no population_0_22_wijkteam"):
        cells_by_form(panel, per_head)
    table = split(panel, {**CONTRASTS, "use": per_head})
    told = table[table["contrast"].eq("use")]
    assert told["value"].isna().all()
    assert told["reason"].str.contains("cannot be split").all()
    assert table.loc[table["contrast"].ne("use"), "value"].notna().all()


def test_a_group_of_one_municipality_is_a_reason():
    panel = world()
    classes = classification(panel)
    classes.loc[1, "group"] = "not_active"
    table = Decomposition.validate(decompose(panel, classes, CONTRASTS, QUICK))
    assert table["value"].isna().all()
    assert table["reason"].eq("1 clusters with figures in the group active; at least 2 are needed").all()


def test_intervals_hold_the_estimate():
    panel = country(40)
    table = decompose(panel, classify(panel, long_of(panel), CHOICES), CONTRASTS, QUICK)
    assert (table["lower"].le(table["value"] + 1e-9) & table["value"].le(table["upper"] + 1e-9)).all()
