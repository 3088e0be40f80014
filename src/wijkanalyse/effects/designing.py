"""From the rows of an estimand to its regression."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from wijkanalyse.effects.designs.balance import entropy_balance
from wijkanalyse.effects.estimands import Estimand
from wijkanalyse.effects.inference.clustered import Variant, cluster_covariance
from wijkanalyse.effects.inference.marginal import Standardised, standardise, with_term
from wijkanalyse.effects.models import Design, Fit
from wijkanalyse.effects.rows import Rows

TREATED = "active"
"""The coefficient that is asked for."""

FAMILIES = {"rate": "poisson", "share": "binomial", "mean": "gaussian", "mean_gamma": "gamma"}


def design_of(estimand: Estimand, rows: Rows, cluster: str = "gm_code") -> Design | str:
    """Return the regression of `estimand` on its rows, or why there is none.

    level: intercept, activity, years and covariates. change and yearly: effects of municipality and year, activity (times the
    last year); covariates times the last year. adoption: becoming active on the logarithm of use the year before.
    """
    frame = rows.frame
    if frame.empty:
        return rows.reason or "no municipality has the figures"
    if estimand.design == "adoption":
        return _adoption(frame, rows.covariates, cluster)
    weights = np.ones(len(frame))
    if estimand.adjustment == "entropy":
        found = municipal_weights(frame, rows.covariates)
        if isinstance(found, str):
            return found
        weights = frame["gm_code"].map(found).to_numpy(dtype=float)
    is_within = estimand.design in ("change", "yearly")
    columns = {TREATED: (frame["treated"] * frame["after"]).to_numpy(dtype=float)}
    if not is_within:
        columns = {"intercept": np.ones(len(frame)), **columns}
    later = sorted(frame["year"].unique())[1:]
    columns |= {f"year_{year}": frame["year"].eq(year).to_numpy(dtype=float) for year in later}
    if estimand.adjustment == "regression":
        columns |= {name: (frame[name] * frame["after"]).to_numpy(dtype=float) for name in rows.covariates}
    outcome, per = frame["outcome"].to_numpy(dtype=float), frame["per"].to_numpy(dtype=float)
    parts: dict[str, npt.NDArray[np.float64]] = {}
    if estimand.model == "rate":
        parts = {"y": outcome, "offset": np.log(per), "weights": weights}
    elif estimand.model == "share":
        # crisis starts and starts are rounded each on their own: a small count may come out above its whole
        parts = {"y": np.minimum(outcome, per), "trials": per, "weights": weights}
    else:
        logs = estimand.model == "mean"
        parts = {"y": np.log(outcome) if logs else outcome, "weights": weights * per}
    return Design(
        **parts,
        x=np.column_stack(list(columns.values())),
        names=tuple(columns),
        clusters=cluster_codes(frame[cluster]),
        family=FAMILIES[estimand.model],  # type: ignore[arg-type]
        units=cluster_codes(frame["gm_code"]) if is_within else None,
    )


def municipal_weights(frame: pd.DataFrame, covariates: list[str]) -> pd.Series | str:
    """Return by gm_code the weights under which the others have the covariate means of the active, or why there are none.

    Means over what the model counts (exposure, starts, ended trajectories), so that the large municipalities, which weigh most
    in the model, are the ones that are made alike. An active municipality has weight 1.
    """
    once = frame.groupby("gm_code").agg(
        treated=("treated", "first"), per=("per", "mean"), **{n: (n, "first") for n in covariates}
    )
    found = entropy_balance(once[covariates], once["treated"], once["per"])
    return found.reason or pd.Series(found.weights / once["per"], index=once.index)


def with_errors(design: Design, fitted: Fit, variant: Variant) -> Fit:
    """Return the same estimates with other cluster-robust errors; NaN where these cannot be told."""
    return fitted if fitted.reason else replace(fitted, covariance=cluster_covariance(design, fitted, variant)[0])


def ratio_of(estimand: Estimand, design: Design, fitted: Fit, level: float) -> tuple[float, float, float]:
    """Return the ratio of active to other municipalities with its interval, from the errors of `fitted`.

    Of a share it is the risk ratio, standardised over the starts of all municipalities (an odds ratio says more than it is); of
    the other models exp of the coefficient.
    """
    if estimand.model == "share" and estimand.design == "level" and not fitted.reason:
        means = standardised(design, fitted)
        return (means.ratio, *means.ratio_interval(level))
    value, lower, upper = np.exp([fitted.estimate(TREATED), *fitted.interval(TREATED, level)])
    return float(value), float(lower), float(upper)


def standardised(design: Design, fitted: Fit) -> Standardised:
    """Return the mean outcome had all municipalities been active, and had none."""
    active, others = (with_term(design, TREATED, value) for value in (1.0, 0.0))
    return standardise(design, fitted, active, others)


def _adoption(frame: pd.DataFrame, covariates: list[str], cluster: str) -> Design | str:
    log_rate = np.log((frame["outcome"] / frame["per"]).to_numpy(dtype=float))
    columns = {"intercept": np.ones(len(frame)), TREATED: (log_rate - log_rate.mean()) / (log_rate.std() or 1.0)}
    columns |= {f"year_{year}": frame["year"].eq(year).to_numpy(dtype=float) for year in sorted(frame["year"].unique())[1:]}
    columns |= {name: frame[name].to_numpy(dtype=float) for name in covariates}
    became = int(frame["treated"].sum())
    if became <= len(columns):
        return f"{became} municipalities became active: too few for {len(columns)} coefficients"
    return Design(
        y=frame["treated"].to_numpy(dtype=float),
        trials=np.ones(len(frame)),
        x=np.column_stack(list(columns.values())),
        names=tuple(columns),
        clusters=cluster_codes(frame[cluster]),
        family="binomial",
    )


def cluster_codes(labels: pd.Series) -> npt.NDArray[np.intp]:
    """Return numbers for labels, in the order of the labels."""
    return np.unique(labels.to_numpy(dtype=str), return_inverse=True)[1]
