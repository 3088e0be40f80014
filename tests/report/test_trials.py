"""What the estimators find in made-up countries, as claims: from the stored study, and without it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.small_world import ROOT
from wijkanalyse.report.claims.trials import RECOVERY, made_up_countries, read_recovery

PRIMARY = ["use_change", "duration_within", "crisis_share"]


def recovery() -> pd.DataFrame:
    columns = ["scenario", "estimator", "question", "unit", "replications", "mean", "rejection"]
    rows = [
        ("zero", "published", "published_duration_zonder_verblijf", "days", 200, -56.4, 0.995),
        ("zero", "published", "published_crisis_zonder_verblijf", "percentage points", 200, -1.75, 0.935),
        *(
            ("zero", "primary", name, "log ratio", 200, 0.0, share)
            for name, share in zip(PRIMARY, (0.055, 0.03, 0.02), strict=True)
        ),
        ("reclassification", "primary", "use_change", "log ratio", 200, -0.08, 0.94),
    ]
    return pd.DataFrame(rows, columns=columns)


def texts(found: pd.DataFrame) -> dict[str, str]:
    return {claim.id: claim.text for claim in made_up_countries(found, PRIMARY)}


def test_wrong_findings_are_told_of_both_ways_of_comparing() -> None:
    assert texts(recovery()) == {
        "trial.duration.mean": "\N{MINUS SIGN}56\u00a0dagen",
        "trial.duration.rejects": "99,5%",
        "trial.crisis.mean": "\N{MINUS SIGN}1,75\u00a0procentpunt",
        "trial.crisis.rejects": "93,5%",
        "trial.use_change.rejects": "5,5%",
        "trial.duration_within.rejects": "3,0%",
        "trial.crisis_share.rejects": "2,0%",
        "trial.primary": "niet vaker dan een interval toelaat",
        "trial.relabelled.rejects": "94,0%",
        "trial.countries": "200",
    }


def test_more_wrong_findings_than_chance_explains_are_said_to_be_so() -> None:
    worse = recovery()
    worse.loc[worse["question"].eq("crisis_share"), "rejection"] = 0.1
    assert texts(worse)["trial.primary"] == "vaker dan een interval toelaat"


def test_without_the_stored_study_the_report_says_that_there_is_no_number(tmp_path: Path) -> None:
    found = texts(read_recovery(tmp_path / "recovery.csv"))
    assert found.pop("trial.primary") == "niet te zeggen"
    assert set(found.values()) == {"niet te berekenen"}


def test_the_stored_study_answers_every_claim() -> None:
    found = texts(read_recovery(ROOT / RECOVERY))
    assert "niet te berekenen" not in found.values()
    assert found["trial.countries"] == "200"
