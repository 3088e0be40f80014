"""The joint test on made-up countries: counted as it should be, whatever the chunks, and it finds what is planted."""

from __future__ import annotations

import pandas as pd

from tests.small_world import ROOT
from wijkanalyse.effects.multiverse.declaration import read_declaration
from wijkanalyse.validation.joint_test import CountryTests, rejections, run_joint_tests
from wijkanalyse.validation.joint_test_table import as_markdown
from wijkanalyse.validation.scenarios import SCENARIOS
from wijkanalyse.validation.studies import read_studies

DECLARATION = read_declaration(ROOT / "config" / "multiverse.yaml")


def test_a_planted_effect_on_use_is_found_and_chunks_change_nothing():
    """In a country where specialised use falls by 10 % from 2021 to 2025, on the side that is not mechanical."""
    both = run_joint_tests(DECLARATION, SCENARIOS["use"], range(2), seed=2022, specifications=30, permutations=39)
    second = run_joint_tests(DECLARATION, SCENARIOS["use"], range(1, 2), seed=2022, specifications=30, permutations=39)
    pd.testing.assert_frame_equal(both[both["replication"].eq(1)].reset_index(drop=True), second, check_exact=True)
    fair = both[both["contrast"].eq("use") & both["side"].eq("not_mechanical") & both["statistic"].eq("median_statistic")]
    assert (fair["observed"] < 0).all()
    assert fair["p"].min() <= 0.05
    assert both["specifications"].max() <= 30


def test_rejections_are_counted_at_five_per_cent():
    values = [0.05, 0.2, 0.005, None]
    tested = pd.DataFrame(
        {
            "scenario": "zero",
            "replication": range(4),
            "contrast": "use",
            "side": "not_mechanical",
            "statistic": "median_statistic",
            "observed": 1.0,
            "p": values,
            "permutations": 199,
            "specifications": 150,
        }
    )
    found = rejections(pd.DataFrame(CountryTests.validate(tested))).iloc[0]
    assert (found["replications"], found["rejection"]) == (3, 2 / 3)


def test_the_mechanical_side_is_told_apart_and_not_judged():
    sides = ("not_mechanical", "mechanical")
    summary = pd.DataFrame(
        {
            "scenario": "zero",
            "contrast": "use",
            "side": sides,
            "statistic": "median_statistic",
            "replications": 600,
            "specifications": 150.0,
            "observed": 0.0,
            "rejection": [0.2, 1.0],
            "rejection_error": [0.016, 0.0],
        }
    )
    study = read_studies(ROOT / "config" / "validation.yaml").joint_test
    fair, _, mechanical = as_markdown(summary, study).partition("## Specifications that are mechanical")
    assert "| zero | use | 150 | **20.0 ± 1.6** |" in fair
    assert "| zero | use | 150 | 100.0 ± 0.0 |" in mechanical
