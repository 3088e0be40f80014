"""The published comparisons on five municipalities, against values worked out by hand, and their intervals by formula."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from tests import five
from tests.small_world import SHARED
from wijkanalyse.config import Contrast, Inference
from wijkanalyse.effects.contrasts import (
    Estimates,
    Observations,
    compare_groups,
    estimate_contrasts,
    municipal_values,
)
from wijkanalyse.errors import WijkanalyseError

CONTRASTS = {
    "use": Contrast(kind="change", outcome="begun", denominator=None, years=[2019, 2020]),
    "duration": Contrast(kind="mean", outcome="mean_duration_days", denominator="ended", years=[2020]),
    "crisis": Contrast(kind="share", outcome="begun_crisis", denominator="begun", years=[2020]),
    "reach": Contrast(kind="share", outcome="youths", denominator="population_0_22", years=[2020]),
}
FORMS = ["zonder_verblijf", "niet_wijkteam"]


@cache
def with_inference(cluster: str, level: float) -> pd.DataFrame:
    return estimated(inference=Inference(cluster=cluster, level=level))  # type: ignore[arg-type]


def estimated(**changes: object) -> pd.DataFrame:
    arguments = {
        "panel": five.panel(),
        "classification": five.classification(),
        "contrasts": CONTRASTS,
        "forms": FORMS,
        "inference": Inference(),
        **changes,
    }
    return estimate_contrasts(**arguments)[0]  # type: ignore[arg-type]


def value(estimates: pd.DataFrame, contrast: str, weighting: str, term: str, column: str = "value") -> float:
    chosen = estimates.query("contrast == @contrast and weighting == @weighting and term == @term")
    return chosen[column].item()


BY_HAND = [
    # (90 + 285) / (100 + 300) - 1 and (200 + 60 + 225) / (200 + 50 + 250) - 1
    ("use", "pooled", -6.25, -3.0),
    # the mean of -10 and -5; of 0, +20 and -10
    ("use", "mean_of_municipalities", -7.5, 10 / 3),
    # 9 of 375 and 16 of 485
    ("crisis", "pooled", 2.4, 1600 / 485),
    # the mean of 10 and 0; of 5, 10 and 0
    ("crisis", "mean_of_municipalities", 5.0, 5.0),
    # (80 x 300 + 240 x 400) / 320 and (100 x 350 + 50 x 500 + 150 x 200) / 300
    ("duration", "pooled", 375.0, 300.0),
    ("duration", "mean_of_municipalities", 350.0, 350.0),
    # 320 of 5,000 and 210 of 3,500
    ("reach", "pooled", 6.4, 6.0),
    # the mean of 12 and 5; of 10, 6 and 4
    ("reach", "mean_of_municipalities", 8.5, 20 / 3),
]


@pytest.mark.parametrize(("contrast", "weighting", "active", "not_active"), BY_HAND)
def test_the_published_contrasts_worked_out_by_hand(contrast: str, weighting: str, active: float, not_active: float):
    estimates = with_inference("gm_code", 0.95)
    assert value(estimates, contrast, weighting, "active") == pytest.approx(active, abs=1e-9)
    assert value(estimates, contrast, weighting, "not_active") == pytest.approx(not_active, abs=1e-9)
    assert value(estimates, contrast, weighting, "difference") == pytest.approx(active - not_active, abs=1e-9)


def cr1(outcome: np.ndarray, design: np.ndarray, weights: np.ndarray, clusters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted least squares and its CR1 covariance, written out."""
    bread = np.linalg.inv(design.T @ (weights[:, None] * design))
    beta = bread @ design.T @ (weights * outcome)
    scores = design * (weights * (outcome - design @ beta))[:, None]
    sums = np.array([scores[clusters == cluster].sum(axis=0) for cluster in np.unique(clusters)])
    groups, (rows, columns) = len(sums), design.shape
    factor = groups / (groups - 1) * (rows - 1) / (rows - columns)
    return beta, factor * bread @ sums.T @ sums @ bread


