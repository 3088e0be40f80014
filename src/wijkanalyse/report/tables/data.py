"""Tables of what the run rests on: sources, checks, revisions and choices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from wijkanalyse.frames import rows as records
from wijkanalyse.report.numbers import date, number
from wijkanalyse.report.tables.contrasts import UNITS
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked
from wijkanalyse.report.words import CONTRASTS, FORMS, STATUSES


def sources(run: Mapping[str, Any], mark: bool) -> str:
    """Which version of which StatLine table the run rests on."""
    rows = [
        [
            f"`{name}`",
            str(table["title"]),
            date(str(table["modified"])),
            date(table["retrieved_at"]),
            number(table["row_count"]),
        ]
        for name, table in run["tables"].items()
    ]
    caption = "StatLine-tabellen van deze uitvoering." + marked(mark)
    return markdown_table(
        ["Tabel", "Titel", "Versie", "Opgehaald", "Rijen"], rows, caption, "tbl-bronnen", [12, 46, 16, 18, 10], 1
    )


CHECKS = {
    "title": "titel van de tabel als in het register",
    "division": "gemeenten op de eerste dag van het jaar als in de lijst van herindelingen",
    "coverage": "vrijwel elke gemeente heeft een cijfer",
    "coverage_kept": "elk cijfer van de vorige versie is er nog",
    "national_total": "gemeenten tellen op tot het landelijke totaal",
    "parts": "vormen van hulp tellen op tot hun geheel",
    "published_total": "landelijk totaal als in publicaties van het CBS",
    "year_on_year": "geen sprong van jaar op jaar",
    "suppressed": "de meeste cellen zijn getoond",
}


def checks(table: pd.DataFrame, mark: bool) -> str:
    """The data checks, those that found something else first."""
    rows = []
    for row in records(table[~table["passed"]]):
        rows.append([CHECKS[row.check], f"`{row.subject}`", f"**anders**: verwacht {row.expected}, gevonden {row.found}"])
    for check, passed in table[table["passed"]].groupby("check", sort=False):
        rows.append([CHECKS[str(check)], f"{number(len(passed))} keer", "als verwacht"])
    caption = "Controles op de gegevens."
    return markdown_table(["Controle", "Onderwerp", "Uitkomst"], rows, caption + marked(mark), "tbl-controles", [40, 22, 38], 0)


def revisions(revised: pd.DataFrame, contrasts: pd.DataFrame) -> str:
    """What CBS revised since the versions stored before, and what that did to the pooled differences."""
    if revised.empty:
        return "Van geen tabel van deze uitvoering is een oudere versie bewaard, dus er is niets te vergelijken.\n"
    rows = [
        [
            f"`{row.table}`",
            f"{date(row.older)} \N{RIGHTWARDS ARROW} {date(row.newer)}",
            STATUSES.get(row.status, NOTHING),
            *(number(count) for count in (row.changed, row.added, row.gone)),
            NOTHING if math.isnan(row.largest) else number(row.largest, 0 if float(row.largest).is_integer() else 1),
        ]
        for row in records(revised)
    ]
    header = ["Tabel", "Versies", "Status", "Gewijzigd", "Nieuw", "Weg", "Grootste"]
    first = markdown_table(
        header,
        rows,
        "Cellen die het CBS sinds de vorige bewaarde versie wijzigde.",
        "tbl-herzien",
        [13, 30, 15, 12, 9, 9, 12],
        4,
    )
    pooled = contrasts[contrasts["weighting"].eq("pooled") & contrasts["term"].eq("difference")]
    effects = [
        [
            f"{CONTRASTS[row.contrast]}, {FORMS[row.form]} ({UNITS[row.contrast]})",
            number(row.before, 2),
            number(row.after, 2),
            number(row.change, 2, signed=True),
        ]
        for row in records(pooled)
    ]
    second = markdown_table(
        ["Verschil actief min niet actief", "Vorige versie", "Deze versie", "Door de herziening"],
        effects,
        "Wat de herziening met de verschillen deed.",
        "tbl-herzien-verschil",
        [46, 18, 18, 18],
        3,
    )
    return f"{first}\n{second}"


def choices(ledger: Ledger, config: Mapping[str, Any]) -> str:
    """The choices of this run, as in config/config.yaml."""
    names = {
        "threshold": "classification.threshold_pct",
        "numerator": "classification.numerator",
        "denominator": "classification.denominator",
        "measure": "classification.measure",
        "classification_years": "classification.years",
        "minimum_count": "classification.minimum_count",
        **{f"{name}_years": f"contrasts.{name}.years" for name in config["contrasts"]},
        "boundaries_year": "panel.boundaries_year",
        "suppressed_value": "panel.suppressed_value",
        "cluster": "inference.cluster",
        "level": "inference.level",
        "across_break": "across_break",
    }
    rows = [[ledger.label(f"choice.{name}"), ledger.text(f"choice.{name}"), f"`{key}`"] for name, key in names.items()]
    rows += [
        [f"Uitkomst van {CONTRASTS[name].lower()}", _outcome(contrast), f"`contrasts.{name}.outcome`"]
        for name, contrast in config["contrasts"].items()
    ]
    rows.append(["Vormen van hulp", "; ".join(FORMS[form] for form in config["forms"]), "`forms`"])
    header = ["Keuze", "Deze uitvoering", "Sleutel in config.yaml"]
    return markdown_table(header, rows, "Keuzes van deze uitvoering.", "tbl-keuzes", [34, 34, 32], 0)


def _outcome(contrast: Mapping[str, Any]) -> str:
    denominator = f" / `{contrast['denominator']}`" if contrast.get("denominator") else ""
    return f"`{contrast['outcome']}`{denominator}"
