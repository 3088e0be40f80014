"""What the report says of the business cases: those with both amounts where there are any, and the other records."""

from __future__ import annotations

from typing import Any

import pandas as pd

from wijkanalyse.frames import rows as records
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import unknown
from wijkanalyse.report.language import spoken, tr
from wijkanalyse.report.tables.grouped import under_headings
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table
from wijkanalyse.report.tables.printed import Printed
from wijkanalyse.synthesis.business_cases import FEW_CASES, NOT_RECORDED
from wijkanalyse.synthesis.business_tables import MEASURES

TORNADO = "tornado"
"""Name of the figure that stands with the cases."""


def cases(ledger: Ledger, compared: pd.DataFrame, payers: pd.DataFrame, each: Printed, paying: Printed) -> str:
    """The comparison of cases: each case, what they say together, who pays and gains, and the figure of the assumptions.

    compared: frame as in `ComparedCases`; payers: as in `CasePayers`. Without cases a paragraph that says so. `each` prints
    from the former, `paying` from the latter.
    """
    if compared.empty:
        said = tr(
            "Op geen van de gevonden bladzijden staan beide bedragen van één casus, en er zijn geen eigen casussen toegevoegd. "
            "Er is hier dus niets te vergelijken. Een gemeente kan haar eigen casussen toevoegen in {file}: per huishouden de "
            "kosten vooraf en met het team, over een even lange periode. Bij de volgende uitvoering staan hier dan het "
            "verschil per casus met zijn interval, het aandeel dat goedkoper is, wie betaalt en wie er baat bij heeft, en hoe "
            "ver de uitkomst verschuift met de aannamen.",
            file="`data/raw/evidence/own_business_cases.csv`",
        )
        return said + "\n"
    who = _payers(payers[payers["compared"].gt(0)], paying)
    figure = f"{{{{< include /_generated/{spoken()}/fig_{TORNADO}.md >}}}}\n"
    return "\n".join(
        [_conclusion(ledger, len(compared), each), _each(compared, each), _together(ledger, compared), who, figure]
    )


def _conclusion(ledger: Ledger, count: int, printed: Printed) -> str:
    name = "costs.all.mean_difference_eur"
    interval = ledger.with_interval(name).removeprefix(ledger.bare(name)).strip()
    values = {
        "cheaper": ledger.text("case.cheaper"),
        "all": ledger.text("case.all"),
        "table": "@tbl-casussen",
        "difference": ledger.text(name),
    }
    if interval:
        said = tr(
            "Met het wijkteam zijn {cheaper} van de {all} casussen goedkoper ({table}); per casus is het verschil gemiddeld "
            "{difference} euro {interval}.",
            interval=interval,
            **values,
        )
    else:
        said = tr(
            "Met het wijkteam zijn {cheaper} van de {all} casussen goedkoper ({table}); per casus is het verschil gemiddeld "
            "{difference} euro, zonder interval omdat het er te weinig zijn.",
            **values,
        )
    if interval and count < FEW_CASES:
        few = printed.number("interval", "few_cases", FEW_CASES, "count")
        said += " " + tr("Met minder dan {few} casussen is zo'n interval te smal.", few=few)
    chosen = tr(
        "De kosten vooraf zijn een schatting van wie de casus kent, en casussen zijn gekozen: daarover zegt geen interval iets."
    )
    return f"{said} {chosen}\n"


def _each(compared: pd.DataFrame, printed: Printed) -> str:
    amounts = ("value_before_eur", "value_team_eur", "difference_eur")
    rows = [
        [
            printed.words(row.case_id, "case", str(row.case_id)),
            words.CASE_ORIGINS[row.origin],
            *(printed.number(row.case_id, name, getattr(row, name), "count") for name in amounts),
            printed.number(row.case_id, "difference_pct", row.difference_pct, "percent", 0),
            words.RESULTS.get(row.result, NOTHING),
        ]
        for row in records(compared)
    ]
    header = ["Casus", "Herkomst", "Vooraf", "Met team", "Verschil", "Verschil (%)", "Resultaat voor cliënten"]
    caption = tr("Kosten per casus vooraf en met het wijkteam (euro), op de gekozen aannamen. Een minteken is goedkoper.")
    return markdown_table([tr(word) for word in header], rows, caption, "tbl-casussen", [16, 12, 14, 14, 14, 13, 17], 5)


