"""The report's tables, as Markdown made from claims and tidy frames."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from wijkanalyse.frames import rows as records
from wijkanalyse.report.numbers import NARROW_SPACE, date, number
from wijkanalyse.report.words import CONTRASTS, FORMS, MARK, STATUSES, WEIGHTINGS


def markdown_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], caption: str, label: str, widths: Sequence[int], right: int
) -> str:
    """Return a pipe table; `widths` are relative column widths, the last `right` columns are set flush right."""
    rules = ["-" * (width - 1) + (":" if place >= len(header) - right else "-") for place, width in enumerate(widths)]
    lines = [_line(header), "|" + "|".join(rules) + "|", *(_line(row) for row in rows)]
    return "\n".join([*lines, "", f": {caption} {{#{label}}}", ""])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


NOTHING = "\N{EM DASH}"


def _without_unit(text: str) -> str:
    for unit in ("%", f"{NARROW_SPACE}procentpunt", f"{NARROW_SPACE}dagen", f"{NARROW_SPACE}dag"):
        text = text.removesuffix(unit)
    return text


class Ledger:
    """Claims by name, for tables."""

    def __init__(self, claims: pd.DataFrame) -> None:
        self._rows = claims.set_index("id")

    def text(self, name: str) -> str:
        """The claim as printed, or an em dash when there is none."""
        return str(self._rows.at[name, "text"]) if name in self._rows.index else NOTHING

    def with_interval(self, name: str) -> str:
        """The claim and, in brackets, its interval, both without their unit: the row or column names it."""
        if name not in self._rows.index:
            return NOTHING
        row: Any = self._rows.loc[name]
        if math.isnan(float(row["value"])):
            return NOTHING
        interval = f" ({_without_unit(str(row['interval']))})" if row["interval"] else ""
        return f"{_without_unit(str(row['text']))}{interval}"

    def bare(self, name: str) -> str:
        """The claim without its unit."""
        return _without_unit(self.text(name))

    def with_n(self, name: str, n: str) -> str:
        """The claim and, in brackets, the number of respondents."""
        return f"{self.bare(name)} (n = {self.text(n)})"

    def label(self, name: str) -> str:
        """What the claim is, in words."""
        return str(self._rows.at[name, "label"])


UNITS = {"use": "%", "duration": "dagen", "crisis": "%", "reach": "per honderd jongeren"}


def published_against_rerun(ledger: Ledger, mark: bool) -> str:
    """The three published pairs beside their rerun, pooled and as mean of municipalities."""
    rows = []
    for name in ("use", "duration", "crisis"):
        published = [ledger.bare(f"published.{name}.{group}") for group in ("active", "not_active")]
        rows.append([f"**{CONTRASTS[name]}** ({UNITS[name]})", "gepubliceerd", *published, NOTHING])
        for weighting in ("pooled", "mean_of_municipalities"):
            key = f"{name}.zonder_verblijf.{weighting}"
            found = [ledger.with_interval(f"{key}.{term}") for term in ("active", "not_active", "difference")]
            rows.append(["", WEIGHTINGS[weighting], *found])
    caption = "Gepubliceerd naast nagerekend. Tussen haakjes het interval; een verschil van procenten is in procentpunten."
    header = ["Uitkomst", "Cijfer", "Actief", "Niet actief", "Verschil"]
    return markdown_table(header, rows, caption + _marked(mark), "tbl-naast-elkaar", [24, 22, 18, 18, 18], 3)


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
    header = ["Verschil actief min niet actief", "Met de hulp van het team", "Zonder de hulp van het team"]
    widths = [30, 25, 27]
    if has_truth:
        header.append("Ingebouwd waar effect")
        widths.append(18)
    caption = "Dezelfde verschillen, met en zonder de hulp die het team zelf geeft. Tussen haakjes het interval."
    if has_truth:
        caption += " Het ingebouwde effect op het gebruik betreft het niveau; op de verandering is het nul."
    return markdown_table(header, rows, caption + _marked(mark), "tbl-constructie", widths, len(header) - 1)


def client_indicators(ledger: Ledger, indicators: pd.DataFrame) -> str:
    """The eight client indicators beside the published ones."""
    rows = [
        [
            f"{row.label_nl} (%)" if row.unit == "percent" else str(row.label_nl),
            ledger.with_n(f"indicator.{row.indicator}.published", f"indicator.{row.indicator}.published_n"),
            ledger.with_interval(f"indicator.{row.indicator}.pooled"),
            ledger.with_n(f"indicator.{row.indicator}.k_with_n", f"indicator.{row.indicator}.n"),
            ledger.with_interval(f"indicator.{row.indicator}.unweighted"),
            ledger.text(f"indicator.{row.indicator}.k"),
        ]
        for row in records(indicators)
    ]
    header = [
        "Indicator",
        "Studie",
        "Gewogen naar respondenten",
        "Onderzoeken met n",
        "Gemiddelde van onderzoeken",
        "Onderzoeken",
    ]
    return markdown_table(
        header, rows, "Cliëntcijfers: gepubliceerd naast de herhaling.", "tbl-clientcijfers", [16, 17, 21, 17, 21, 10], 5
    )


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
    caption = "StatLine-tabellen van deze uitvoering." + _marked(mark)
    return markdown_table(
        ["Tabel", "Titel", "Versie", "Opgehaald", "Rijen"], rows, caption, "tbl-bronnen", [12, 46, 16, 18, 10], 1
    )


CHECKS = {
    "title": "titel van de tabel als in het register",
    "division": "gemeenten op de eerste dag van het jaar als in de lijst van herindelingen",
    "coverage": "vrijwel elke gemeente heeft een cijfer",
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
    return markdown_table(
        ["Controle", "Onderwerp", "Uitkomst"], rows, caption + _marked(mark), "tbl-controles", [40, 22, 38], 0
    )


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


def _marked(mark: bool) -> str:
    return f" {MARK}." if mark else ""
