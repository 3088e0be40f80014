"""Tables of what the run rests on: sources, checks, revisions and choices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from wijkanalyse.frames import rows as records
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.numbers import date
from wijkanalyse.report.tables.contrasts import UNITS
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked
from wijkanalyse.report.tables.printed import Printed
from wijkanalyse.report.words import CONTRASTS, FORMS, STATUSES


def sources(run: Mapping[str, Any], printed: Printed, mark: bool) -> str:
    """Which version of which StatLine table the run rests on."""
    rows = [
        [
            f"`{name}`",
            printed.words(name, "title", str(table["title"])),
            printed.words(name, "modified", date(str(table["modified"]))),
            printed.words(name, "retrieved", date(table["retrieved_at"])),
            printed.number(name, "rows", table["row_count"], "count"),
        ]
        for name, table in run["tables"].items()
    ]
    caption = tr("StatLine-tabellen van deze uitvoering.") + marked(mark)
    header = [tr("Tabel"), tr("Titel"), tr("Versie"), tr("Opgehaald"), tr("Rijen")]
    return markdown_table(header, rows, caption, "tbl-bronnen", [12, 46, 16, 18, 10], 1)


CHECKS = Words(
    {
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
)


def checks(table: pd.DataFrame, printed: Printed, mark: bool) -> str:
    """The data checks, those that found something else first."""
    rows = []
    for n, row in enumerate(records(table[~table["passed"]]), 1):
        found = tr("verwacht {expected}, gevonden {found}", expected=row.expected, found=row.found)
        different = f"**{tr('anders')}**: {printed.words(f'{row.check} {row.subject} {n}', 'found', found)}"
        rows.append([CHECKS[row.check], f"`{row.subject}`", different])
    for check, passed in table[table["passed"]].groupby("check", sort=False):
        times = printed.number(str(check), "passed", len(passed), "count")
        rows.append([CHECKS[str(check)], tr("{n} keer", n=times), tr("als verwacht")])
    caption = tr("Controles op de gegevens.")
    header = [tr("Controle"), tr("Onderwerp"), tr("Uitkomst")]
    return markdown_table(header, rows, caption + marked(mark), "tbl-controles", [40, 22, 38], 0)


def revisions(revised: pd.DataFrame, contrasts: pd.DataFrame, cells: Printed, differences: Printed) -> str:
    """What CBS revised since the versions stored before, and what that did to the pooled differences."""
    if revised.empty:
        return tr("Van geen tabel van deze uitvoering is een oudere versie bewaard, dus er is niets te vergelijken.") + "\n"
    rows = []
    for row in records(revised):
        key = f"{row.table} {row.status}"
        versions = f"{date(row.older)} \N{RIGHTWARDS ARROW} {date(row.newer)}"
        decimals = 0 if math.isnan(row.largest) or float(row.largest).is_integer() else 1
        rows.append(
            [
                f"`{row.table}`",
                cells.words(key, "versions", versions),
                STATUSES.get(row.status, NOTHING),
                *(cells.number(key, name, getattr(row, name), "count") for name in ("changed", "added", "gone")),
                cells.number(key, "largest", row.largest, "count", decimals),
            ]
        )
    header = [tr("Tabel"), tr("Versies"), tr("Status"), tr("Gewijzigd"), tr("Nieuw"), tr("Weg"), tr("Grootste")]
    caption = tr("Cellen die het CBS sinds de vorige bewaarde versie wijzigde.")
    first = markdown_table(header, rows, caption, "tbl-herzien", [13, 30, 15, 12, 9, 9, 12], 4)
    pooled = contrasts[contrasts["weighting"].eq("pooled") & contrasts["term"].eq("difference")]
    effects = [
        [
            f"{CONTRASTS[row.contrast]}, {FORMS[row.form]} ({UNITS[row.contrast]})",
            differences.number(f"{row.contrast} {row.form}", "before", row.before, decimals=2),
            differences.number(f"{row.contrast} {row.form}", "after", row.after, decimals=2),
            differences.number(f"{row.contrast} {row.form}", "change", row.change, decimals=2, signed=True),
        ]
        for row in records(pooled)
    ]
    header = [tr("Verschil actief min niet actief"), tr("Vorige versie"), tr("Deze versie"), tr("Door de herziening")]
    caption = tr("Wat de herziening met de verschillen deed.")
    second = markdown_table(header, effects, caption, "tbl-herzien-verschil", [46, 18, 18, 18], 3)
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
        [tr("Uitkomst van {contrast}", contrast=CONTRASTS[name].lower()), _outcome(contrast), f"`contrasts.{name}.outcome`"]
        for name, contrast in config["contrasts"].items()
    ]
    rows.append([tr("Vormen van hulp"), "; ".join(FORMS[form] for form in config["forms"]), "`forms`"])
    header = [tr("Keuze"), tr("Deze uitvoering"), tr("Sleutel in config.yaml")]
    return markdown_table(header, rows, tr("Keuzes van deze uitvoering."), "tbl-keuzes", [34, 34, 32], 0)


def _outcome(contrast: Mapping[str, Any]) -> str:
    denominator = f" / `{contrast['denominator']}`" if contrast.get("denominator") else ""
    return f"`{contrast['outcome']}`{denominator}"
