"""What local and national studies found, counted."""

import pandas as pd

from wijkanalyse.evidence.codes import DIRECTIONS, STUDY_DESIGNS, STUDY_SCOPES


def direction_table(local_studies: pd.DataFrame) -> pd.DataFrame:
    """Count studies by scope, design and direction; every design that occurs in a scope has all five directions.

    local_studies: tidy table of that name. Columns: scope (local | national), design, direction (positive | mixed | none |
    negative | unclear), count (studies), is_evidence (False for unclear: its outcome was not visible, so it counts neither
    for nor against the teams). Counts are of studies seen, not of effects: studies differ in size, quality and outcome, and
    a study that found something is easier to find.
    """
    counts = local_studies.groupby(["scope", "design", "direction"]).size()
    present = set(zip(local_studies["scope"], local_studies["design"], strict=True))
    rows = [
        {
            "scope": scope,
            "design": design,
            "direction": direction,
            "count": int(counts.get((scope, design, direction), 0)),
            "is_evidence": direction != "unclear",
        }
        for scope in STUDY_SCOPES
        for design in STUDY_DESIGNS
        if (scope, design) in present
        for direction in DIRECTIONS
    ]
    return pd.DataFrame(rows, columns=["scope", "design", "direction", "count", "is_evidence"])
