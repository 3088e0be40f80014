"""The rows of a forest plot: every survey with its own interval, and below them what they say together."""

from __future__ import annotations

import math
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series
from scipy.stats import norm

from wijkanalyse.contracts import Contract
from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.frames import rows as records
from wijkanalyse.synthesis.indicators import POOLED, RANDOM, UNWEIGHTED
from wijkanalyse.synthesis.meta import LEVEL
from wijkanalyse.synthesis.proportions import wilson
from wijkanalyse.synthesis.surveys import UNITS, on_scale

SURVEY, PREDICTION, PUBLISHED = "survey", "prediction", "published"
ROWS: Final = (SURVEY, UNWEIGHTED, POOLED, RANDOM, PREDICTION, PUBLISHED)
_LABELS: Final = {
    UNWEIGHTED: "gemiddelde van onderzoeken",
    POOLED: "gewogen naar respondenten",
    RANDOM: "gemiddelde over plaatsen",
    PREDICTION: "waar een andere plaats te verwachten is",
    PUBLISHED: "gepubliceerd door de studie",
}


class Forest(Contract):
    """One row of a forest plot, in the order of drawing within an indicator."""

    indicator: Series[str] = pa.Field(isin=list(PUBLISHED_INDICATORS), description="which plot")
    unit: Series[str] = pa.Field(isin=list(UNITS), description="unit of the values")
    place_in_plot: Series[int] = pa.Field(ge=1, description="row from the top")
    row: Series[str] = pa.Field(
        isin=list(ROWS), description="a survey, a mean, the prediction interval, or the published figure"
    )
    label_nl: Series[str] = pa.Field(description="Dutch text at the row")
    survey_id: Series[str] = pa.Field(nullable=True, description="survey; empty for the other rows")
    population: Series[str] = pa.Field(nullable=True, description="clients of what; empty for the other rows")
    value: Series[float] = pa.Field(nullable=True, description="point; empty for the prediction interval")
    lower: Series[float] = pa.Field(nullable=True, description="lower end; surveys: empty where n is not stated")
    upper: Series[float] = pa.Field(nullable=True, description="upper end")
    n: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="respondents: stated, summed, or printed by the study")
    k: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="surveys in a mean")


def forest_rows(values: pd.DataFrame, estimates: pd.DataFrame, grade_sd: float, level: float = LEVEL) -> pd.DataFrame:
    """Return the rows of all forest plots; a frame as in `Forest`.

    values: frame as in `surveys.SurveyValues`; estimates: as in `indicators.ClientEstimates` (its main rows are drawn). The
    interval of a survey is Wilson's for a percentage and normal with `grade_sd` for a grade: that of its own respondents as a
    random sample, which they rarely are. Surveys go from the highest value to the lowest.
    """
    main = {(row.indicator, row.estimator): row for row in records(estimates[estimates["is_base"]])}
    found: list[dict[str, Any]] = []
    for name, indicator in PUBLISHED_INDICATORS.items():
        surveys = values[values["indicator"].eq(name)].sort_values(["value", "survey_id"], ascending=[False, True])
        rows: list[dict[str, Any]] = [_survey(row, grade_sd, level) for row in records(surveys)]
        for estimator in (UNWEIGHTED, POOLED, RANDOM):
            mean = main[name, estimator]
            rows.append({"row": estimator, **{field: getattr(mean, field) for field in ("value", "lower", "upper", "n", "k")}})
        rows += [
            {"row": PREDICTION, "lower": mean.prediction_lower, "upper": mean.prediction_upper},
            {"row": PUBLISHED, "value": mean.published, "n": mean.published_n},
        ]
        found += [
            {"indicator": name, "unit": indicator.unit, "place_in_plot": place, "label_nl": _LABELS.get(row["row"]), **row}
            for place, row in enumerate(rows, start=1)
        ]
    frame = pd.DataFrame(found, columns=list(Forest.to_schema().columns))
    return frame.astype({"value": float, "lower": float, "upper": float, "n": "Int64", "k": "Int64"})


def _survey(row: Any, grade_sd: float, level: float) -> dict[str, Any]:
    lower = upper = math.nan
    if not pd.isna(row.n) and row.unit == "percent":
        lower, upper = wilson(row.value / 100 * row.n, row.n, level)
    elif not pd.isna(row.n):
        half = float(norm.ppf(0.5 + level / 2)) * grade_sd / math.sqrt(row.n)
        lower, upper = on_scale(row.value - half, row.value + half, row.unit)
    year = "" if pd.isna(row.year) else f" {row.year}"
    return {
        "row": SURVEY,
        "label_nl": f"{row.gm_name}{year}, {row.population}",
        "survey_id": row.survey_id,
        "population": row.population,
        "value": row.value,
        "lower": lower,
        "upper": upper,
        "n": row.n,
    }
