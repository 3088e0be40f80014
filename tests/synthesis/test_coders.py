"""Two coders: consensus, agreement per theme, and the list of what they differ on."""

import pandas as pd
import pytest

from tests.synthesis.test_themes import reports
from wijkanalyse.config import Evidence
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence.codes import SOURCE_LEVELS, THEMES
from wijkanalyse.synthesis.coders import Agreement, Disagreements, coder_agreement, coder_disagreements
from wijkanalyse.synthesis.themes import CONSENSUS, Themes, all_themes, coded_reports

PUBLISHED = pd.DataFrame(
    {"indicator": ["preventie"], "source": ["study-slides"], "value": pd.array([50], "Float64"), "wording": ["circa 50%"]}
)


def first(*codes):
    frame = reports(*({"preventie": code} for code in codes))
    return frame.assign(delivers_help="yes", url="https://example.nl")


def second(**codes):
    rows = [{"report_id": name, "coder": "B", "delivers_help": "yes"} | dict.fromkeys(THEMES, 0) | {"preventie": code}
            for name, code in codes.items()]  # fmt: skip
    return pd.DataFrame(rows).astype(dict.fromkeys(THEMES, "Int64"))


@pytest.mark.parametrize(
    ("rule", "expected"), [("first", [1, 1, 0, 0, 1]), ("second", [1, 0, 1, 0, 1]), ("both", [1, 0, 0, 0, 1]),
                           ("either", [1, 1, 1, 0, 1])],
)  # fmt: skip
def test_consensus(rule, expected):
    """Four reports with two coders, and a fifth that keeps the only code it has."""
    coded = coded_reports(first(1, 1, 0, 0, 1), second(AR1=1, AR2=0, AR3=1, AR4=0), rule)
    assert coded["preventie"].tolist() == expected
    assert coded["two_coders"].tolist() == [True] * 4 + [False]


def test_consensus_of_an_unknown_rule_or_report():
    with pytest.raises(WijkanalyseError, match='Unknown consensus "eiter"; did you mean "either"'):
        coded_reports(first(1), second(AR1=1), "eiter")
    with pytest.raises(WijkanalyseError, match=r"AR9, which annual_reports\.csv does not have"):
        coded_reports(first(1), second(AR9=1), "first")


def test_prevalence_under_every_rule_and_level():
    table = all_themes(first(1, 1, 0, 0), second(AR1=1, AR2=0, AR3=1), PUBLISHED, Evidence(consensus="either"))
    Themes.validate(table)
    rows = table[table["theme"].eq("preventie") & table["source_level"].eq("team_report")].set_index("consensus")
    assert rows["seen"].to_dict() == {"first": 2, "second": 2, "both": 1, "either": 3}
    assert set(rows["n_two_coders"]) == {3}
    assert table[table["is_base"]][["source_level", "consensus"]].drop_duplicates().to_numpy().tolist() == [
        ["team_report", "either"]
    ]
    assert len(table) == len(CONSENSUS) * len(SOURCE_LEVELS) * len(THEMES)
    assert (rows["lower"] <= rows["share_pct"]).all()


def test_agreement_by_hand():
    # 10 reports: both 1 four times, both 0 four times, once each way: agreement 0.8, by chance 0.5, kappa 0.6
    codes = [1] * 5 + [0] * 5
    other = {f"AR{place + 1}": code for place, code in enumerate([1, 1, 1, 1, 0, 0, 0, 0, 0, 1])}
    table = coder_agreement(first(*codes), second(**other), draws=500, seed=1)
    Agreement.validate(table)
    row = table.set_index("item").loc["preventie"]
    assert (row["n"], row["first_seen"], row["second_seen"], row["both_seen"], row["disagreements"]) == (10, 5, 5, 4, 2)
    assert row["agreement_pct"] == 80
    assert row["kappa"] == pytest.approx(0.6)
    # alpha = 1 - (N - 1) x disagreements / pairs: 1 - 19 x 4 / (2 x 10 x 10)
    assert row["alpha"] == pytest.approx(1 - 19 * 4 / 200)
    assert row["ac1"] == pytest.approx(0.6)
    assert row["alpha_lower"] <= row["alpha"] <= row["alpha_upper"]


def test_a_theme_that_nobody_saw_has_no_kappa():
    table = coder_agreement(first(1, 0, 1), second(AR1=1, AR2=0, AR3=0), draws=200, seed=1).set_index("item")
    assert pd.isna(table.loc["netwerk", "kappa"])
    assert table.loc["netwerk", "agreement_pct"] == 100
    assert table.loc["netwerk", "status"] == "neither coder saw it"
    assert "rest on these" in table.loc["preventie", "status"]


def test_all_themes_together_are_all_decisions():
    table = coder_agreement(first(1, 0, 1), second(AR1=1, AR2=0, AR3=0), draws=200, seed=1).set_index("item")
    together, single = table.loc["all_themes"], table.loc[list(THEMES)]
    assert (together["n"], together["reports"]) == (3 * len(THEMES), 3)
    for count in ("first_seen", "second_seen", "both_seen", "disagreements"):
        assert together[count] == single[count].sum()


def test_the_same_seed_gives_the_same_interval_whatever_the_order_of_the_files():
    one, other = first(1, 0, 1, 1, 0), second(AR1=1, AR2=0, AR3=0, AR4=1, AR5=0)
    shuffled = coder_agreement(one[::-1], other.sample(frac=1, random_state=2), 300, seed=5)
    pd.testing.assert_frame_equal(coder_agreement(one, other, 300, seed=5), shuffled)


def test_the_list_for_the_adjudicator():
    one, other = first(1, 0, 1), second(AR1=1, AR2=1, AR3=0)
    other.loc[other["report_id"].eq("AR1"), "delivers_help"] = "unclear"
    table = coder_disagreements(one, other, Evidence(consensus="both"))
    Disagreements.validate(table)
    assert table[["report_id", "item", "first", "second", "consensus"]].to_numpy().tolist() == [
        ["AR1", "delivers_help", "yes", "unclear", "yes"],
        ["AR2", "preventie", "0", "1", "0"],
        ["AR3", "preventie", "1", "0", "0"],
    ]
    assert coder_disagreements(one, second(AR1=1, AR2=0), Evidence()).empty