def test_the_formula_gives_the_published_errors_of_petersens_panel():
    """Petersen's simulated panel: clustered by firm .0670127 and .0505957 (R sandwich, one-way CR1)."""
    path = SHARED / "known_answers" / "petersen.csv"
    if not path.exists():
        pytest.skip("Petersen's panel is not on this machine")
    data = pd.read_csv(path)
    design, firms = sm.add_constant(data[["x"]]).to_numpy(), data["firm"].to_numpy()
    beta, covariance = cr1(data["y"].to_numpy(), design, np.ones(len(data)), firms)
    assert np.sqrt(np.diag(covariance)) == pytest.approx([0.0670127, 0.0505957], abs=5e-8)
    fitted = sm.WLS(data["y"], design).fit(cov_type="cluster", cov_kwds={"groups": firms}, use_t=True)
    assert fitted.bse.to_numpy() == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-10)
    assert fitted.params.to_numpy() == pytest.approx(beta, rel=1e-10)


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("weighting", ["pooled", "mean_of_municipalities"])
@pytest.mark.parametrize(("cluster", "groups", "level"), [("gm_code", 5, 0.95), ("jeugdregio_code", 3, 0.8)])
def test_intervals_are_those_of_the_formula(contrast: str, weighting: str, cluster: str, groups: int, level: float):
    """CR1 errors over the clusters and a t distribution with one degree of freedom less than there are clusters."""
    values = municipal_values(five.panel(), five.classification(), contrast, CONTRASTS[contrast], "zonder_verblijf")
    active = values["group"].eq("active").to_numpy(float)
    design = np.column_stack([active, 1 - active])
    weights = values["weight"].to_numpy(float) if weighting == "pooled" else np.ones(5)
    beta, covariance = cr1(values["value"].to_numpy(float), design, weights, values[cluster].to_numpy())
    combinations = {"active": [1, 0], "not_active": [0, 1], "difference": [1, -1]}
    estimates = with_inference(cluster, level)
    for term, combination in combinations.items():
        error = np.sqrt(np.array(combination) @ covariance @ combination)
        reach = student.ppf(0.5 + level / 2, groups - 1) * error
        assert value(estimates, contrast, weighting, term, "lower") == pytest.approx(beta @ combination - reach, abs=1e-8)
        assert value(estimates, contrast, weighting, term, "upper") == pytest.approx(beta @ combination + reach, abs=1e-8)
        assert value(estimates, contrast, weighting, term, "clusters") == groups


def test_estimates_say_what_they_are():
    estimates = estimated()
    Estimates.validate(estimates)
    assert set(estimates["form"]) == {"zonder_verblijf"}
    assert set(zip(estimates["contrast"], estimates["unit"], strict=True)) == {
        ("use", "percent"), ("crisis", "percent"), ("reach", "percent"), ("duration", "days"),
    }  # fmt: skip
    assert set(estimates.query("contrast == 'use'")["years"]) == {"2019-2020"}
    assert set(estimates.query("contrast == 'crisis'")["years"]) == {"2020"}
    assert [value(estimates, "use", "pooled", term, "municipalities") for term in ("active", "not_active", "difference")] == [
        2,
        3,
        5,
    ]
    assert [value(estimates, "use", "pooled", term, "weight") for term in ("active", "not_active", "difference")] == [
        400,
        500,
        900,
    ]
    assert set(estimates["left_out"]) == {0}
    assert estimates["contains_team_help"].all()


def test_observations_are_the_municipal_values():
    observations = estimate_contrasts(five.panel(), five.classification(), CONTRASTS, FORMS, Inference())[1]
    Observations.validate(observations)
    use = observations.query("contrast == 'use'").set_index("gm_code")
    assert use["value"].to_dict() == pytest.approx(dict(zip(five.CODES, [-10, -5, 0, 20, -10], strict=True)))
    assert use["weight"].to_dict() == dict(zip(five.CODES, [100, 300, 200, 50, 250], strict=True))


def test_a_municipality_without_figures_or_class_is_left_out_and_counted():
    panel = five.panel()
    panel.loc[panel["gm_code"].eq("GM0005") & panel["year"].eq(2020), "begun_zonder_verblijf"] = np.nan
    estimates = estimated(panel=panel)
    # the change of C and D alone: 260 / 250
    assert value(estimates, "use", "pooled", "not_active") == pytest.approx(4.0)
    assert value(estimates, "use", "pooled", "difference", "left_out") == 1
    assert value(estimates, "duration", "pooled", "difference", "left_out") == 0
    unclassified = five.classification()
    unclassified.loc[4, "group"] = None
    estimates = estimated(classification=unclassified)
    assert value(estimates, "use", "pooled", "not_active") == pytest.approx(4.0)
    assert value(estimates, "use", "pooled", "difference", "left_out") == 0


