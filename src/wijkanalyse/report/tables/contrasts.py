"""Tables of the contrasts: published beside rerun, and with and without the help of the team."""

from __future__ import annotations

import pandas as pd

from wijkanalyse.frames import rows as records
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked
from wijkanalyse.report.tables.printed import Printed
from wijkanalyse.report.words import CONTRASTS, STATUSES, WEIGHTINGS

UNITS = Words({"use": "%", "duration": "dagen", "crisis": "%", "reach": "per honderd jongeren"})


def published_against_rerun(ledger: Ledger, mark: bool) -> str:
    """The three published pairs beside their rerun, pooled and as mean of municipalities."""
    rows = []
    for name in ("use", "duration", "crisis"):
        published = [ledger.bare(f"published.{name}.{group}") for group in ("active", "not_active")]
        rows.append([f"**{CONTRASTS[name]}** ({UNITS[name]})", tr("gepubliceerd"), *published, NOTHING])
        for weighting in ("pooled", "mean_of_municipalities"):
            key = f"{name}.zonder_verblijf.{weighting}"
            found = [ledger.with_interval(f"{key}.{term}") for term in ("active", "not_active", "difference")]
            rows.append(["", WEIGHTINGS[weighting], *found])
    caption = tr("Gepubliceerd naast nagerekend. Tussen haakjes het interval; een verschil van procenten is in procentpunten.")
    header = [tr("Uitkomst"), tr("Cijfer"), tr("Actief"), tr("Niet actief"), tr("Verschil")]
    return markdown_table(header, rows, caption + marked(mark), "tbl-naast-elkaar", [17, 26, 19, 19, 19], 3)


def activity_by_year(table: pd.DataFrame, printed: Printed, mark: bool) -> str:
    """Per year: municipalities without a share, with no or hidden help by the team, up to and above the threshold."""
    counts = ("unknown", "none", "suppressed", "below", "active")
    rows = []
    for row in records(table):
        year = str(row.year)
        status = "" if row.period_status == "Definitief" else f" ({STATUSES[row.period_status]})"
        rows.append(
            [
                printed.number(year, "year", row.year, "year") + status,
                *(printed.number(year, name, getattr(row, name), "count") for name in counts),
                printed.number(year, "median_share_pct", row.median_share_pct, "percent", 1),
                printed.number(year, "national_share_pct", row.national_share_pct, "percent", 1),
            ]
        )
    header = [
        tr("Jaar"), tr("Geen aandeel bekend"), tr("Geen hulp van het team"), tr("Te weinig om te tonen"), tr("Tot de grens"),
        tr("Erboven: actief"), tr("Mediaan van het aandeel (%)"), tr("Aandeel in alle hulp (%)"),
    ]  # fmt: skip
    caption = tr("Gemeenten naar de hulp die het wijkteam zelf geeft, elk jaar apart ingedeeld.")
    return markdown_table(header, rows, caption + marked(mark), "tbl-actief-per-jaar", [20, *[11] * 7], 7)


def with_and_without_team(ledger: Ledger, mark: bool, has_truth: bool) -> str:
    """The differences with the team's own help counted in, and without it."""
    rows = []
    for name in CONTRASTS:
        row = [
            f"{CONTRASTS[name]} ({UNITS[name]})",
            ledger.with_interval(f"{name}.zonder_verblijf.pooled.difference"),
            ledger.with_interval(f"{name}.niet_wijkteam.pooled.difference"),
        ]
        rows.append([*row, ledger.text(f"truth.{name}")] if has_truth else row)
    header = [tr("Verschil actief min niet actief"), tr("Met de hulp van het team"), tr("Zonder de hulp van het team")]
    widths = [30, 25, 27]
    if has_truth:
        header.append(tr("Ingebouwd waar effect"))
        widths.append(18)
    caption = tr("Dezelfde verschillen, met en zonder de hulp die het team zelf geeft. Tussen haakjes het interval.")
    if has_truth:
        caption += " " + tr("Het ingebouwde effect op het gebruik betreft het niveau; op de verandering is het nul.")
    return markdown_table(header, rows, caption + marked(mark), "tbl-constructie", widths, len(header) - 1)
