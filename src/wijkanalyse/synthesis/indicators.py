"""Every defensible way to pool the client surveys, in one long table.

The choices, crossed with each other: which surveys (all, only of wijkteams, only of youth help), how exactly a figure must be
stated, what stands in for a missing number of respondents, which standard deviation a grade has, and how the mean is taken:

- `pooled`: weighted by respondents, interval cluster-robust. Answers "of all these clients together".
- `unweighted`: each survey counts once, the same interval.
- `random_effects`: the mean of the distribution that the places come from, one value per place (its surveys together,
  weighted by respondents), because surveys of one place are not independent. Percentages: logit GLMM; grades: REML with the
  modified Knapp-Hartung interval. Its prediction interval says where one further place is to be expected.
- `random_effects_by_survey`: the same with every survey as if it were a place of its own.

The surveys are a collection of this project, not those of the study; that a published figure lies in an interval says
that the two do not contradict each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series
from scipy.special import expit

from wijkanalyse.config import Evidence
from wijkanalyse.contracts import Contract
from wijkanalyse.evidence.codes import PRECISIONS, PUBLISHED_INDICATORS
from wijkanalyse.synthesis.logit_glmm import logit_glmm
from wijkanalyse.synthesis.meta import LEVEL, Pooled, random_effects
from wijkanalyse.synthesis.surveys import UNITS, on_scale, published_figure, survey_values, weighted_mean

SUBSETS: Final = {"all": None, "wijkteam": "wijkteam", "jeugd": "jeugd"}
LEFT_OUT, NOT_USED = "left_out", "not_used"
MISSING_N: Final = (LEFT_OUT, "small", "median", "large")
POOLED, UNWEIGHTED, RANDOM, RANDOM_BY_SURVEY = "pooled", "unweighted", "random_effects", "random_effects_by_survey"
ESTIMATORS: Final = (POOLED, UNWEIGHTED, RANDOM, RANDOM_BY_SURVEY)
_PRECISIONS: Final[tuple[tuple[str, ...], ...]] = (("exact",), ("exact", "approx"), PRECISIONS)
_NOTHING: Final = dict.fromkeys(
    ("value", "lower", "upper", "prediction_lower", "prediction_upper", "tau2", "tau2_lower", "tau2_upper", "i2_pct"), math.nan
)


class ClientEstimates(Contract):
    """One row per indicator and set of choices.

    Values in `unit`; tau2 in squared logits for percentages and in squared grade points for grades.
    """

    indicator: Series[str] = pa.Field(isin=list(PUBLISHED_INDICATORS), description="what was asked")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    unit: Series[str] = pa.Field(isin=list(UNITS), description="unit of the values")
    subset: Series[str] = pa.Field(isin=list(SUBSETS), description="which surveys: all chosen populations, or one of them")
    precision: Series[str] = pa.Field(
        description="how exactly a figure is stated to count, joined by +; bounds count as they are"
    )
    missing_n: Series[str] = pa.Field(
        isin=[*MISSING_N, NOT_USED], description="surveys without a number of respondents: left out, or the number filled in"
    )
    grade_sd: Series[float] = pa.Field(nullable=True, description="standard deviation taken for grades; empty where not used")
    estimator: Series[str] = pa.Field(isin=list(ESTIMATORS), description="how the mean is taken")
    is_base: Series[bool] = pa.Field(description="the choices of the configuration: the main row of its estimator")
    value: Series[float] = pa.Field(nullable=True, description="the mean (random effects, percent: of a typical place)")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of its interval")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of its interval")
    prediction_lower: Series[float] = pa.Field(nullable=True, description="lower end of where one further place lies")
    prediction_upper: Series[float] = pa.Field(nullable=True, description="upper end of that")
    tau2: Series[float] = pa.Field(nullable=True, ge=0, description="variance between places")
    tau2_lower: Series[float] = pa.Field(nullable=True, ge=0, description="lower end of its interval (Q-profile)")
    tau2_upper: Series[float] = pa.Field(nullable=True, ge=0, description="upper end of that")
    i2_pct: Series[float] = pa.Field(nullable=True, ge=0, le=100, description="share of the variance that is between places")
    k: Series[int] = pa.Field(ge=0, description="surveys in the estimate")
    places: Series[int] = pa.Field(ge=0, description="places in the estimate")
    k_with_n: Series[int] = pa.Field(ge=0, description="surveys in the estimate that state their respondents")
    n: Series[int] = pa.Field(ge=0, description="sum of the stated respondents")
    left_out_low: Series[float] = pa.Field(nullable=True, description="lowest value when one survey is left out (main rows)")
    left_out_high: Series[float] = pa.Field(nullable=True, description="highest value when one survey is left out")
    published: Series[float] = pa.Field(description="figure of the study (slides)")
    published_n: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="respondents as the study prints them")
    published_in_interval: Series[pd.BooleanDtype] = pa.Field(nullable=True, description="published within lower-upper")
    published_in_prediction: Series[pd.BooleanDtype] = pa.Field(
        nullable=True, description="published within the prediction interval"
    )
    status: Series[str] = pa.Field(description="why something is empty, or how it was computed")


class LeaveOneOut(Contract):
    """The main estimates with one survey left out at a time."""

    indicator: Series[str] = pa.Field(isin=list(PUBLISHED_INDICATORS), description="what was asked")
    unit: Series[str] = pa.Field(isin=list(UNITS), description="unit of value")
    estimator: Series[str] = pa.Field(isin=list(ESTIMATORS), description="how the mean is taken")
    survey_id: Series[str] = pa.Field(description="survey that is left out")
    value: Series[float] = pa.Field(nullable=True, description="the mean of the others")
    shift: Series[float] = pa.Field(nullable=True, description="that minus the mean of all")


class _Choice(NamedTuple):
    subset: str
    precision: tuple[str, ...]
    missing_n: str
    grade_sd: float
    estimator: str


@dataclass(frozen=True)
class _Settings:
    choices: Evidence
    level: float
    filled_in: Mapping[str, int]
    fitted: dict[tuple[bytes, bytes, float | None], Pooled] = field(default_factory=dict)


@dataclass(frozen=True)
class _Values:
    """The values of some surveys as arrays: thousands of estimates from frames would take the longest of all."""

    survey: np.ndarray
    place: np.ndarray
    value: np.ndarray
    n: np.ndarray  # NaN where not stated
    has_n: np.ndarray

    def only(self, mask: np.ndarray) -> _Values:
        return _Values(self.survey[mask], self.place[mask], self.value[mask], self.n[mask], self.has_n[mask])


def estimate_indicators(
    surveys: pd.DataFrame, published: pd.DataFrame, choices: Evidence, level: float = LEVEL
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (`ClientEstimates`, `LeaveOneOut`) for each published client indicator.

    surveys: tidy `client_surveys`; published: tidy `published_figures`. For the one value per survey see
    `surveys.survey_values`.
    """
    precisions: list[tuple[str, ...]] = list(dict.fromkeys([tuple(choices.precision), *_PRECISIONS]))
    by_precision = {
        precision: survey_values(surveys, populations=choices.populations, include_precision=precision)
        for precision in precisions
    }
    settings = _Settings(choices, level, fill_in_numbers(by_precision[PRECISIONS], choices))
    estimates, left_out = [], []
    for name, indicator in PUBLISHED_INDICATORS.items():
        figure, figure_n = published_figure(published, name)
        groups = {
            (subset, precision): _as_arrays(values, name, population)
            for precision, values in by_precision.items()
            for subset, population in SUBSETS.items()
        }
        for choice in _all_choices(name, precisions, choices):
            values = groups[choice.subset, choice.precision]
            row = _estimate(values, choice, indicator.unit, settings)
            is_base = _is_base(choice, choices)
            without = _leave_one_out(values, choice, indicator.unit, settings) if is_base else {}
            left_out += [
                {
                    "indicator": name,
                    "unit": indicator.unit,
                    "estimator": choice.estimator,
                    "survey_id": survey,
                    "value": value,
                    "shift": value - row["value"],
                }
                for survey, value in without.items()
            ]
            known = [value for value in without.values() if not math.isnan(value)]
            estimates.append(
                {
                    "indicator": name,
                    "label_nl": indicator.label_nl,
                    "unit": indicator.unit,
                    **choice._asdict(),
                    "precision": "+".join(choice.precision),
                    "is_base": is_base,
                    **row,
                    "left_out_low": min(known, default=math.nan),
                    "left_out_high": max(known, default=math.nan),
                    "published": figure,
                    "published_n": figure_n,
                    "published_in_interval": _within(figure, row["lower"], row["upper"]),
                    "published_in_prediction": _within(figure, row["prediction_lower"], row["prediction_upper"]),
                }
            )
    frame = pd.DataFrame(estimates).astype(
        {"published_n": "Int64", "published_in_interval": "boolean", "published_in_prediction": "boolean"}
    )
    others = pd.DataFrame(left_out, columns=list(LeaveOneOut.to_schema().columns))
    return frame[list(ClientEstimates.to_schema().columns)], others


