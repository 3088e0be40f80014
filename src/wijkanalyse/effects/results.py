"""What the tables of estimates hold: kept apart, so that who reads them need not know how they are made."""

from __future__ import annotations

import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.contracts import SOURCE_COLUMN, Contract

PERCENT, POINTS = "percent", "points"


class Effects(Contract):
    """One row per estimand, with every kind of inference beside it; a share has a second row in percentage points.

    Values are active against other municipalities. Without a number, `reason` says why.
    """

    estimand: Series[str] = pa.Field(description="id in config/estimands.yaml")
    role: Series[str] = pa.Field(isin=["primary", "secondary", "control"], description="as in config/estimands.yaml")
    unit: Series[str] = pa.Field(isin=[PERCENT, POINTS], description="percent: a ratio minus one; points: percentage points")
    value: Series[float] = pa.Field(nullable=True, description="the estimate")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the interval (CR3 jackknife, t(G-1))")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of the interval")
    coefficient: Series[float] = pa.Field(nullable=True, description="coefficient on the model's scale (log ratio or log odds)")
    se: Series[float] = pa.Field(nullable=True, description="its CR3 standard error")
    p: Series[float] = pa.Field(nullable=True, description="p value, CR3 and t(G-1)")
    lower_cr1: Series[float] = pa.Field(nullable=True, description="lower end of the CR1 interval")
    upper_cr1: Series[float] = pa.Field(nullable=True, description="upper end of the CR1 interval")
    p_cr1: Series[float] = pa.Field(nullable=True, description="p value, CR1 (statsmodels) and t(G-1)")
    p_bootstrap: Series[float] = pa.Field(nullable=True, description="p value, wild cluster or score bootstrap under the null")
    p_permutation: Series[float] = pa.Field(nullable=True, description="p value, studentised permutation within strata")
    p_region: Series[float] = pa.Field(nullable=True, description="p value, CR1 with youth regions as clusters")
    p_holm: Series[float] = pa.Field(nullable=True, description="primary only: p adjusted for the primary outcomes (Holm)")
    p_maxt: Series[float] = pa.Field(nullable=True, description="primary only: p adjusted by permutation (Westfall-Young)")
    detectable: Series[float] = pa.Field(nullable=True, description="smallest effect found in 80 % of simulations, percent")
    e_value: Series[float] = pa.Field(nullable=True, description="E-value of the ratio (VanderWeele and Ding 2017)")
    e_value_interval: Series[float] = pa.Field(nullable=True, description="E-value of the interval's end nearest to no effect")
    municipalities: Series[int] = pa.Field(ge=0, description="municipalities in the model")
    active: Series[int] = pa.Field(ge=0, description="of which active (in any year)")
    observations: Series[int] = pa.Field(ge=0, description="rows of the model")
    clusters: Series[int] = pa.Field(ge=0, description="clusters of the standard error")
    left_out: Series[int] = pa.Field(ge=0, description="classified municipalities without usable figures")
    is_mechanical: Series[bool] = pa.Field(description="the outcome contains what the groups were formed on")
    mechanical_because: Series[str] = pa.Field(description="in what way, or empty")
    reason: Series[str] = pa.Field(description="why there is no number, or empty")
    without: Series[str] = pa.Field(description="baseline covariates that this run does not have")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)

    class Config(Contract.Config):
        unique = ["estimand", "unit"]