def _together(ledger: Ledger, compared: pd.DataFrame) -> str:
    """Totals per origin; both together only where there are both."""
    origins = [origin for origin in ("recorded", "own") if compared["origin"].eq(origin).any()]
    shown = [*origins, "all"] if len(origins) > 1 else origins
    rows = [
        [_sentence(tr(label)), *(_value(ledger, f"costs.{origin}.{measure}") for origin in shown)]
        for measure, (_, label) in MEASURES.items()
    ]
    header = [f"{_sentence(words.CASE_ORIGINS[origin])} ({ledger.text(f'costs.{origin}.cases')})" for origin in shown]
    caption = tr(
        "Wat de casussen samen zeggen: bedragen in euro per casus, aandelen in procenten, tussen haakjes het interval."
    )
    return markdown_table(["", *header], rows, caption, "tbl-casussen-samen", [44, *[28] * len(shown)], len(shown))


def _payers(payers: pd.DataFrame, printed: Printed) -> str:
    rows = []
    for row in records(payers):
        key = f"{row.origin} {row.level} {row.who_pays} {row.who_gains}"
        rows.append(
            [
                printed.words(key, "who_pays", _party(row.who_pays)),
                printed.words(key, "who_gains", _party(row.who_gains)),
                printed.number(key, "cases", row.compared, "count"),
                printed.number(key, "difference", row.difference_eur, "count"),
            ]
        )
    header = [tr("Wie betaalt het team"), tr("Wie heeft lagere kosten"), tr("Casussen"), tr("Verschil samen")]
    caption = tr("Wie betaalt en wie er baat bij heeft (euro, alle casussen van de regel samen).")
    return markdown_table(header, rows, caption, "tbl-betalers", [30, 30, 16, 22], 2)


def listed(table: pd.DataFrame, printed: Printed) -> str:
    """The records without both amounts that say anything: money or a result for clients; table: frame as in `ListedCases`.

    Records on the same subject stand together, under its name.
    """
    said = table[table["has_amount"] | table["result"].notna()]
    rows = [
        (
            _sentence(words.CASE_LEVELS[level]),
            [
                _place_and_source(row, printed),
                _money(row, printed),
                words.RESULTS.get(row.result, NOTHING),
            ],
        )
        for level in words.CASE_LEVELS
        for row in records(said[said["level"].eq(level)])
    ]
    header = [tr("Plaats, jaar (bron)"), tr("Uitkomst in geld"), tr("Resultaat voor cliënten")]
    caption = tr(
        "Vastleggingen zonder beide bedragen van één casus, zoals ze zijn; n is het aantal casussen of gezinnen. Ze zijn niet "
        "bij elkaar op te tellen, en een deel noemt de bron als ‘ongeveer’ of ‘ten minste’."
    )
    return markdown_table(header, under_headings(rows), caption, "tbl-kosten", [40, 40, 20], 0)


def _place_and_source(row: Any, printed: Printed) -> str:
    named = isinstance(row.municipality, str)
    place = _sentence(words.PLACES.get(row.municipality, row.municipality)) if named else tr("Plaats onbekend")
    if not pd.isna(row.year):
        place += f", {printed.number(row.case_id, 'year', int(row.year), 'year')}"
    if not pd.isna(row.n_cases):
        place += f", n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{printed.number(row.case_id, 'n_cases', int(row.n_cases), 'count')}"
    case = str(row.case_id)
    return f"{place} ({f'[{case}]({row.url})' if isinstance(row.url, str) else printed.words(case, 'case', case)})"


def _money(row: Any, printed: Printed) -> str:
    """Every amount that the record holds, in words."""
    is_yearly = row.horizon == "year"
    parts = []
    for name in ("cost_before_eur", "cost_team_eur"):
        if not pd.isna(getattr(row, name)):
            amount = printed.number(row.case_id, name, int(getattr(row, name)), "count")
            parts.append(
                tr("kost {amount} euro per jaar", amount=amount) if is_yearly else tr("kost {amount} euro", amount=amount)
            )
    if not pd.isna(row.savings_low):
        unit = printed.words(row.case_id, "savings_unit", words.SAVINGS_UNITS.get(row.savings_unit, row.savings_unit))
        is_range = row.savings_low != row.savings_high
        ends = float(row.savings_low), float(row.savings_high)
        amount = (
            printed.interval(row.case_id, "savings", *ends, "count")
            if is_range
            else printed.number(row.case_id, "savings", ends[0], "count")
        )
        parts.append(f"{amount} {unit}")
    if not pd.isna(row.benefit_cost_ratio):
        ratio = printed.number(row.case_id, "benefit_cost_ratio", row.benefit_cost_ratio)
        parts.append(tr("{amount} euro baten per euro kosten", amount=ratio))
    return "; ".join(parts) or NOTHING


def _party(name: str) -> str:
    return tr("niet vastgelegd") if name == NOT_RECORDED else name


def _value(ledger: Ledger, name: str) -> str:
    return NOTHING if ledger.plain(name) == unknown() else ledger.with_interval(name)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
