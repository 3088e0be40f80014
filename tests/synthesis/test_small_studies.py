"""Small against large studies."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress, t

from tests.synthesis.made_up import surveys
from tests.synthesis.test_meta import EFFECT, VARIANCE
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.synthesis.small_studies import SmallStudies, egger, small_study_data, small_study_effects
from wijkanalyse.synthesis.surveys import survey_values


def test_bcg_as_egger_wrote_it_down():
    # Egger e.a. 1997 regress effect / se on 1 / se, unweighted: their intercept is the slope here, with the same t and p
    se = np.sqrt(VARIANCE)
    found, theirs = egger(EFFECT, se), linregress(1 / se, EFFECT / se)
    assert (found.slope, found.intercept) == pytest.approx((theirs.intercept, theirs.slope))
    assert found.t_value == pytest.approx(theirs.intercept / theirs.intercept_stderr)
    assert found.p_value == pytest.approx(2 * t.sf(abs(found.t_value), len(se) - 2))
    assert (found.t_value, found.p_value) == pytest.approx((-1.4013, 0.1887), abs=5e-5)


def test_a_line_is_found_as_it_is():
    se = np.array([0.1, 0.2, 0.4, 0.8])
    found = egger(2 + 3 * se, se)
    assert (found.intercept, found.slope) == pytest.approx((2, 3))


def test_studies_of_one_size_have_no_line():
    with pytest.raises(WijkanalyseError, match="three studies of different size"):
        egger(np.array([1.0, 2.0, 3.0]), np.ones(3))


def test_few_surveys_give_a_plot_and_no_conclusion():
    frame = surveys({"value": 70, "n": 25}, {"value": 80, "n": 100}, {"value": 81, "n": 400}, {"value": 60})
    values = survey_values(frame)
    points = small_study_data(values)
    assert points["inverse_root_n"].tolist() == [0.2, 0.1, 0.05]
    table = small_study_effects(values)
    SmallStudies.validate(table)
    row = table.set_index("indicator").loc["regie"]
    assert (row["k"], row["is_advised"]) == (3, False)
    assert row["slope"] < 0
    assert row["status"].startswith("plot only: 3 surveys")
    none = table.set_index("indicator").loc["passend"]
    assert pd.isna(none["slope"])
    assert none["status"].startswith("not computed: 0")


def test_ten_surveys_of_different_size_are_enough():
    values = survey_values(surveys(*({"value": 70 + place % 4, "n": 100 + 10 * place} for place in range(10))))
    row = small_study_effects(values).set_index("indicator").loc["regie"]
    assert row["is_advised"]
    assert row["lower"] < row["slope"] < row["upper"]
    assert row["status"] == "computed"
