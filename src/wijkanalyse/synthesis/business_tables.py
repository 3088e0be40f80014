"""What the tables on business cases hold, and the words in them."""

from __future__ import annotations

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.contracts import Contract
from wijkanalyse.evidence.codes import CASE_LEVELS, CASE_RESULTS

ORIGINS: Final = ("recorded", "own", "all")
"""Cases found on pages, the municipality's own, and both together."""

MEASURES: Final = {
    "mean_before_eur": ("euro", "kosten vóór het wijkteam, gemiddeld per casus"),
    "mean_team_eur": ("euro", "kosten met het wijkteam, gemiddeld per casus"),
    "mean_difference_eur": ("euro", "verschil per casus (min is goedkoper)"),
    "difference_pct": ("percent", "verschil in procenten van de kosten vooraf"),
    "share_cheaper_pct": ("percent", "aandeel casussen dat goedkoper is"),
}

ASSUMPTIONS: Final = {
    "horizon_years": ("years", "looptijd (jaren)"),
    "discount_rate_pct": ("percent", "discontovoet (procent per jaar)"),
    "fade_pct": ("percent", "uitdoven van het verschil (procent per jaar)"),
    "cost_before_pct": ("percent", "kosten vooraf (procent van wat is opgegeven)"),
    "cost_team_pct": ("percent", "kosten met het wijkteam (procent van wat is opgegeven)"),
}

REASONS: Final = {
    "set_of_cases": "alleen een uitkomst voor een groep casussen",
    "no_comparison": "kosten zonder vergelijking",
    "other_intervention": "een andere aanpak dan een wijkteam",
    "amount_missing": "een van beide bedragen ontbreekt",
}


class ComparedCases(Contract):
    """One row per case with both amounts: what it cost before and costs with the team."""

    origin: Series[str] = pa.Field(isin=["recorded", "own"], description="found on a page, or a municipality's own")
    case_id: Series[str] = pa.Field(unique=True, description="case")
    municipality: Series[str] = pa.Field(nullable=True, description="place")
    year: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="year, where known")
    approach: Series[str] = pa.Field(description="what was done")
    period_years: Series[float] = pa.Field(gt=0, description="period of the recorded amounts, years")
    cost_before_eur: Series[float] = pa.Field(ge=0, description="cost of the approach before over that period, as recorded")
    cost_team_eur: Series[float] = pa.Field(ge=0, description="cost with the team over that period, as recorded")
    value_before_eur: Series[float] = pa.Field(ge=0, description="cost before over the horizon, on the assumptions")
    value_team_eur: Series[float] = pa.Field(description="cost with the team over the horizon, on the assumptions")
    difference_eur: Series[float] = pa.Field(description="with the team minus before; negative is cheaper with the team")
    difference_pct: Series[float] = pa.Field(nullable=True, description="difference in percent of the cost before")
    is_cheaper: Series[bool] = pa.Field(description="cheaper with the team")
    result: Series[str] = pa.Field(nullable=True, isin=list(CASE_RESULTS), description="result for the clients")
    who_pays: Series[str] = pa.Field(nullable=True, description="who bears the cost of the team")
    who_gains: Series[str] = pa.Field(nullable=True, description="who bears lower cost")
    url: Series[str] = pa.Field(nullable=True, description="page, where there is one")
    note: Series[str] = pa.Field(nullable=True, description="remark of the coder")


class CaseSummary(Contract):
    """What the compared cases say together: one row per origin and measure, also where there are no cases."""

    origin: Series[str] = pa.Field(isin=list(ORIGINS), description="found on pages, a municipality's own, or both together")
    measure: Series[str] = pa.Field(isin=list(MEASURES), description="what is measured")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    unit: Series[str] = pa.Field(isin=["euro", "percent"], description="unit of value, lower and upper")
    cases: Series[int] = pa.Field(ge=0, description="cases with both amounts")
    value: Series[float] = pa.Field(nullable=True, description="the figure; a percentage difference is that of the totals")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of its interval, at inference.level")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of it")
    interval: Series[str] = pa.Field(isin=["bca", "wilson", "none"], description="bootstrap over cases (BCa), Wilson, or none")
    note: Series[str] = pa.Field(description="why there is no figure or interval, or what it does not cover")

    class Config(Contract.Config):
        unique = ["origin", "measure"]