def test_a_count_of_zero_to_start_from_has_no_change():
    panel = five.panel()
    panel.loc[panel["gm_code"].eq("GM0005") & panel["year"].eq(2019), "begun_zonder_verblijf"] = 0.0
    assert value(estimated(panel=panel), "use", "mean_of_municipalities", "not_active") == pytest.approx(10.0)


def test_a_form_that_the_service_offers_is_estimated_beside_the_other():
    panel = five.panel()
    panel["begun_niet_wijkteam"] = panel["begun_zonder_verblijf"] / 2
    estimates = estimated(panel=panel, contrasts={"use": CONTRASTS["use"]})
    assert list(estimates["form"].unique()) == FORMS
    assert not estimates.query("form == 'niet_wijkteam'")["contains_team_help"].any()


def test_a_contrast_that_cannot_be_estimated_says_what_to_do():
    early = {"crisis": Contrast(kind="share", outcome="begun_crisis", denominator="begun", years=[2018])}
    with pytest.raises(
        WijkanalyseError, match=r"contrasts\.crisis: no form has figures .*2019-2020; crisis starts exist from 2019"
    ):
        estimated(contrasts=early)


def test_a_group_of_one_municipality_is_not_compared():
    alone = five.classification()
    alone.loc[1, "group"] = None
    with pytest.raises(WijkanalyseError, match="at least two active and two not active"):
        estimated(classification=alone)


def test_a_group_within_one_jeugdregio_has_no_error_to_speak_of():
    """Its clustered standard error would be zero, whatever the figures."""
    classification = five.classification().assign(jeugdregio_code=["JZ01", "JZ01", "JZ02", "JZ03", "JZ02"])
    with pytest.raises(WijkanalyseError, match="jeugdregio_code"):
        estimated(classification=classification, inference=Inference(cluster="jeugdregio_code"))
    assert len(estimated(classification=classification)) > 0


def test_an_unknown_outcome_is_named_with_the_nearest():
    with pytest.raises(WijkanalyseError, match=r'begon_zonder_verblijf.*did you mean "begun_zonder_verblijf"'):
        estimated(contrasts={"use": Contrast(kind="change", outcome="begon", denominator=None, years=[2019, 2020])})


def test_every_municipality_counts_once_however_many_years_it_brings():
    panel = five.panel()
    earlier = panel["year"].eq(2019)
    # of 2019 only A is known: 20 of 100 from crisis, beside 9 of 90 in 2020
    panel.loc[earlier & panel["gm_code"].eq("GM0001"), "begun_crisis_zonder_verblijf"] = 20.0
    both_years = {"crisis": Contrast(kind="share", outcome="begun_crisis", denominator="begun", years=[2019, 2020])}
    estimates = estimated(panel=panel, contrasts=both_years)
    # A is the mean of 20 and 10, B is 0
    assert value(estimates, "crisis", "mean_of_municipalities", "active") == pytest.approx(7.5)
    # 29 of 100 + 90 + 285
    assert value(estimates, "crisis", "pooled", "active") == pytest.approx(2900 / 475)
    assert value(estimates, "crisis", "pooled", "active", "municipalities") == 2
    assert value(estimates, "crisis", "pooled", "difference", "clusters") == 5


counts = st.integers(1, 5_000)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(counts, counts, st.booleans()), min_size=4, max_size=30))
def test_pooled_is_the_ratio_of_the_sums_and_the_mean_is_the_plain_mean(rows: list[tuple[int, int, bool]]):
    before, after, active = map(np.array, zip(*rows, strict=True))
    active[:4] = [True, True, False, False]
    values = pd.DataFrame(
        {
            "gm_code": [f"GM{number:04d}" for number in range(len(rows))],
            "group": np.where(active, "active", "not_active"),
            "value": 100 * (after / before - 1),
            "weight": before,
        }
    )
    pooled, plain = (compare_groups(values, name, Inference()).set_index("term")["value"] for name in ("pooled", "mean"))
    for term, mask in (("active", active), ("not_active", ~active)):
        assert pooled[term] == pytest.approx(100 * (after[mask].sum() / before[mask].sum() - 1), rel=1e-9, abs=1e-7)
        assert plain[term] == pytest.approx(values.loc[mask, "value"].mean(), rel=1e-9, abs=1e-7)
