"""What clients say where the team is active and where it is not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.synthesis.made_up import surveys
from wijkanalyse.synthesis.activity import Activity, satisfaction_by_activity
from wijkanalyse.synthesis.surveys import survey_values


def classification(**groups: str | None) -> pd.DataFrame:
    return pd.DataFrame({"gm_code": list(groups), "group": list(groups.values()), "source": "VOORBEELDCIJFERS"})


def compared(classified, *rows, **options):
    table = satisfaction_by_activity(survey_values(surveys(*rows)), classified, **options)
    Activity.validate(table)
    return table.set_index(["indicator", "subset"])


GROUPS = classification(
    **dict.fromkeys(["GM0001", "GM0002", "GM0003"], "active"),
    **dict.fromkeys(["GM0004", "GM0005", "GM0006"], "not_active"),
    GM0007=None,
)


def test_means_and_difference_by_hand():
    values = {"GM0001": 80, "GM0002": 84, "GM0003": 88, "GM0004": 70, "GM0005": 75, "GM0006": 74}
    table = compared(GROUPS, *({"gm_code": code, "value": value} for code, value in values.items()))
    row = table.loc["regie", "all"]
    assert (row["mean_active"], row["mean_not_active"]) == (84, 73)
    expected = stats.ttest_ind([80, 84, 88], [70, 75, 74], equal_var=False).confidence_interval(0.95)
    assert (row["lower"], row["upper"]) == pytest.approx((expected.low, expected.high))
    assert row["source"] == "VOORBEELDCIJFERS"


def test_every_place_counts_once():
    rows = [{"gm_code": "GM0001", "value": value, "year": year} for value, year in ((60, 2019), (80, 2020))]
    row = compared(GROUPS, *rows, {"gm_code": "GM0002", "value": 90}, {"gm_code": "GM0004", "value": 70}).loc["regie", "all"]
    assert (row["k_active"], row["places_active"], row["mean_active"]) == (3, 2, 80)


def test_too_few_places_have_means_and_a_reason():
    row = compared(GROUPS, {"gm_code": "GM0001", "value": 80}, {"gm_code": "GM0004", "value": 70}).loc["regie", "all"]
    assert row["difference"] == 10
    assert pd.isna(row["lower"])
    assert row["status"] == "no interval: 1 active and 1 other municipalities, 3 of each needed"


def test_regions_and_unclassified_places_are_counted_and_left_out():
    row = compared(GROUPS, {"gm_code": None}, {"gm_code": "GM0007"}, {"gm_code": "GM0001"}).loc["regie", "all"]
    assert (row["k_active"], row["k_not_active"], row["k_unclassified"]) == (1, 0, 2)
    assert pd.isna(row["difference"])


def test_a_merged_municipality_counts_as_what_it_went_over_into():
    # Brielle (GM0501) went over into Voorne aan Zee (GM1992) on 1 January 2023.
    row = compared(classification(GM1992="active"), {"gm_code": "GM0501", "value": 80}).loc["regie", "all"]
    assert (row["k_active"], row["mean_active"]) == (1, 80)


def test_only_the_surveys_of_a_population():
    table = compared(GROUPS, {"gm_code": "GM0001", "population": "jeugd"}, {"gm_code": "GM0002", "population": "wmo"})
    assert table.loc[("regie", "all"), "k_active"] == 2
    assert table.loc[("regie", "jeugd"), "k_active"] == 1
    assert table.loc[("regie", "wijkteam"), "k_active"] == 0


def test_places_that_do_not_differ_give_no_interval():
    rows = [{"gm_code": f"GM000{place}", "value": 80} for place in range(1, 7)]
    row = compared(GROUPS, *rows).loc["regie", "all"]
    assert row["difference"] == 0
    assert np.isnan(row["lower"])
    assert row["status"] == "no interval: the municipalities of a group do not differ"
