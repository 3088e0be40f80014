"""Do small surveys say something else than large ones? The data of a small-study (funnel) plot, and Egger's regression.

Value against 1 / square root of the respondents, and not against the standard error of a proportion: that depends on the
proportion itself, so that a funnel of percentages is skewed without anything being wrong (Hunter e.a. 2014). For grades, whose
standard deviation is taken as one number, the two are the same plot.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa
import statsmodels.api as sm
from pandera.typing.pandas import Series

from wijkanalyse.contracts import Contract
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.synthesis.meta import LEVEL
from wijkanalyse.synthesis.surveys import UNITS

# Sterne e.a. (2011), BMJ 343:d4002: no tests of asymmetry with fewer than ten studies.
FEWEST_ADVISED: Final = 10


class SmallStudies(Contract):
    """Per indicator the regression of value on 1 / square root of the respondents, over the surveys that state them."""

    indicator: Series[str] = pa.Field(isin=list(PUBLISHED_INDICATORS), unique=True, description="what was asked")
    unit: Series[str] = pa.Field(isin=list(UNITS), description="unit of the values")
    k: Series[int] = pa.Field(ge=0, description="surveys that state their respondents")
    intercept: Series[float] = pa.Field(nullable=True, description="value that the line gives for a survey of endless size")
    slope: Series[float] = pa.Field(nullable=True, description="change of the value per 1 / square root of n")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the interval of the slope")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of that")
    p_value: Series[float] = pa.Field(nullable=True, ge=0, le=1, description="of no slope, two-sided")
    is_advised: Series[bool] = pa.Field(description="ten surveys or more: with fewer the test finds nothing, or chance")
    status: Series[str] = pa.Field(description="what the row may be used for")


class Asymmetry(NamedTuple):
    """Egger's regression: intercept and slope on the standard error, the interval of the slope, its t and p."""

    intercept: float
    slope: float
    lower: float
    upper: float
    t_value: float
    p_value: float


_NOT_COMPUTED: Final = Asymmetry(math.nan, math.nan, math.nan, math.nan, math.nan, math.nan)


def egger(effects: np.ndarray, standard_errors: np.ndarray, level: float = LEVEL) -> Asymmetry:
    """Regress effects on their standard errors, weighted with 1/se^2 (Egger e.a. 1997; metafor's ``model="lm"``).

    Needs three studies whose standard errors are not all the same. A slope away from zero says that small studies differ from
    large ones, for whatever reason: selective publication is only one.
    """
    y, se = np.asarray(effects, float), np.asarray(standard_errors, float)
    if len(y) < 3 or np.ptp(se) == 0:
        raise WijkanalyseError(f"Egger's regression needs three studies of different size; found {len(y)}.")
    fit = sm.WLS(y, np.column_stack([np.ones(len(y)), se]), weights=1 / se**2).fit()
    lower, upper = fit.conf_int(alpha=1 - level)[1]
    intercept, slope = (float(value) for value in fit.params)
    return Asymmetry(intercept, slope, float(lower), float(upper), float(fit.tvalues[1]), float(fit.pvalues[1]))


def small_study_data(values: pd.DataFrame) -> pd.DataFrame:
    """Return the points of the plot: one row per survey that states its respondents.

    values: frame as in `surveys.SurveyValues`. Columns: indicator, unit, survey_id, gm_name, population, value, n,
    inverse_root_n.
    """
    rows = values.dropna(subset="n")
    points = rows[["indicator", "unit", "survey_id", "gm_name", "population", "value", "n"]]
    return points.assign(inverse_root_n=1 / np.sqrt(rows["n"].to_numpy("float64"))).reset_index(drop=True)


def small_study_effects(values: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return the regression per indicator, a frame as in `SmallStudies`; values as for `small_study_data`."""
    points = small_study_data(values)
    rows = []
    for name, indicator in PUBLISHED_INDICATORS.items():
        of = points[points["indicator"].eq(name)]
        found = _NOT_COMPUTED
        status = f"not computed: {len(of)} with a number of respondents, three of different size needed"
        if len(of) >= 3 and of["n"].nunique() > 1:
            found = egger(of["value"].to_numpy(), of["inverse_root_n"].to_numpy(), level)
            status = "computed"
            if len(of) < FEWEST_ADVISED:
                status = f"plot only: {len(of)} surveys, no conclusion from fewer than {FEWEST_ADVISED} (Sterne e.a. 2011)"
        rows.append(
            {
                "indicator": name,
                "unit": indicator.unit,
                "k": len(of),
                **{part: getattr(found, part) for part in ("intercept", "slope", "lower", "upper", "p_value")},
                "is_advised": len(of) >= FEWEST_ADVISED,
                "status": status,
            }
        )
    return pd.DataFrame(rows)
