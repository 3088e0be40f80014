"""Claims on the business cases: cost before and with the team where both are known, and what else the pages say.

Amounts are in whole euros; their unit is `count`, and the text around them says euro.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from wijkanalyse.frames import rows
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.language import tr
from wijkanalyse.synthesis.business_cases import NOT_RECORDED

FOLDER: Final = "data/processed/estimates"
RULE: Final = "value_business_cases"
FILES: Final = "business_case.csv, own_business_cases.csv"


def compared(summary: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``costs.<origin>.*`` with origin recorded, own or all: every measure of `CaseSummary`, and the cases under it."""
    for row in rows(summary):
        where = _origin("business_summary", f"origin={row.origin}, measure={row.measure}")
        unit, decimals = ("count", 0) if row.unit == "euro" else ("percent", 0)
        label = f"{tr(row.label_nl)} ({words.CASE_ORIGINS[row.origin]})"
        yield Claim(f"costs.{row.origin}.{row.measure}", row.value, unit, label, where, row.lower, row.upper, decimals)
    for row in rows(summary.drop_duplicates("origin")):
        where = _origin("business_summary", f"origin={row.origin}, cases")
        label = f"{tr('Casussen met beide bedragen')} ({words.CASE_ORIGINS[row.origin]})"
        yield Claim(f"costs.{row.origin}.cases", row.cases, "count", label, where)


def cases(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``case.cheaper`` and ``case.all``: of the compared cases, how many are cheaper with the team."""
    where = _origin("business_cases", "is_cheaper")
    label = tr("Casussen die met het team goedkoper zijn")
    yield Claim("case.cheaper", int(table["is_cheaper"].sum()), "count", label, where)
    yield Claim("case.all", len(table), "count", tr("Casussen met beide bedragen"), where)


def listed(table: pd.DataFrame, payers: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``cases.*``: what the records without both amounts do say, and for how many it is known who pays and gains."""
    groups = table[table["level"].eq("aggregate")]
    where = _origin("business_listed", "rows")
    counts = {
        "listed": (len(table), tr("Vastleggingen zonder beide bedragen van één casus")),
        "groups": (len(groups), tr("Waarvan over een groep casussen")),
        "groups_better": (int(groups["result"].eq("better").sum()), tr("Groepen met een beter resultaat voor cliënten")),
        "groups_worse": (int(groups["result"].eq("worse").sum()), tr("Groepen met een slechter resultaat voor cliënten")),
        "groups_no_result": (int(groups["result"].isna().sum()), tr("Groepen zonder zichtbaar resultaat voor cliënten")),
        "groups_with_money": (int(groups["has_amount"].sum()), tr("Groepen met een uitkomst in geld")),
        "without_anything": (int((~table["has_amount"] & table["result"].isna()).sum()), tr("Alleen een titel gezien")),
    }
    for leaf, (value, label) in counts.items():
        yield Claim(f"cases.{leaf}", value, "count", label, where)
    where = _origin("business_payers", "rows")
    for leaf, column, label in (
        ("payer_known", "who_pays", tr("Vastleggingen waarvan bekend is wie betaalt")),
        ("gainer_known", "who_gains", tr("Vastleggingen waarvan bekend is wie er baat bij heeft")),
    ):
        known = int(payers.loc[payers[column].ne(NOT_RECORDED), "rows"].sum())
        yield Claim(f"cases.{leaf}", known, "count", label, where)
    yield Claim("cases.all", int(payers["rows"].sum()), "count", tr("Vastleggingen over kosten"), where)


def _origin(table: str, row: str) -> Origin:
    return Origin(f"{FOLDER}/{table}.parquet", row, FILES, RULE)
