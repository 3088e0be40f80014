"""What the report says of the business cases: those with both amounts where there are any, and the other records."""

from __future__ import annotations

import pandas as pd

from wijkanalyse.frames import rows as records
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import unknown
from wijkanalyse.report.numbers import number
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table
from wijkanalyse.synthesis.business_cases import FEW_CASES, NOT_RECORDED
from wijkanalyse.synthesis.business_tables import MEASURES

TORNADO = "tornado"
"""Name of the figure that stands with the cases."""

_NO_CASES = (
    "Op geen van de gevonden bladzijden staan beide bedragen van één casus, en er zijn geen eigen casussen toegevoegd. Er is "
    "hier dus niets te vergelijken. Een gemeente kan haar eigen casussen toevoegen in "
    "`data/raw/evidence/own_business_cases.csv`: per huishouden de kosten vooraf en met het team, over een even lange periode. "
    "Bij de volgende uitvoering staan hier dan het verschil per casus met zijn interval, het aandeel dat goedkoper is, wie "
    "betaalt en wie er baat bij heeft, en hoe ver de uitkomst verschuift met de aannamen.\n"
)
_ORIGINS = {"recorded": "gevonden", "own": "eigen"}


def cases(ledger: Ledger, compared: pd.DataFrame, payers: pd.DataFrame) -> str:
    """The comparison of cases: each case, what they say together, who pays and gains, and the figure of the assumptions.

    compared: frame as in `ComparedCases`; payers: as in `CasePayers`. Without cases a paragraph that says so.
    """
    if compared.empty:
        return _NO_CASES
    together = _together(ledger, compared)
    paying = _payers(payers[payers["compared"].gt(0)])
    figure = f"{{{{< include /_generated/fig_{TORNADO}.md >}}}}\n"
    return "\n".join([_conclusion(ledger), _each(compared), together, paying, figure])


def _conclusion(ledger: Ledger) -> str:
    key = "costs.all"
    cheaper = f"{ledger.text('case.cheaper')} van de {ledger.text('case.all')} casussen goedkoper"
    difference = ledger.text(f"{key}.mean_difference_eur")
    interval = _ends(ledger, f"{key}.mean_difference_eur")
    few = (
        f" Met minder dan {FEW_CASES} casussen is zo'n interval te smal."
        if interval and float(ledger.text("case.all").replace(".", "")) < FEW_CASES
        else ""
    )
    return (
        f"Met het wijkteam zijn {cheaper} (@tbl-casussen); per casus is het verschil gemiddeld {difference} euro{interval}."
        f"{few} De kosten vooraf zijn een schatting van wie de casus kent, en casussen zijn gekozen: daarover zegt geen "
        "interval iets.\n"
    )


def _ends(ledger: Ledger, name: str) -> str:
    both = ledger.with_interval(name)
    return f" ({both.split(' (', 1)[1]}" if " (" in both else ", zonder interval omdat het er te weinig zijn"


def _each(compared: pd.DataFrame) -> str:
    rows = [
        [
            str(row.case_id),
            _ORIGINS[row.origin],
            *(number(amount) for amount in (row.value_before_eur, row.value_team_eur, row.difference_eur)),
            NOTHING if pd.isna(row.difference_pct) else number(row.difference_pct),
            words.RESULTS.get(row.result, NOTHING),
        ]
        for row in records(compared)
    ]
    header = ["Casus", "Herkomst", "Vooraf", "Met team", "Verschil", "Verschil (%)", "Resultaat voor cliënten"]
    caption = "Kosten per casus vooraf en met het wijkteam (euro), op de gekozen aannamen. Een minteken is goedkoper."
    return markdown_table(header, rows, caption, "tbl-casussen", [16, 12, 14, 14, 14, 13, 17], 5)


def _together(ledger: Ledger, compared: pd.DataFrame) -> str:
    """Totals per origin; both together only where there are both."""
    origins = [origin for origin in ("recorded", "own") if compared["origin"].eq(origin).any()]
    shown = [*origins, "all"] if len(origins) > 1 else origins
    rows = [
        [label[:1].upper() + label[1:], *(_value(ledger, f"costs.{origin}.{measure}") for origin in shown)]
        for measure, (_, label) in MEASURES.items()
    ]
    titles = {**_ORIGINS, "all": "samen"}
    header = ["", *(f"{titles[origin]} ({ledger.text(f'costs.{origin}.cases')})".capitalize() for origin in shown)]
    caption = "Wat de casussen samen zeggen: bedragen in euro per casus, aandelen in procenten, tussen haakjes het interval."
    return markdown_table(header, rows, caption, "tbl-casussen-samen", [44, *[28] * len(shown)], len(shown))


def _payers(payers: pd.DataFrame) -> str:
    rows = [
        [_party(row.who_pays), _party(row.who_gains), number(row.compared), number(row.difference_eur)]
        for row in records(payers)
    ]
    header = ["Wie betaalt het team", "Wie heeft lagere kosten", "Casussen", "Verschil samen"]
    caption = "Wie betaalt en wie er baat bij heeft (euro, alle casussen van de regel samen)."
    return markdown_table(header, rows, caption, "tbl-betalers", [30, 30, 16, 22], 2)


def listed(table: pd.DataFrame) -> str:
    """The records without both amounts that say anything: money or a result for clients; table: frame as in `ListedCases`."""
    rows = [
        [
            f"[{row.case_id}]({row.url})" if isinstance(row.url, str) else str(row.case_id),
            _place(row.municipality),
            NOTHING if pd.isna(row.year) else str(row.year),
            words.CASE_LEVELS[row.level],
            NOTHING if pd.isna(row.n_cases) else number(row.n_cases),
            _money(row),
            words.RESULTS.get(row.result, NOTHING),
        ]
        for row in records(table[table["has_amount"] | table["result"].notna()])
    ]
    header = ["Bron", "Plaats", "Jaar", "Waarover", "Casussen", "Uitkomst in geld", "Resultaat voor cliënten"]
    caption = "Vastleggingen zonder beide bedragen van één casus, zoals ze zijn. Ze zijn niet bij elkaar op te tellen."
    return markdown_table(header, rows, caption, "tbl-kosten", [10, 17, 8, 18, 11, 26, 13], 0)


def _money(row: object) -> str:
    """Every amount that the record holds, in words."""
    before, team, ratio = (getattr(row, name) for name in ("cost_before_eur", "cost_team_eur", "benefit_cost_ratio"))
    low, high, unit = (getattr(row, name) for name in ("savings_low", "savings_high", "savings_unit"))
    per_year = " per jaar" if getattr(row, "horizon", None) == "year" else ""
    parts = []
    if not pd.isna(before):
        parts.append(f"kost {number(before)} euro{per_year}")
    if not pd.isna(team):
        parts.append(f"kosten {number(team)} euro{per_year}")
    if not pd.isna(low):
        amount = number(low) if low == high else f"{number(low)} tot {number(high)}"
        parts.append(f"{amount} {words.SAVINGS_UNITS.get(unit, unit)}")
    if not pd.isna(ratio):
        parts.append(f"{number(ratio, 2)} euro baten per euro kosten")
    return "; ".join(parts) or NOTHING


def _place(name: object) -> str:
    return NOTHING if not isinstance(name, str) else words.PLACES.get(name, name)


def _party(name: str) -> str:
    return "niet vastgelegd" if name == NOT_RECORDED else name


def _value(ledger: Ledger, name: str) -> str:
    text = ledger.with_interval(name)
    return NOTHING if text == unknown() else text