def fill_in_numbers(values: pd.DataFrame, choices: Evidence) -> dict[str, int]:
    """Return what stands in for a missing number of respondents: small, median and large.

    values: frame as in `surveys.SurveyValues`. Quantiles (`choices.missing_n_quantiles`) of the numbers that surveys state,
    one per survey. Empty where none does.
    """
    stated = values.dropna(subset="n").groupby("survey_id")["n"].max().to_numpy("float64")
    if not len(stated):
        return {}
    quantiles = np.quantile(stated, choices.missing_n_quantiles)
    return {name: round(float(number)) for name, number in zip(MISSING_N[1:], quantiles, strict=True)}


def by_place(value: np.ndarray, n: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put the surveys of a place together; return per place the value weighted by respondents, and the respondents."""
    names, index = np.unique(place, return_inverse=True)
    numbers = np.bincount(index, n, len(names))
    return np.bincount(index, n * value, len(names)) / numbers, numbers


def _as_arrays(values: pd.DataFrame, indicator: str, population: str | None) -> _Values:
    mask = values["indicator"].eq(indicator)
    rows = values[mask if population is None else mask & values["population"].eq(population)]
    n = rows["n"].to_numpy("float64", na_value=math.nan)
    survey, place = (rows[column].to_numpy(object) for column in ("survey_id", "place"))
    return _Values(survey, place, rows["value"].to_numpy("float64"), n, ~np.isnan(n))


def _all_choices(name: str, precisions: list[tuple[str, ...]], choices: Evidence) -> Iterator[_Choice]:
    is_grade = PUBLISHED_INDICATORS[name].unit == "grade"
    for subset in SUBSETS:
        for precision in precisions:
            yield _Choice(subset, precision, NOT_USED, math.nan, UNWEIGHTED)
            for missing_n in MISSING_N:
                yield _Choice(subset, precision, missing_n, math.nan, POOLED)
                for sd in choices.grade_sd if is_grade else (math.nan,):
                    yield _Choice(subset, precision, missing_n, sd, RANDOM)
                    yield _Choice(subset, precision, missing_n, sd, RANDOM_BY_SURVEY)


def _is_base(choice: _Choice, choices: Evidence) -> bool:
    numbers = {UNWEIGHTED: NOT_USED, POOLED: LEFT_OUT}.get(choice.estimator, choices.missing_n)
    return (
        choice.subset == "all"
        and choice.precision == tuple(choices.precision)
        and choice.missing_n == numbers
        and (math.isnan(choice.grade_sd) or choice.grade_sd == choices.grade_sd[1])
        and choice.estimator != RANDOM_BY_SURVEY
    )


def _estimate(values: _Values, choice: _Choice, unit: str, settings: _Settings) -> dict[str, Any]:
    """One row of estimates: value, intervals, heterogeneity, counts and status."""
    values = _with_numbers(values, choice, settings)
    counts = {
        "k": len(values.value),
        "places": len(np.unique(values.place)),
        "k_with_n": int(values.has_n.sum()),
        "n": int(values.n[values.has_n].sum()),
    }
    if choice.estimator not in (POOLED, UNWEIGHTED):
        return {**_random(values, choice, unit, settings), **counts}
    weights = np.ones(len(values.value)) if choice.estimator == UNWEIGHTED else values.n
    clusters = values.place if settings.choices.cluster == "place" else values.survey
    mean, lower, upper = weighted_mean(values.value, weights, clusters, unit, settings.level)
    status = _clusters_in_words(len(np.unique(clusters)), "place" if settings.choices.cluster == "place" else "survey")
    return {**_NOTHING, "value": mean, "lower": lower, "upper": upper, **counts, "status": status}


def _with_numbers(values: _Values, choice: _Choice, settings: _Settings) -> _Values:
    """Leave out the surveys without a number of respondents, or fill one in, as the choice says."""
    if choice.missing_n == NOT_USED:
        return values
    if choice.missing_n not in settings.filled_in:
        return values.only(values.has_n)
    return replace(values, n=np.where(values.has_n, values.n, settings.filled_in[choice.missing_n]))


def _random(values: _Values, choice: _Choice, unit: str, settings: _Settings) -> dict[str, Any]:
    effect, n, what = values.value, values.n, "survey"
    if choice.estimator == RANDOM:
        effect, n = by_place(values.value, values.n, values.place)
        what = "place"
    k = len(effect)
    many = f"{k} {what}" if k == 1 else f"{k} {what}s"
    if k < settings.choices.fewest_surveys:
        return {**_NOTHING, "status": f"not estimated: {many}, fewer than {settings.choices.fewest_surveys}"}
    if unit == "grade":
        found = _settled(effect, n, choice.grade_sd, settings)
        return {**_row(found, unit), "status": f"REML over {many}, modified Knapp-Hartung interval"}
    found = _settled(effect, n, math.nan, settings)
    if math.isinf(found.mean):
        return {**_NOTHING, "status": "not estimated: every value is 0 or every value is 100 percent"}
    return {**_row(found, unit), "status": f"logit GLMM over {many}, interval t({k - 1})"}


def _settled(effect: np.ndarray, n: np.ndarray, grade_sd: float, settings: _Settings) -> Pooled:
    """Fit the model, or hand out the fit of before: many choices leave the same surveys."""
    key = (effect.tobytes(), n.tobytes(), None if math.isnan(grade_sd) else grade_sd)
    if key not in settings.fitted:
        if math.isnan(grade_sd):
            settings.fitted[key] = logit_glmm(effect / 100 * n, n, settings.level)
        else:
            settings.fitted[key] = random_effects(
                effect, grade_sd**2 / n, interval="modified knapp-hartung", level=settings.level
            )
    return settings.fitted[key]


def _row(found: Pooled, unit: str) -> dict[str, float]:
    """The columns of an estimate, brought from the scale of the model to that of the values."""

    def back(value: float) -> float:
        return value if unit == "grade" else 100 * float(expit(value))

    return {
        "value": back(found.mean),
        **dict(zip(("lower", "upper"), on_scale(back(found.lower), back(found.upper), unit), strict=True)),
        **dict(
            zip(
                ("prediction_lower", "prediction_upper"),
                on_scale(back(found.prediction_lower), back(found.prediction_upper), unit),
                strict=True,
            )
        ),
        "tau2": found.tau2,
        "tau2_lower": found.tau2_lower,
        "tau2_upper": found.tau2_upper,
        "i2_pct": found.i2_pct,
    }


def _leave_one_out(values: _Values, choice: _Choice, unit: str, settings: _Settings) -> dict[str, float]:
    """The value without each survey in turn; only surveys that are in the estimate, and none where it is the only one."""
    used = _with_numbers(values, choice, settings)
    if len(used.value) < 2:
        return {}
    return {
        survey: float(_estimate(values.only(values.survey != survey), choice, unit, settings)["value"])
        for survey in used.survey
    }


def _clusters_in_words(clusters: int, what: str) -> str:
    if clusters == 0:
        return "no survey"
    if clusters == 1:
        return f"no interval: 1 {what}"
    return f"interval over {clusters} {what}s, t({clusters - 1})"


def _within(figure: float, lower: float, upper: float) -> bool | None:
    return None if math.isnan(lower) or math.isnan(upper) else lower <= figure <= upper