class Balance(Contract):
    """Baseline covariates of the active and the other municipalities, before and after weighting."""

    estimand: Series[str] = pa.Field(description="primary estimand whose municipalities these are")
    covariate: Series[str] = pa.Field(description="name in config/estimands.yaml")
    label: Series[str] = pa.Field(description="the covariate in words")
    active: Series[float] = pa.Field(nullable=True, description="mean of the active municipalities, own unit")
    others: Series[float] = pa.Field(nullable=True, description="mean of the others, own unit")
    smd_before: Series[float] = pa.Field(nullable=True, description="standardised mean difference before weighting")
    smd_after: Series[float] = pa.Field(nullable=True, description="after entropy balancing")
    reason: Series[str] = pa.Field(description="why there are no weights, or no groups to compare, or empty")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class Overlap(Contract):
    """The estimated chance to be active of every municipality, from the baseline covariates."""

    gm_code: Series[str] = pa.Field(description="municipality")
    is_active: Series[bool] = pa.Field(description="active over the years of the primary estimands")
    propensity: Series[float] = pa.Field(ge=0, le=1, description="estimated chance to be active (logit)")
    weight: Series[float] = pa.Field(nullable=True, description="entropy weight; 1 for an active municipality")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class Decomposition(Contract):
    """The published-style differences, split into what is counted and what differs within a form of help (Kitagawa 1955)."""

    contrast: Series[str] = pa.Field(isin=["use", "duration", "crisis"], description="the published comparison")
    weighting: Series[str] = pa.Field(description="pooled, or mean_of_municipalities")
    component: Series[str] = pa.Field(
        isin=["difference", "composition", "within", "rest"],
        description="difference = composition + within a form of help; rest = all but what is within this form",
    )
    form: Series[str] = pa.Field(description="all, wijkteam or niet_wijkteam")
    value: Series[float] = pa.Field(nullable=True, description="active minus not active; days or percentage points")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the cluster bootstrap interval")
    upper: Series[float] = pa.Field(nullable=True, description="upper end")
    unit: Series[str] = pa.Field(isin=["days", POINTS], description="unit of the value")
    is_mechanical: Series[bool] = pa.Field(description="the component contains what the groups were formed on")
    reason: Series[str] = pa.Field(description="why there is no number, or empty")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class Sensitivity(Contract):
    """A primary estimate under another choice, one row per choice."""

    estimand: Series[str] = pa.Field(description="id in config/estimands.yaml")
    kind: Series[str] = pa.Field(description="which choice is varied")
    setting: Series[str] = pa.Field(description="what it is set to: a code, years, or the youth region that is left out")
    value: Series[float] = pa.Field(nullable=True, description="ratio minus one, percent")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the interval, or lower bound")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of the interval, or upper bound")
    p: Series[float] = pa.Field(nullable=True, description="p value; empty for bounds")
    municipalities: Series[int] = pa.Field(ge=0, description="municipalities in the model")
    is_main: Series[bool] = pa.Field(description="the setting of the estimate itself")
    is_mechanical: Series[bool] = pa.Field(description="the outcome contains what the groups were formed on")
    reason: Series[str] = pa.Field(description="why there is no number, or empty")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class Curves(Contract):
    """An estimate along a threshold or a dose."""

    estimand: Series[str] = pa.Field(description="id in config/estimands.yaml")
    curve: Series[str] = pa.Field(isin=["threshold", "dose"], description="active above x percent; or the share itself")
    x: Series[float] = pa.Field(description="threshold, or share of the team, percent")
    value: Series[float] = pa.Field(nullable=True, description="ratio minus one, percent; a dose against no team help")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the pointwise interval")
    upper: Series[float] = pa.Field(nullable=True, description="upper end")
    active: Series[int] = pa.Field(ge=0, description="threshold: municipalities above it")
    reason: Series[str] = pa.Field(description="why there is no number, or empty")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class Switchers(Contract):
    """Municipalities that became active, against those that did not (Callaway and Sant'Anna 2021), by years since."""

    outcome: Series[str] = pa.Field(description="variable of the panel, per young person, logarithm")
    era: Series[str] = pa.Field(description="years of the panel")
    event_time: Series[float] = pa.Field(nullable=True, description="years since becoming active; empty for the overall mean")
    value: Series[float] = pa.Field(nullable=True, description="change, percent")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the interval")
    upper: Series[float] = pa.Field(nullable=True, description="upper end")
    se: Series[float] = pa.Field(nullable=True, description="standard error of the log difference")
    p: Series[float] = pa.Field(nullable=True, description="p value")
    switchers: Series[int] = pa.Field(ge=0, description="municipalities that became active")
    comparison: Series[int] = pa.Field(ge=0, description="municipalities that never were")
    is_mechanical: Series[bool] = pa.Field(description="the outcome contains what the groups were formed on")
    reason: Series[str] = pa.Field(description="why there is no number, or empty")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class TrendBounds(Contract):
    """What is left of the change after becoming active if the trends had differed (Rambachan and Roth 2023)."""

    outcome: Series[str] = pa.Field(description="variable of the panel")
    era: Series[str] = pa.Field(description="years of the panel")
    m_bar: Series[float] = pa.Field(ge=0, description="largest deviation after, as a multiple of the largest before")
    lower: Series[float] = pa.Field(nullable=True, description="lower bound of the change, percent")
    upper: Series[float] = pa.Field(nullable=True, description="upper bound")
    reason: Series[str] = pa.Field(description="why there is no number, or empty")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)
