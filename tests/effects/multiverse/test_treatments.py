"""Active or not: as the classification of the run says, and by hand where a share of several years counts."""

import numpy as np
import pandas as pd
import pytest

from tests.effects.multiverse.country import panel
from wijkanalyse.classification import classify
from wijkanalyse.config import Classification
from wijkanalyse.effects.multiverse.declaration import Persistence
from wijkanalyse.effects.multiverse.figures import make_figures
from wijkanalyse.effects.multiverse.treatments import Classifier

WIDE, LONG = panel()
SHARE = ("trajectories_wijkteam", ("trajectories_zonder_verblijf",))
TOGETHER = Persistence(label="x", defence="x", rule="together")


@pytest.mark.parametrize(
    ("measure", "denominator", "years", "threshold", "minimum"),
    [
        ("trajectories", ["zonder_verblijf"], (2020,), 5.0, 50),
        ("trajectories", ["wijkteam", "ambulant_locatie"], (2017, 2018, 2019), 7.5, 500),
        ("youths", ["zonder_verblijf", "met_verblijf"], (2023, 2024), 2.0, 0),
    ],
)
def test_is_what_the_classification_of_the_run_says(
    measure: str, denominator: list[str], years: tuple[int, ...], threshold: float, minimum: int
) -> None:
    choices = Classification(
        measure=measure,
        denominator=denominator,
        years=list(years),
        threshold_pct=threshold,
        minimum_count=minimum,  # type: ignore[arg-type]
    )
    expected = classify(WIDE, LONG, choices)["group"].map({"active": 1, "not_active": 0}).fillna(-1)
    variables = (f"{measure}_wijkteam", tuple(f"{measure}_{form}" for form in denominator))
    classifier = Classifier(make_figures({None: (WIDE, LONG)}))
    found = classifier.classify(None, variables, "filled", years, TOGETHER, threshold, minimum)
    assert found.tolist() == expected.tolist()
    assert 0 < (found == 1).sum() < len(found)


def by_hand(shares: dict[str, list[float]], since: int) -> Classifier:
    """Municipalities with these numbers of team trajectories out of a hundred, year by year."""
    wide, long = [], []
    for code, values in shares.items():
        for year, value in enumerate(values, since):
            wide.append(
                {"gm_code": code, "gm_name": code, "year": year, "province_code": "P", "jeugdregio_code": "J", "source": "x"}
            )
            long.append({"gm_code": code, "year": year, "variable": SHARE[0], "value": value, "suppressed": np.isnan(value)})
            long.append({"gm_code": code, "year": year, "variable": SHARE[1][0], "value": 100.0, "suppressed": 0})
    frame = pd.DataFrame(long)
    return Classifier(make_figures({None: (pd.DataFrame(wide), frame.assign(low=frame["value"], high=frame["value"]))}))


def test_exactly_the_threshold_is_not_above_it() -> None:
    classifier = by_hand({"A": [5.0], "B": [6.0]}, 2020)
    assert classifier.classify(None, SHARE, "filled", (2020,), TOGETHER, 5.0, 0).tolist() == [0, 1]


def test_every_year_asks_more_than_the_years_together() -> None:
    classifier = by_hand({"steady": [6.0, 6.0], "once": [20.0, 1.0], "unknown": [6.0, np.nan]}, 2017)
    every_year = TOGETHER.model_copy(update={"rule": "every_year"})
    # in the order of the codes: once, steady, unknown
    assert classifier.classify(None, SHARE, "filled", (2017, 2018), TOGETHER, 5.0, 0).tolist() == [1, 1, -1]
    assert classifier.classify(None, SHARE, "filled", (2017, 2018), every_year, 5.0, 0).tolist() == [0, 1, -1]


def test_hysteresis_holds_on_until_well_below_the_threshold_and_forgets_at_the_break() -> None:
    classifier = by_hand(
        {
            "dips": [6.0, 4.5, 4.5, 1.0],
            "falls": [6.0, 3.9, 4.5, 9.0],
            "never": [4.5, 4.5, 4.9, 4.5],
            "gap": [6.0, np.nan, 4.5, 4.5],
        },
        2018,
    )
    rule = TOGETHER.model_copy(update={"rule": "hysteresis", "leave_at": 0.8})

    def in_(year: int) -> list[int]:
        return classifier.classify(None, SHARE, "filled", (year,), rule, 5.0, 0).tolist()

    # in the order of the codes: dips, falls, gap, never
    assert in_(2018) == [1, 1, 1, 0]
    assert in_(2020) == [1, 0, 1, 0]
    # 2021 begins the second series: only its own share counts
    assert in_(2021) == [0, 1, 0, 0]


def test_suppressed_cells_count_for_what_the_reading_says() -> None:
    frame = pd.DataFrame(
        {
            "gm_code": "A", "year": 2020, "variable": [SHARE[0], SHARE[1][0]], "value": [3.5, 60.0], "low": [0.0, 57.5],
            "high": [7.0, 62.5], "suppressed": [1, 0],
        }
    )  # fmt: skip
    people = {"gm_code": ["A"], "gm_name": "A", "year": 2020, "province_code": "P", "jeugdregio_code": "J", "source": "x"}
    classifier = Classifier(make_figures({None: (pd.DataFrame(people), frame)}))
    found = {
        cells: classifier.classify(None, SHARE, cells, (2020,), TOGETHER, 5.0, 0)[0]
        for cells in ("low", "filled", "high", "complete")
    }
    # 3.5 of 60 is 5.8 %; the rounding of a printed figure is left as it is
    assert found == {"low": 0, "filled": 1, "high": 1, "complete": -1}
