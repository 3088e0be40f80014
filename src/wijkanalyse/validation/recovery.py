"""Running estimators over many countries, and what comes of it: bias, coverage, wrong findings.

Every scenario and replication has its own seed, so that a result depends neither on how the countries are cut in chunks nor
on which other scenarios are run. Measures and their Monte Carlo errors as in Morris, White and Crowther (2019), Statistics in
Medicine 38:2074.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.contracts import Contract
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.validation.countries import Country, draw_country, seed_of
from wijkanalyse.validation.questions import Question, SwitcherQuestion
from wijkanalyse.validation.scenarios import Scenario

log = logging.getLogger(__name__)

NAN: Final = float("nan")


@dataclass(frozen=True)
class Estimate:
    """An answer to a question, in the question's unit: with its 95 % interval, or with the reason why there is none."""

    question: Question | SwitcherQuestion
    value: float = NAN
    se: float = NAN
    lower: float = NAN
    upper: float = NAN
    reason: str = ""


Estimator = Callable[[Country], Sequence[Estimate]]


class Results(Contract):
    """One row per scenario, replication, estimator and question."""

    scenario: Series[str] = pa.Field(description="name in validation/scenarios.py")
    replication: Series[int] = pa.Field(ge=0, description="number of the country within the scenario")
    estimator: Series[str] = pa.Field(description="name in validation/estimators.py")
    question: Series[str] = pa.Field(description="what is asked; empty where an estimator failed as a whole")
    unit: Series[str] = pa.Field(description="log ratio, percentage points or days")
    truth: Series[float] = pa.Field(nullable=True, description="true answer in this country")
    value: Series[float] = pa.Field(nullable=True, description="estimate")
    se: Series[float] = pa.Field(nullable=True, description="its standard error as reported")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the 95 % interval")
    upper: Series[float] = pa.Field(nullable=True, description="upper end")
    reason: Series[str] = pa.Field(description="why there is no number, or empty")


class Summary(Contract):
    """One row per scenario, estimator and question, over all replications."""

    scenario: Series[str] = pa.Field(description="name in validation/scenarios.py")
    estimator: Series[str] = pa.Field(description="name in validation/estimators.py")
    question: Series[str] = pa.Field(description="what is asked")
    unit: Series[str] = pa.Field(description="log ratio, percentage points or days")
    replications: Series[int] = pa.Field(ge=1, description="countries drawn")
    truth: Series[float] = pa.Field(nullable=True, description="mean of the true answers")
    mean: Series[float] = pa.Field(nullable=True, description="mean of the estimates")
    bias: Series[float] = pa.Field(nullable=True, description="mean of estimate minus truth")
    bias_error: Series[float] = pa.Field(nullable=True, description="its Monte Carlo standard error")
    rmse: Series[float] = pa.Field(nullable=True, description="root mean square of estimate minus truth")
    empirical_se: Series[float] = pa.Field(nullable=True, description="standard deviation of estimate minus truth")
    mean_se: Series[float] = pa.Field(nullable=True, description="mean of the reported standard errors")
    coverage: Series[float] = pa.Field(nullable=True, ge=0, le=1, description="share of 95 % intervals that hold the truth")
    coverage_error: Series[float] = pa.Field(nullable=True, description="its Monte Carlo standard error")
    rejection: Series[float] = pa.Field(nullable=True, ge=0, le=1, description="share of 95 % intervals without zero")
    rejection_error: Series[float] = pa.Field(nullable=True, description="its Monte Carlo standard error")
    without_number: Series[float] = pa.Field(ge=0, le=1, description="share of the countries without an estimate")
    why: Series[str] = pa.Field(description="the most frequent reason")


def run_recovery(estimators: Mapping[str, Estimator], scenario: Scenario, replications: range, seed: int) -> pd.DataFrame:
    """Run every estimator on the countries `replications` of a scenario; a frame as in `Results`."""
    found = [row for replication in replications for row in _one_country(estimators, scenario, replication, seed)]
    log.info("%s: countries %d to %d", scenario.name, replications.start, replications.stop - 1)
    return pd.DataFrame(Results.validate(pd.DataFrame(found, columns=list(Results.to_schema().columns))))


def summarise(results: pd.DataFrame) -> pd.DataFrame:
    """Return how the estimators did over the replications of `results` (`Results`); a frame as in `Summary`.

    Numbers are over the countries with an estimate; coverage and rejection over those with an interval.
    """
    keys = ["scenario", "estimator", "question", "unit"]
    drawn = results.groupby("scenario")["replication"].nunique().to_dict()
    summary = [
        {**dict(zip(keys, names, strict=True)), **_measures(group, int(drawn[names[0]]))}
        for names, group in results.groupby(keys, sort=False)
    ]
    return pd.DataFrame(Summary.validate(pd.DataFrame(summary)))


def _measures(group: pd.DataFrame, replications: int) -> dict[str, Any]:
    known = group[group["value"].notna() & group["truth"].notna()]
    error = known["value"] - known["truth"]
    with_interval = known.dropna(subset=["lower", "upper"])
    holds = with_interval["truth"].between(with_interval["lower"], with_interval["upper"])
    rejects = with_interval["lower"].gt(0) | with_interval["upper"].lt(0)
    reasons = group.loc[group["value"].isna(), "reason"].value_counts()
    spread = float(error.std(ddof=1))
    return {
        "replications": replications,
        "truth": group["truth"].mean(),
        "mean": known["value"].mean(),
        "bias": error.mean(),
        "bias_error": spread / np.sqrt(max(len(error), 1)),
        "rmse": float(np.sqrt((error**2).mean())),
        "empirical_se": spread,
        "mean_se": known["se"].mean(),
        "coverage": holds.mean() if len(holds) else NAN,
        "coverage_error": _share_error(holds),
        "rejection": rejects.mean() if len(rejects) else NAN,
        "rejection_error": _share_error(rejects),
        # an estimator that does not come up with a question at all has no number for it either
        "without_number": 1 - len(known) / replications,
        "why": str(reasons.index[0]) if len(reasons) else "",
    }


def _share_error(cases: pd.Series) -> float:
    return float(np.sqrt(cases.mean() * (1 - cases.mean()) / len(cases))) if len(cases) else NAN


def _one_country(estimators: Mapping[str, Estimator], scenario: Scenario, replication: int, seed: int) -> list[tuple[Any, ...]]:
    """Draw one country and return the rows of `Results` of all estimators."""
    country = draw_country(scenario, seed_of(scenario, replication, seed))
    found: list[tuple[Any, ...]] = []
    for name, estimator in estimators.items():
        key = (scenario.name, replication, name)
        try:
            estimates = estimator(country)
        except (WijkanalyseError, ArithmeticError, np.linalg.LinAlgError) as problem:
            found.append((*key, "", "", NAN, NAN, NAN, NAN, NAN, f"{type(problem).__name__}: {problem}"))
            continue
        for one in estimates:
            truth = country.truth.of(one.question)
            numbers = (truth, one.value, one.se, one.lower, one.upper)
            reason = one.reason if one.reason or np.isfinite(one.value) else "no finite number, and no reason given"
            found.append((*key, one.question.name, one.question.unit, *map(float, numbers), reason))
    return found
