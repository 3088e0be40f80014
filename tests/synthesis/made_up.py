"""Made-up client surveys for the tests of the synthesis."""

from typing import Any

import pandas as pd

from wijkanalyse.evidence.codes import INDICATORS, PUBLISHED_INDICATORS

PUBLISHED = pd.DataFrame(
    {
        "section": "toegevoegde_waarde",
        "indicator": list(PUBLISHED_INDICATORS),
        "source": "study-slides",
        "value": pd.array([7.7, 75, 80, 79, 72, 81, 76, 67], dtype="Float64"),
        "n": pd.array([9892, 5146, 7547, 3621, 6338, 4644, 5780, 5357], dtype="Int64"),
    }
)


def surveys(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return tidy client surveys; a row says what differs from an exact `regie` of all clients."""
    full = []
    for place, row in enumerate(rows):
        base: dict[str, Any] = {
            "survey_id": f"S{place}", "organisation": "team", "gm_name": f"place {place}", "gm_code": None, "year": 2020,
            "population": "wijkteam", "indicator": "regie", "value": 80.0, "precision": "exact", "n": None,
            "n_survey": None, "subgroup": "all", "respondent_type": "clients", "url": f"https://example.nl/{place}",
        }  # fmt: skip
        base |= row
        base.setdefault("unit", INDICATORS[base["indicator"]].unit)
        base.setdefault("n_basis", "not_stated" if base["n"] is None else "exact")
        full.append(base)
    return pd.DataFrame(full).astype({"value": "Float64", "n": "Int64", "n_survey": "Int64", "year": "Int64"})
