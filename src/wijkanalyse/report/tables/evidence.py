"""Tables of the other hand-coded evidence: reports of the teams and their coders, studies and the CPB, polls."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from wijkanalyse.evidence.codes import DIRECTIONS
from wijkanalyse.frames import rows as records
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.language import tr
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table
from wijkanalyse.report.tables.printed import Printed


def elements(table: pd.DataFrame, levels: Mapping[str, str], printed: Printed) -> str:
    """Every element that the study names beside how often it is seen in two kinds of text; table: frame as in `Elements`.

    levels: the kinds of text and what they are called.
    """
    by_level = {level: table[table["source_level"].eq(level)].set_index("element") for level in levels}
    rows, last = [], ""
    for row in records(next(iter(by_level.values())).reset_index()):
        kind, key = words.ELEMENT_LISTS[row.kind], str(row.element)
        about = printed.number(key, "published", row.published_pct, "percent", 0, bare=False)
        published = NOTHING if about == NOTHING else tr("circa {percent}", percent=about)
        seen = [_seen(found.loc[row.element], level, printed) for level, found in by_level.items()]
        rows.append(["" if kind == last else f"**{kind}**", tr(row.wording), published, *seen])
        last = kind
    kinds_of_text = []
    for level, found in by_level.items():
        n = printed.number("all", f"n {level}", float(found["n"].dropna().iloc[0]), "count")
        kinds_of_text.append(f"{_sentence(levels[level])} ({n})")
    header = [tr("Lijst van de studie"), tr("Element"), tr("Studie"), *kinds_of_text]
    caption = tr(
        "Wat de studie noemt, naast hoe vaak het is gezien: aantal teksten, en tussen haakjes het interval van het aandeel. "
        "Niet gezien is niet hetzelfde als afwezig. Bij belemmeringen staat geen aandeel: een deel van de teksten is juist "
        "daarom gezocht."
    )
    return markdown_table(header, rows, caption, "tbl-elementen", [18, 30, 12, *[24] * len(levels)], 1 + len(levels))


def _seen(row: pd.Series, level: str, printed: Printed) -> str:
    if pd.isna(row["seen"]):
        return tr("niet gecodeerd")
    key = str(row.name)
    seen = printed.number(key, f"seen {level}", float(row["seen"]), "count")
    if not row["is_prevalence"]:
        return seen
    ends = printed.interval(key, f"share {level}", float(row["lower"]), float(row["upper"]), "percent", 0, bare=False)
    return f"{seen} ({ends})"


def coders(table: pd.DataFrame, ledger: Ledger, printed: Printed) -> str:
    """How far two coders agree, per theme; table: frame as in `Agreement`."""
    rows = []
    for row in records(table):
        seen = [
            printed.number(row.item, name, getattr(row, name), "count") for name in ("first_seen", "second_seen", "both_seen")
        ]
        label = tr(row.label_nl)
        rows.append(
            [
                f"**{label}**" if row.kind == "all" else label,
                ", ".join(seen),
                printed.number(row.item, "disagreements", row.disagreements, "count"),
                printed.number(row.item, "agreement", row.agreement_pct, "percent", 0),
                _coefficient(printed, row, "kappa"),
                _coefficient(printed, row, "alpha"),
                printed.number(row.item, "ac1", row.ac1),
            ]
        )
    header = ["Thema", "Gezien door eerste, tweede, beide", "Verschil", "Gelijk (%)", "Kappa", "Alfa", "AC1"]
    caption = tr(
        "Overeenstemming van twee codeurs over {n} verslagen. Kappa (Cohen), alfa (Krippendorff) en AC1 (Gwet), met tussen "
        "haakjes het interval. Bij zelden geziene thema's zijn kappa en alfa laag of leeg, ook als de codeurs het bijna altijd "
        "eens zijn.",
        n=ledger.text("coders.reports"),
    )
    return markdown_table([tr(word) for word in header], rows, caption, "tbl-codeurs", [24, 17, 10, 9, 20, 20, 8], 6)


def _coefficient(printed: Printed, row: Any, name: str) -> str:
    lower, upper = (float(getattr(row, f"{name}_{end}")) for end in ("lower", "upper"))
    value = printed.number(row.item, name, float(getattr(row, name)))
    return value if math.isnan(lower) else f"{value} ({printed.interval(row.item, f'{name} interval', lower, upper, 'ratio')})"


def studies(table: pd.DataFrame, printed: Printed) -> str:
    """Studies counted by scope, design and direction, those without a visible outcome apart; table: frame as in `Votes`."""
    seen = [direction for direction in DIRECTIONS if table.loc[table["direction"].eq(direction), "is_evidence"].all()]
    directions = [*seen, *(direction for direction in DIRECTIONS if direction not in seen)]
    rows, last = [], ""
    for design in records(table.drop_duplicates(["scope", "design"])):
        first = "" if design.scope == last else f"**{_sentence(words.SCOPES[design.scope])}**"
        votes = table[table["scope"].eq(design.scope) & table["design"].eq(design.design)].set_index("direction")["count"]
        key = f"{design.scope} {design.design}"
        rows.append([first, words.DESIGNS[design.design], *_votes(printed, key, votes, directions)])
        last = design.scope
    total = table.groupby("direction")["count"].sum()
    rows.append([f"**{tr('Samen')}**", "", *_votes(printed, "all", total, directions)])
    header = ["", tr("Opzet"), *(_sentence(words.DIRECTIONS[name]) for name in directions)]
    caption = tr(
        "Onderzoeken naar opzet en uitkomst voor de wijkteams. Waar de uitkomst niet te zien is, telt een onderzoek niet voor "
        "en niet tegen."
    )
    return markdown_table(header, rows, caption, "tbl-onderzoeken", [14, 22, 11, 11, 15, 12, 13], len(header) - 2)


def _votes(printed: Printed, key: str, counts: pd.Series, directions: Sequence[str]) -> list[str]:
    return [printed.number(key, name, int(counts[name]), "count") if counts[name] else NOTHING for name in directions]


def flagged(ledger: Ledger, table: pd.DataFrame, printed: Printed) -> str:
    """The results of the CPB beside the published figure that they speak of; table: frame as in `Studies`."""
    rows = []
    for row in records(table[table["is_flagged"]]):
        key = f"cpb.{row.study_id.lower()}"
        found = f"[{row.title}]({row.url}) ({ledger.text(f'{key}.year')})"
        relation = words.RELATIONS.get(row.relation, NOTHING)
        remark = words.CPB_REMARKS.get(row.study_id, "" if pd.isna(row.remark) else str(row.remark))
        said = printed.words(row.study_id, "remark", remark)
        rows.append([found, ledger.text(f"{key}.found"), f"**{_sentence(relation)}**: {said}"])
    caption = tr(
        "Uitkomsten van het CPB naast de afname van het gebruik die de studie noemt ({active} tegen {not_active}).",
        active=ledger.text("published.use.active"),
        not_active=ledger.text("published.use.not_active"),
    )
    header = [tr("Onderzoek van het CPB"), tr("Uitkomst"), tr("Tegenover de studie")]
    return markdown_table(header, rows, caption, "tbl-cpb", [28, 42, 32], 0)


def poll_answers(table: pd.DataFrame, ledger: Ledger, printed: Printed) -> str:
    """What municipalities say that teams do and run into; table: frame as in `Polls`."""
    rows, last = [], ""
    for row in records(table):
        kind = _sentence(words.POLL_KINDS.get(row.kind, row.kind))
        key = f"{row.poll_id} {row.indicator}"
        rows.append(
            [
                "" if kind == last else f"**{kind}**",
                printed.words(key, "answer", tr(row.label_nl).split(": ", 1)[-1]),  # the first column names the kind
                _about(row.precision, ledger.with_interval(f"answer.{row.indicator}.{row.poll_id.lower()}")),
                NOTHING if pd.isna(row.n) else printed.number(key, "n", int(row.n), "count"),
                printed.words(key, "source", _source(row)),
            ]
        )
        last = kind
    caption = tr("Wat gemeenten antwoordden (%), met interval waar bekend is hoeveel gemeenten het waren.")
    header = ["", tr("Antwoord"), tr("Aandeel (%)"), tr("Gemeenten"), tr("Bron")]
    return markdown_table(header, rows, caption, "tbl-peilingen", [16, 34, 22, 14, 20], 3)


def _about(precision: str, share: str) -> str:
    if precision == "approx":
        return tr("circa {percent}", percent=share)
    if precision == "upper_bound":
        return tr("hooguit {percent}", percent=share)
    return tr("meer dan {percent}", percent=share) if precision == "lower_bound" else share


def _source(row: Any) -> str:
    source = tr(str(row.source)).split(" (")[0]
    return tr("{source}, jaar onbekend", source=source) if pd.isna(row.year) else f"{source}, {row.year}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
