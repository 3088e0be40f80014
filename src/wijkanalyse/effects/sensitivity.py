"""How far the primary estimates move when one choice is another: a row per choice, none left out because of what it shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from wijkanalyse.classification import classify
from wijkanalyse.config import Classification, Inference
from wijkanalyse.effects.designing import TREATED, design_of, ratio_of, with_errors
from wijkanalyse.effects.designs.dose import spline_basis, spline_knots
from wijkanalyse.effects.estimands import Adjustment, Baseline, Estimand, Estimands, mechanical
from wijkanalyse.effects.inference.marginal import standardise
from wijkanalyse.effects.models import Design, Fit, linearise, newton
from wijkanalyse.effects.models.fitted import interval
from wijkanalyse.effects.results import Curves, Sensitivity
from wijkanalyse.effects.rows import BIG_FOUR, Rows, activity_by_year, rows_of, share_figures

THRESHOLDS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.5, 10.0, 12.5, 15.0, 17.5, 20.0)


@dataclass(frozen=True)
class Case:
    """Everything that an estimate rests on; a variation changes one part."""

    panel: pd.DataFrame
    long: pd.DataFrame
    estimand: Estimand
    baseline: Baseline
    choices: Classification
    cluster: str

    def with_estimand(self, **changes: Any) -> Case:
        """The case with another year, model or adjustment."""
        return replace(self, estimand=self.estimand.model_copy(update=changes))

    def with_choices(self, **changes: Any) -> Case:
        """The case with another rule of classification."""
        return replace(self, choices=self.choices.model_copy(update=changes))

    def without(self, municipalities: Sequence[str]) -> Case:
        """The case without some municipalities."""
        return replace(self, panel=self.panel[~self.panel["gm_code"].isin(municipalities)])

    def rows(self) -> Rows:
        """The rows of the case."""
        return rows_of(self.panel, self.long, self.estimand, self.baseline, self.choices)


ADJUSTMENTS: tuple[Adjustment, ...] = ("none", "regression", "entropy")
BY_YOUTHS: dict[str, Any] = {"measure": "youths"}
BY_LOCATION: dict[str, Any] = {"measure": "trajectories", "denominator": ["wijkteam", "ambulant_locatie"]}

Variation = tuple[str, str, Case]
"""Kind, setting (a code: the report has its words), and the case under it."""


def probe_sensitivity(
    panel: pd.DataFrame, long: pd.DataFrame, estimands: Estimands, choices: Classification, inference: Inference
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate every primary estimand under every other choice, and along thresholds and doses.

    One choice is changed at a time; the multiverse changes them together. Returns (`Sensitivity`, `Curves`).
    """
    rows: list[dict[str, object]] = []
    curves: list[dict[str, object]] = []
    for estimand in estimands.primary:
        case = Case(panel, _needed(long, estimand, choices), estimand, estimands.baseline, choices, inference.cluster)
        rows += _settings(case, inference.level)
        curves += _thresholds(case, inference.level)
        curves += _doses(case, inference.level)
    source = str(panel["source"].iloc[0])
    return (
        pd.DataFrame(rows).assign(source=source)[list(Sensitivity.to_schema().columns)],
        pd.DataFrame(curves).assign(source=source)[list(Curves.to_schema().columns)],
    )


def variations(case: Case) -> Iterator[Variation]:
    """All single changes of the rows of `case`."""
    estimand = case.estimand
    for adjustment in ADJUSTMENTS:
        if adjustment != estimand.adjustment:
            yield "adjustment", adjustment, case.with_estimand(adjustment=adjustment)
    for years in ([2017], [2018], [2019], [2020], [2018, 2019], [2017, 2018, 2019, 2020]):
        if years != list(estimand.activity):
            span = f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0])
            yield "activity", span, case.with_estimand(activity=years)
    yield "activity", "same_each_year", case.without(_changing(case))
    yield "activity", "by_youths", case.with_choices(**BY_YOUTHS)
    yield "activity", "by_location", case.with_choices(**BY_LOCATION)
    yield "activity", "certain", case.without(_uncertain(case))
    first, last = min(estimand.years), max(estimand.years)
    if estimand.design == "change":
        spans = [[start, last] for start in range(first + 1, last)] + [[first, end] for end in range(first + 1, last)]
        yield from (("years", f"{a}-{b}", case.with_estimand(years=[a, b])) for a, b in spans)
    else:
        for year in estimand.years:
            yield "years", f"without {year}", case.with_estimand(years=[other for other in estimand.years if other != year])
    yield "municipalities", "without_big_four", case.without(BIG_FOUR)
    yield "municipalities", "without_merged", case.without(_merged(case))
    if estimand.model in ("rate", "share"):
        yield "suppression", "low", replace(case, panel=refilled(case, "low"))
        yield "suppression", "high", replace(case, panel=refilled(case, "high"))
        yield "suppression", "shown", replace(case, panel=refilled(case, None))