class CasePayers(Contract):
    """Who pays and who gains, as recorded, over all cases, sets of cases and unit costs."""

    origin: Series[str] = pa.Field(isin=["recorded", "own"], description="found on a page, or a municipality's own")
    level: Series[str] = pa.Field(isin=list(CASE_LEVELS), description="what the rows are about")
    who_pays: Series[str] = pa.Field(description="who bears the cost")
    who_gains: Series[str] = pa.Field(description="who bears lower cost; no page that was coded is asked for it")
    is_same: Series[pd.BooleanDtype] = pa.Field(nullable=True, description="one party pays and gains; missing if not recorded")
    rows: Series[int] = pa.Field(ge=1, description="records")
    compared: Series[int] = pa.Field(ge=0, description="of which cases with both amounts")
    difference_eur: Series[float] = pa.Field(nullable=True, description="their differences added up")
    better: Series[int] = pa.Field(ge=0, description="records with a better result for clients")
    equal: Series[int] = pa.Field(ge=0, description="with an equal result")
    worse: Series[int] = pa.Field(ge=0, description="with a worse result")
    mixed: Series[int] = pa.Field(ge=0, description="with a mixed result")
    no_result: Series[int] = pa.Field(ge=0, description="without a result")


class CaseTornado(Contract):
    """One row per origin with compared cases and assumption: the mean difference when it alone is low or high."""

    origin: Series[str] = pa.Field(isin=list(ORIGINS), description="found on pages, a municipality's own, or both together")
    rank: Series[int] = pa.Field(ge=1, description="1 = the assumption that moves the result most")
    assumption: Series[str] = pa.Field(isin=list(ASSUMPTIONS), description="key in config section business_cases")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    unit: Series[str] = pa.Field(isin=["years", "percent"], description="unit of low, base and high")
    low: Series[float] = pa.Field(description="low value of the assumption")
    base: Series[float] = pa.Field(description="value in the headline")
    high: Series[float] = pa.Field(description="high value of the assumption")
    at_low_eur: Series[float] = pa.Field(description="mean difference per case at the low value")
    at_base_eur: Series[float] = pa.Field(description="mean difference per case of the headline")
    at_high_eur: Series[float] = pa.Field(description="mean difference per case at the high value")
    spread_eur: Series[float] = pa.Field(ge=0, description="highest minus lowest of the three")
    changes_sign: Series[bool] = pa.Field(description="cheaper at one of the three and dearer at another")


class ListedCases(Contract):
    """Every record without both amounts of one case, as it stands: sets of cases, unit costs, programmes, other approaches."""

    origin: Series[str] = pa.Field(isin=["recorded", "own"], description="found on a page, or a municipality's own")
    case_id: Series[str] = pa.Field(unique=True, description="record")
    level: Series[str] = pa.Field(isin=list(CASE_LEVELS), description="what it is about")
    municipality: Series[str] = pa.Field(nullable=True, description="place; national; or several places")
    year: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="year, where known")
    approach: Series[str] = pa.Field(description="what was done")
    n_cases: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="cases, families or households")
    cost_before_eur: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="cost before, or of such a family, euro")
    cost_team_eur: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="cost with the team, or of the programme, euro")
    savings_low: Series[float] = pa.Field(nullable=True, description="savings, or the lower end of them, in savings_unit")
    savings_high: Series[float] = pa.Field(nullable=True, description="savings, or the upper end of them")
    savings_unit: Series[str] = pa.Field(nullable=True, description="unit of savings")
    benefit_cost_ratio: Series[float] = pa.Field(nullable=True, description="benefits per euro of cost")
    horizon: Series[str] = pa.Field(nullable=True, description="period the money is about")
    result: Series[str] = pa.Field(nullable=True, isin=list(CASE_RESULTS), description="result for the clients")
    who_pays: Series[str] = pa.Field(nullable=True, description="who bears the cost")
    who_gains: Series[str] = pa.Field(nullable=True, description="who bears lower cost")
    has_amount: Series[bool] = pa.Field(description="any cost, saving or ratio is printed")
    reason: Series[str] = pa.Field(isin=list(REASONS), description="why it is not compared")
    reason_nl: Series[str] = pa.Field(description="the same in Dutch")
    url: Series[str] = pa.Field(nullable=True, description="page, where there is one")
    note: Series[str] = pa.Field(nullable=True, description="remark of the coder")


CONTRACTS: Final[dict[str, type[Contract]]] = {
    "business_cases": ComparedCases,
    "business_summary": CaseSummary,
    "business_payers": CasePayers,
    "business_tornado": CaseTornado,
    "business_listed": ListedCases,
}
"""File under data/processed/estimates -> what it holds."""
