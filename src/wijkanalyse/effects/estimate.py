"""Estimating every estimand of `config/estimands.yaml`, each with every kind of inference beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from wijkanalyse.config import Classification, Inference
from wijkanalyse.effects.designing import (
    TREATED,
    cluster_codes,
    design_of,
    municipal_weights,
    ratio_of,
    standardised,
    with_errors,
)
from wijkanalyse.effects.designs.aipw import augmented_weighting
from wijkanalyse.effects.designs.balance import balance_table
from wijkanalyse.effects.designs.propensity import fit_propensity
from wijkanalyse.effects.estimands import Estimand, Estimands, judged
from wijkanalyse.effects.inference.evalue import e_value
from wijkanalyse.effects.inference.multiple import holm, max_t
from wijkanalyse.effects.inference.permutation import Assignments, PermutationTest, Treatment, assign, permutation_test
from wijkanalyse.effects.inference.power import detectable_effect
from wijkanalyse.effects.inference.resampling import wild_bootstrap
from wijkanalyse.effects.models import Design, Fit, fit, newton
from wijkanalyse.effects.models.fitted import p_value
from wijkanalyse.effects.results import PERCENT, POINTS, Balance, Effects, Overlap
from wijkanalyse.effects.rows import Rows, activity, baseline_covariates, rows_of, share_figures, strata
from wijkanalyse.errors import WijkanalyseError

AGREEMENT = 1e-10
"""The reported numbers are statsmodels'; the engine that draws thousands of times must give the same."""


@dataclass(frozen=True)
class Country:
    """What every estimate rests on. `long` is cut down to the figures of the classification.

    `drawn` keeps the permutations of activity by its years: estimands that classify over the same years share them.
    """

    panel: pd.DataFrame
    long: pd.DataFrame
    choices: Classification
    inference: Inference
    drawn: dict[tuple[int, ...], tuple[pd.Index, Assignments]] = field(default_factory=dict)


def estimate_effects(
    panel: pd.DataFrame, long: pd.DataFrame, estimands: Estimands, choices: Classification, inference: Inference
) -> pd.DataFrame:
    """Estimate every estimand. `panel` and `long` as in `panel.schemas`. Returns `Effects`.

    What cannot be estimated (no figures, separation, a group without municipalities) is a row with its reason. A primary
    estimand that is mechanical raises `WijkanalyseError`.
    """
    country = Country(panel, share_figures(long, choices), choices, inference)
    tables, tests = [], {}
    for estimand in estimands.estimands:
        rows = rows_of(panel, country.long, estimand, estimands.baseline, choices)
        table, test = _estimate(country, estimand, rows)
        tables.append(table)
        if estimand.role == "primary" and test is not None:
            tests[estimand.id] = test
    effects = pd.concat(tables, ignore_index=True)
    is_primary = effects["role"].eq("primary") & effects["unit"].eq(PERCENT)
    effects.loc[is_primary, "p_holm"] = holm(effects.loc[is_primary, "p"].tolist())
    effects["p_maxt"] = effects["estimand"].map(_joint(estimands.primary, tests)).where(is_primary).astype(float)
    effects["source"] = str(panel["source"].iloc[0])
    return effects[list(Effects.to_schema().columns)]