def refilled(case: Case, bound: str | None) -> pd.DataFrame:
    """Return the panel with suppressed counts of the estimand at one of their bounds (low, high), or empty (None)."""
    return _refilled(case, lambda name, hidden: pd.Series(np.nan, hidden.index) if bound is None else hidden[bound])


def _refilled(case: Case, value: Callable[[str, pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """The panel with what `value` makes of the suppressed counts of a variable (rows of the long panel by gm_code and year)."""
    panel = case.panel.set_index(["gm_code", "year"])
    for name in (case.estimand.outcome, case.estimand.per):
        hidden = case.long[case.long["variable"].eq(name) & case.long["suppressed"].gt(0)].set_index(["gm_code", "year"])
        hidden = hidden[hidden.index.isin(panel.index)]
        panel.loc[hidden.index, name] = value(name, hidden)
    return panel.reset_index()


def _needed(long: pd.DataFrame, estimand: Estimand, choices: Classification) -> pd.DataFrame:
    """The rows of the long panel that any variation looks at; finding them again and again would take most of the time."""
    shares = [share_figures(long, choices.model_copy(update=rule)) for rule in ({}, BY_YOUTHS, BY_LOCATION)]
    own = long[long["variable"].isin([estimand.outcome, estimand.per])]
    return pd.concat([*shares, own]).drop_duplicates(["gm_code", "year", "variable"])


def _settings(case: Case, level: float) -> Iterator[dict[str, object]]:
    main = case.rows()
    yield _setting(case, "main", "main", is_main=True) | _estimate(case, main, level)
    if main.reason:
        # without figures to classify by there is nothing to vary
        return
    for kind, setting, other in variations(case):
        yield _setting(other, kind, setting) | _estimate(other, other.rows(), level)
    yield _setting(case, "weights", "equal") | _estimate(case, main, level, is_weighted=False)
    other_cluster = {"gm_code": "jeugdregio_code", "jeugdregio_code": "gm_code"}[case.cluster]
    yield _setting(case, "cluster", other_cluster) | _estimate(replace(case, cluster=other_cluster), main, level)
    names = case.panel.drop_duplicates("jeugdregio_code").set_index("jeugdregio_code")["jeugdregio_name"]
    for region in sorted(main.frame["jeugdregio_code"].unique()):
        rest = replace(main, frame=main.frame[main.frame["jeugdregio_code"].ne(region)].reset_index(drop=True))
        yield _setting(case, "region", str(names[region])) | _estimate(case, rest, level)
    if case.estimand.model in ("rate", "share"):
        yield _setting(case, "bounds", "extreme") | _worst_case(case, main, level)


def _worst_case(case: Case, main: Rows, level: float) -> dict[str, object]:
    """The estimate with every hidden count at the bound that lowers it most, and at the one that raises it most.

    A higher count raises the estimate where the other regressors leave something positive of activity (its residual in the
    fitted model): without covariates among the active, and in a change among the others in the year before.
    """
    design = design_of(case.estimand, main, case.cluster)
    fitted = None if isinstance(design, str) else newton(design, TREATED)
    if isinstance(design, str) or fitted is None or fitted.reason:
        return _nothing(case, design if isinstance(design, str) else str(fitted.reason if fitted else ""))
    lines, at = linearise(design.informative, fitted.params), design.position(TREATED)
    others = np.delete(lines.x, at, axis=1)
    taken = np.linalg.lstsq((others * lines.curvature[:, None]).T @ others, others.T @ (lines.curvature * lines.x[:, at]))[0]
    rows = main.frame.loc[design.kept].set_index(["gm_code", "year"])
    raises = pd.Series(lines.x[:, at] - others @ taken > 0, rows.index)
    ends = []
    for is_upper in (False, True):

        def extreme(name: str, hidden: pd.DataFrame, is_upper: bool = is_upper) -> pd.Series:
            take_high = raises.reindex(hidden.index, fill_value=False).eq((name == case.estimand.outcome) == is_upper)
            if name == case.estimand.per and case.estimand.model == "share":
                # a hidden whole has a hidden part, and weighs most when it is large
                return hidden["high"]
            return hidden["high"].where(take_high, hidden["low"])

        ends.append(_estimate(case, replace(case, panel=_refilled(case, extreme)).rows(), level))
    lower, upper = (end["value"] for end in ends)
    reason = ends[0]["reason"] or ends[1]["reason"]
    return ends[0] | {"value": np.nan, "lower": lower, "upper": upper, "p": np.nan, "reason": reason}


def _thresholds(case: Case, level: float) -> Iterator[dict[str, object]]:
    for threshold in sorted({*THRESHOLDS, case.choices.threshold_pct}):
        rows = case.with_choices(threshold_pct=threshold).rows()
        active = int(rows.frame.loc[rows.frame["treated"].eq(1), "gm_code"].nunique())
        yield _estimate(case, rows, level) | {"curve": "threshold", "x": threshold, "active": active}


def _doses(case: Case, level: float) -> Iterator[dict[str, object]]:
    """The share of the team itself in place of active or not: a restricted cubic spline, against no team help."""
    rows = case.rows()
    design = design_of(case.estimand, rows, case.cluster)
    dose: dict[str, object] = {"estimand": case.estimand.id, "curve": "dose", "active": 0}
    if isinstance(design, str):
        yield dose | {"x": 0.0, "value": np.nan, "lower": np.nan, "upper": np.nan, "reason": design}
        return
    share = rows.frame["gm_code"].map(_shares(case)["share_pct"])
    known = share[~rows.frame["gm_code"].duplicated()]
    knots = spline_knots(known)
    columns = spline_basis(share, knots) * rows.frame["after"].to_numpy(dtype=float)[:, None]
    at, names = design.position(TREATED), tuple(f"dose_{n}" for n in range(columns.shape[1]))
    x = np.column_stack([columns, np.delete(design.x, at, axis=1)])
    smooth = replace(design, x=x, names=(*names, *(name for name in design.names if name != TREATED)))
    fitted = newton(smooth)
    for percent in np.linspace(0, float(known.quantile(0.95)), 25):
        ratio, lower, upper = _dose_ratio(case.estimand, smooth, fitted, spline_basis([percent], knots)[0], level)
        yield dose | {
            "x": float(percent),
            "value": 100 * (ratio - 1),
            "lower": 100 * (lower - 1),
            "upper": 100 * (upper - 1),
            "reason": fitted.reason or "",
        }


def _dose_ratio(
    estimand: Estimand, design: Design, fitted: Fit, basis: npt.NDArray[np.float64], level: float
) -> tuple[float, float, float]:
    """Ratio with its interval at one dose against none; `basis` (k,) are the first columns of `design` at that dose."""
    k = len(basis)
    if estimand.model == "share" and not fitted.reason:
        # as `ratio_of`: a risk ratio, standardised over all starts
        dosed, none = design.x.copy(), design.x.copy()
        dosed[:, :k], none[:, :k] = basis, 0.0
        means = standardise(design, fitted, dosed, none)
        return (means.ratio, *means.ratio_interval(level))
    estimate, variance = float(basis @ fitted.params[:k]), float(basis @ fitted.covariance[:k, :k] @ basis)
    value, lower, upper = np.exp([estimate, *interval(estimate, math.sqrt(variance), fitted.df, level)])
    return float(value), float(lower), float(upper)


def _shares(case: Case) -> pd.DataFrame:
    rule = case.choices.model_copy(update={"years": list(case.estimand.activity)})
    return classify(case.panel, case.long, rule).set_index("gm_code")


def _uncertain(case: Case) -> list[str]:
    shares = _shares(case)
    return list(shares.index[shares["group"].notna() & ~shares["is_certain"]])


def _changing(case: Case) -> list[str]:
    """Municipalities that are not in the same group in each year by itself."""
    each = activity_by_year(case.panel, case.long, case.choices, list(case.estimand.activity))
    groups = each.groupby("gm_code")["treated"]
    same = groups.nunique().eq(1) & groups.size().eq(len(case.estimand.activity))
    return sorted(set(case.panel["gm_code"]) - set(same.index[same]))


def _merged(case: Case) -> list[str]:
    is_merged = case.long["parts"].gt(1) | case.long["is_estimated"]
    return sorted(set(case.long.loc[is_merged, "gm_code"]))


def _estimate(case: Case, rows: Rows, level: float, is_weighted: bool = True) -> dict[str, object]:
    """The estimate of a case on its rows, as part of a row of `Sensitivity` or `Curves`."""
    design = design_of(case.estimand, rows, case.cluster)
    if isinstance(design, str):
        return _nothing(case, design)
    if not is_weighted:
        # what makes a large municipality weigh more: its exposure, its starts or its ended trajectories
        size = rows.frame.groupby("gm_code")["per"].transform("mean").to_numpy(dtype=float)
        design = replace(design, weights=design.w / size)
    # one Newton step per municipality left out: quick, and next to the printed interval hardly different
    fitted = with_errors(design, newton(design, TREATED), "CR3L")
    ratio, lower, upper = ratio_of(case.estimand, design, fitted, level)
    return {
        "estimand": case.estimand.id,
        "value": 100 * (ratio - 1),
        "lower": 100 * (lower - 1),
        "upper": 100 * (upper - 1),
        "p": fitted.p_value(TREATED),
        "municipalities": rows.frame["gm_code"].nunique(),
        "reason": fitted.reason or "",
    }


def _nothing(case: Case, reason: str) -> dict[str, object]:
    numbers = dict.fromkeys(("value", "lower", "upper", "p"), np.nan)
    return {"estimand": case.estimand.id, **numbers, "municipalities": 0, "reason": reason}


def _setting(case: Case, kind: str, setting: str, is_main: bool = False) -> dict[str, object]:
    """What a row of `Sensitivity` says about its case."""
    estimand = case.estimand
    verdict = mechanical(estimand.outcome, estimand.per, estimand.years, case.choices, estimand.activity)
    return {"kind": kind, "setting": setting, "is_main": is_main, "is_mechanical": verdict.is_mechanical}