def compare_groups_before(
    panel: pd.DataFrame, long: pd.DataFrame, estimands: Estimands, choices: Classification
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how the groups of each primary estimand differ at baseline (`Balance`), and how far they overlap (`Overlap`).

    Balance before weighting and after entropy balancing, over what the model counts; overlap of the first primary estimand.
    """
    covariates, _ = baseline_covariates(panel, estimands.baseline)
    long = share_figures(long, choices)
    balances, overlap = [pd.DataFrame(columns=list(Balance.to_schema().columns))], pd.DataFrame()
    for estimand in estimands.primary:
        # of an estimand without adjustment too it is of use to see how the groups differed
        adjusted = estimand.model_copy(update={"adjustment": "regression"})
        rows = rows_of(panel, long, adjusted, estimands.baseline, choices)
        once = rows.frame.groupby("gm_code").agg(treated=("treated", "first"), per=("per", "mean"))
        # what is the same everywhere is balanced, and cannot be weighted on
        known = covariates.loc[once.index, rows.covariates]
        table, weights = _balance(rows, once, known if len(known) else covariates.iloc[:0])
        balances.append(table.assign(estimand=estimand.id))
        if overlap.empty and not table["active"].isna().any():
            overlap = _overlap(known, once["treated"], weights)
    labels = {name: covariate.label for name, covariate in estimands.baseline.covariates.items()}
    balance, source = pd.concat(balances, ignore_index=True), str(panel["source"].iloc[0])
    balance = balance.assign(label=balance["covariate"].map(labels), source=source)
    return balance[list(Balance.to_schema().columns)], overlap.assign(source=source).reindex(
        columns=list(Overlap.to_schema().columns)
    )


def _balance(rows: Rows, once: pd.DataFrame, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series | str]:
    """Return the rows of one estimand in `Balance`, and the weights or why there are none."""
    counts = int(once["treated"].sum()), int(once["treated"].eq(0).sum())
    if min(counts) < 2:
        reason = rows.reason or f"{counts[0]} active and {counts[1]} other municipalities with figures; 2 of each needed"
        nothing = dict.fromkeys(("active", "others", "smd_before", "smd_after"), np.nan)
        return pd.DataFrame({"covariate": list(known.columns)}).assign(**nothing, reason=reason), reason
    weights = municipal_weights(rows.frame, rows.covariates)
    after = once["per"] if isinstance(weights, str) else weights * once["per"]
    table = balance_table(known, once["treated"], after, once["per"])
    table = table.rename(columns={"mean_active": "active", "mean_before": "others"})
    if isinstance(weights, str):
        return table.assign(smd_after=np.nan, reason=weights), weights
    return table.assign(reason=""), weights


def _overlap(covariates: pd.DataFrame, treated: pd.Series, weights: pd.Series | str) -> pd.DataFrame:
    standard = (covariates - covariates.mean()) / covariates.std(ddof=0)
    design = np.column_stack([np.ones(len(standard)), standard.to_numpy(dtype=float)])
    found = fit_propensity(design, treated.to_numpy(dtype=float), np.ones(len(standard)))
    # the covariates tell the groups apart without error: then every chance is nil or one
    chances = treated.to_numpy(dtype=float) if isinstance(found, str) else found.probabilities
    return pd.DataFrame(
        {
            "gm_code": covariates.index,
            "is_active": treated.eq(1).to_numpy(),
            "propensity": chances,
            "weight": np.nan if isinstance(weights, str) else weights.to_numpy(dtype=float),
        }
    )


def _assignments(country: Country, years: tuple[int, ...]) -> tuple[pd.Index, Assignments]:
    """Permutations of activity within strata, shared by all estimands that classify over the same years."""
    if years not in country.drawn:
        active = activity(country.panel, country.long, country.choices, list(years)).sort_index()
        codes = cluster_codes(strata(country.panel).loc[active.index])
        drawn = assign(active.to_numpy(dtype=float), codes, country.inference.seed, country.inference.draws)
        country.drawn[years] = active.index, drawn
    return country.drawn[years]


def _estimate(country: Country, estimand: Estimand, rows: Rows) -> tuple[pd.DataFrame, PermutationTest | None]:
    """The rows of one estimand in `Effects`, and its permutation test."""
    inference, frame = country.inference, rows.frame
    design = design_of(estimand, rows, inference.cluster)
    verdict = judged(estimand, country.choices)
    fitted = Fit.failed((TREATED,), design, 0, 0) if isinstance(design, str) else _fit(estimand, design)
    row: dict[str, object] = {
        "estimand": estimand.id,
        "role": estimand.role,
        "unit": PERCENT,
        **dict.fromkeys(_NUMBERS, np.nan),
        "municipalities": frame["gm_code"].nunique(),
        "active": frame.loc[frame["treated"].eq(1), "gm_code"].nunique(),
        "observations": fitted.n,
        "clusters": fitted.clusters,
        "left_out": rows.left_out,
        "is_mechanical": verdict.is_mechanical,
        "mechanical_because": verdict.reason,
        "reason": fitted.reason or "",
        "without": ", ".join(rows.without),
    }
    if isinstance(design, str) or fitted.reason:
        return pd.DataFrame([row]), None
    if estimand.adjustment == "doubly_robust":
        return pd.DataFrame([row | _doubly_robust(estimand, rows, inference)]), None
    # what is printed has jackknife errors: on made-up countries these hold what they promise, CR1 is too sure (docs/validation)
    printed = with_errors(design, fitted, "CR3")
    row |= _tests(design, fitted, printed, rows, inference)
    test = None
    if estimand.activity:
        municipalities, assignments = _assignments(country, tuple(estimand.activity))
        treatment = _treatment(design, frame, municipalities)
        test = permutation_test(design, TREATED, treatment, assignments)
        found = detectable_effect(design, TREATED, treatment, assignments, inference.level)
        # as large a coefficient in the same model, on the scale of the estimate
        moved = np.where(fitted.contrast(TREATED) == 1, abs(found.effect), fitted.params)
        detectable = ratio_of(estimand, design, replace(fitted, params=moved), inference.level)[0]
        row |= {"p_permutation": test.p, "detectable": 100 * (detectable - 1)}
    ratio, lower, upper = ratio_of(estimand, design, printed, inference.level)
    row |= {"value": 100 * (ratio - 1), "lower": 100 * (lower - 1), "upper": 100 * (upper - 1)}
    _, lower_cr1, upper_cr1 = ratio_of(estimand, design, fitted, inference.level)
    row |= {"lower_cr1": 100 * (lower_cr1 - 1), "upper_cr1": 100 * (upper_cr1 - 1)}
    if estimand.design != "adoption":
        # of an odds per standard deviation an E-value would say nothing
        risk = e_value(ratio, lower, upper)
        row |= {"e_value": risk.estimate, "e_value_interval": risk.interval}
    return pd.DataFrame([row, *_in_points(estimand, design, printed, row, inference.level)]), test


def _doubly_robust(estimand: Estimand, rows: Rows, inference: Inference) -> dict[str, object]:
    """The ratio by augmented inverse probability weighting, one row per municipality (effect on the active)."""
    once = _one_row_per_municipality(estimand, rows)
    found = augmented_weighting(
        once["outcome"],
        once["treated"],
        once[rows.covariates],
        family="binomial" if estimand.model == "share" else "gaussian",
        weights=once["weight"],
        clusters=cluster_codes(once[inference.cluster]),
        level=inference.level,
    )
    terms: Any = found.table.set_index("term")
    if estimand.model == "share":
        chosen = terms.loc["ratio"]
        coefficient = math.log(chosen["value"]) if chosen["value"] > 0 else math.nan
        ends = {name: 100 * (chosen[name] - 1) for name in ("value", "lower", "upper")}
    else:
        chosen = terms.loc["difference"]
        coefficient = chosen["value"]
        ends = {name: 100 * math.expm1(chosen[name]) for name in ("value", "lower", "upper")}
    error, clusters = chosen["standard_error"], chosen["clusters"]
    return ends | {
        "coefficient": coefficient,
        "se": error,
        "p": p_value(coefficient, error, clusters - 1),
        "municipalities": len(once),
        "active": int(once["treated"].sum()),
        "left_out": rows.left_out + rows.frame["gm_code"].nunique() - len(once),
        "observations": len(once),
        "clusters": clusters,
        "reason": str(chosen["reason"]),
    }


def _one_row_per_municipality(estimand: Estimand, rows: Rows) -> pd.DataFrame:
    """Outcome and weight of each municipality over the years: log change, log rate, log mean (weighted) or share."""
    frame = rows.frame
    first = frame.groupby("gm_code")[["treated", "jeugdregio_code", *rows.covariates]].first()
    totals = frame.groupby("gm_code")[["outcome", "per"]].sum()
    weight = totals["per"]
    if estimand.design == "change":
        rate = frame["outcome"].where(frame["outcome"] > 0) / frame["per"]
        signed = rate.apply(np.log).where(frame["after"].eq(1), -rate.apply(np.log))
        outcome = signed.groupby(frame["gm_code"]).sum(min_count=2)
        weight = weight / 2
    elif estimand.model == "share":
        outcome = (totals["outcome"] / totals["per"]).clip(upper=1)
    elif estimand.model == "rate":
        outcome = (totals["outcome"].where(totals["outcome"] > 0) / totals["per"]).apply(np.log)
    else:
        outcome = (frame["outcome"].apply(np.log) * frame["per"]).groupby(frame["gm_code"]).sum() / totals["per"]
    # a count of nothing has no logarithm
    return first.assign(outcome=outcome, weight=weight).dropna(subset=["outcome"]).reset_index()


_NUMBERS = (
    *("value", "lower", "upper", "coefficient", "se", "p", "lower_cr1", "upper_cr1", "p_cr1", "p_bootstrap", "p_permutation"),
    *("p_region", "p_holm", "p_maxt", "detectable", "e_value", "e_value_interval"),
)


def _fit(estimand: Estimand, design: Design) -> Fit:
    """The reported fit; the engine that draws thousands of times must give the same, or give its reason."""
    reported, quick = fit(design, TREATED), newton(design, TREATED)
    if reported.reason or quick.reason:
        return reported if reported.reason else quick
    _agree(estimand, reported, quick)
    return reported


def _tests(design: Design, fitted: Fit, printed: Fit, rows: Rows, inference: Inference) -> dict[str, object]:
    """Coefficient and tests on the scale of the model; `printed` is `fitted` with the errors of the report."""
    drawn = wild_bootstrap(design, fitted, TREATED, inference.seed, inference.draws, level=None)
    regional = replace(design, clusters=cluster_codes(rows.frame["jeugdregio_code"]))
    by_region = with_errors(regional, newton(regional, TREATED), "CR3L")
    return {
        "coefficient": fitted.estimate(TREATED),
        "se": printed.error(TREATED),
        "p": printed.p_value(TREATED),
        "p_cr1": fitted.p_value(TREATED),
        "p_bootstrap": drawn.p,
        "p_region": by_region.p_value(TREATED),
    }


def _treatment(design: Design, frame: pd.DataFrame, municipalities: pd.Index) -> Treatment:
    positions: npt.NDArray[np.intp] = municipalities.get_indexer(pd.Index(frame["gm_code"])).astype(np.intp)
    assert len(positions) == len(design.y)
    return Treatment(positions, frame["after"].to_numpy(dtype=float))


def _in_points(
    estimand: Estimand, design: Design, fitted: Fit, row: dict[str, object], level: float
) -> list[dict[str, object]]:
    """The same estimate of a share in percentage points; none for other models."""
    if estimand.model != "share" or estimand.design != "level":
        return []
    means = standardised(design, fitted)
    lower, upper = means.difference_interval(level)
    ends = {"value": 100 * means.difference, "lower": 100 * lower, "upper": 100 * upper, "unit": POINTS}
    only_ratios = dict.fromkeys(("lower_cr1", "upper_cr1", "detectable", "e_value", "e_value_interval"), np.nan)
    return [row | only_ratios | ends]


def _agree(estimand: Estimand, reported: Fit, quick: Fit) -> None:
    gap = abs(reported.estimate(TREATED) - quick.estimate(TREATED))
    if not gap <= AGREEMENT * max(1.0, abs(reported.estimate(TREATED))):
        raise WijkanalyseError(
            f"{estimand.id}: statsmodels gives {reported.estimate(TREATED):.12g} and the engine that draws gives "
            f"{quick.estimate(TREATED):.12g}; they must agree to {AGREEMENT:g}. Please report this fault of wijkanalyse."
        )


def _joint(primary: list[Estimand], tests: dict[str, PermutationTest]) -> dict[str, float]:
    """Adjusted p of the primary outcomes; none where they classify over different years, and so do not share their draws."""
    if len({tuple(estimand.activity) for estimand in primary if estimand.id in tests}) != 1:
        return {}
    return dict(zip(tests, max_t(list(tests.values())), strict=True))
