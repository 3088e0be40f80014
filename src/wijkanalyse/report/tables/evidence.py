"""Tables of the other hand-coded evidence: reports of the teams and their coders, studies and the CPB, polls."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from wijkanalyse.evidence.codes import DIRECTIONS
from wijkanalyse.frames import rows as records
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.language import tr
from wijkanalyse.report.tables.grouped import under_headings
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table
from wijkanalyse.report.tables.printed import Printed


def elements(table: pd.DataFrame, levels: Mapping[str, str], printed: Printed) -> str:
    """Every element that the study names, by list, with how often it is seen in two kinds of text; table: as in `Elements`.

    levels: the kinds of text and what they are called.
    """
    by_level = {level: table[table["source_level"].eq(level)].set_index("element") for level in levels}
    rows: list[tuple[str, list[str]]] = []
    for row in records(next(iter(by_level.values())).reset_index()):
        key, element = str(row.element), tr(row.wording)
        if not pd.isna(row.published_pct):
            published = printed.number(key, "published", row.published_pct, "percent", 0, bare=False)
            element = tr("{element} (studie: circa {percent})", element=element, percent=published)
        seen = [_seen(found.loc[row.element], level, printed) for level, found in by_level.items()]
        rows.append((words.ELEMENT_LISTS[row.kind], [element, *seen]))
    kinds_of_text = []
    for level, found in by_level.items():
        n = printed.number("all", f"n {level}", float(found["n"].dropna().iloc[0]), "count")
        kinds_of_text.append(f"{_sentence(levels[level])} ({n})")
    caption = tr(
        "Wat de studie noemt, en hoe vaak het is gezien: aantal teksten, en tussen haakjes het interval van het aandeel. "
        "Niet gezien is niet hetzelfde als afwezig. Bij belemmeringen staat geen aandeel: een deel van de teksten is juist "
        "daarom gezocht."
    )
    header = [tr("Element, per lijst van de studie"), *kinds_of_text]
    return markdown_table(header, under_headings(rows), caption, "tbl-elementen", [46, *[27] * len(levels)], len(levels))


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
    rows: list[tuple[str, list[str]]] = []
    for design in records(table.drop_duplicates(["scope", "design"])):
        votes = table[table["scope"].eq(design.scope) & table["design"].eq(design.design)].set_index("direction")["count"]
        counts = _votes(printed, f"{design.scope} {design.design}", votes, directions)
        rows.append((_sentence(words.SCOPES[design.scope]), [words.DESIGNS[design.design], *counts]))
    total = _votes(printed, "all", table.groupby("direction")["count"].sum(), directions)
    header = [tr("Opzet"), *(_sentence(words.DIRECTIONS[name]) for name in directions)]
    caption = tr(
        "Onderzoeken naar opzet en uitkomst voor de wijkteams. Waar de uitkomst niet te zien is, telt een onderzoek niet voor "
        "en niet tegen."
    )
    lines = [*under_headings(rows), [f"**{tr('Samen')}**", *total]]
    return markdown_table(header, lines, caption, "tbl-onderzoeken", [28, 13, 13, 16, 14, 14], len(header) - 1)


def _votes(printed: Printed, key: str, counts: pd.Series, directions: Sequence[str]) -> list[str]:
    return [printed.number(key, name, int(counts[name]), "count") if counts[name] else NOTHING for name in directions]


def flagged(ledger: Ledger, table: pd.DataFrame, printed: Printed) -> str:
    """The results of the CPB beside the published figure that they speak of; table: frame as in `Studies`."""
    rows = []
    for row in records(table[table["is_flagged"]]):
        study = f"[{row.title}]({row.url}) ({ledger.text(f'cpb.{row.study_id.lower()}.year')})"
        found = tr("Uitkomst niet vastgelegd.")
        if not pd.isna(row.effect_stated):
            found = words.cpb_in_words(row.study_id, str(row.effect_stated), partial(printed.words, row.study_id))
        relation = words.RELATIONS.get(row.relation, NOTHING)
        remark = words.CPB_REMARKS.get(row.study_id, "" if pd.isna(row.remark) else str(row.remark))
        rows.append([study, f"{found} **{_sentence(relation)}**: {printed.words(row.study_id, 'remark', remark)}."])
    caption = tr(
        "Uitkomsten van het CPB, en hoe ze staan tegenover de afname van het gebruik die de studie noemt ({active} tegen "
        "{not_active}).",
        active=ledger.text("published.use.active"),
        not_active=ledger.text("published.use.not_active"),
    )
    header = [tr("Onderzoek van het CPB"), tr("Uitkomst, en tegenover de studie")]
    return markdown_table(header, rows, caption, "tbl-cpb", [30, 70], 0)


def poll_answers(table: pd.DataFrame, ledger: Ledger, printed: Printed) -> str:
    """What municipalities say that teams do and run into; table: frame as in `Polls`."""
    rows: list[tuple[str, list[str]]] = []
    for row in records(table):
        key = f"{row.poll_id} {row.indicator}"
        answer = printed.words(key, "answer", tr(row.label_nl).split(": ", 1)[-1])  # the heading names the kind
        share = _about(row.precision, ledger.with_interval(f"answer.{row.indicator}.{row.poll_id.lower()}"))
        n = NOTHING if pd.isna(row.n) else printed.number(key, "n", int(row.n), "count")
        kind = _sentence(words.POLL_KINDS.get(row.kind, row.kind))
        rows.append((kind, [f"{answer} ({_source(row, key, printed)})", share, n]))
    caption = tr("Wat gemeenten antwoordden (%), met interval waar bekend is hoeveel gemeenten het waren.")
    header = [tr("Antwoord (peiling)"), tr("Aandeel (%)"), tr("Gemeenten")]
    return markdown_table(header, under_headings(rows), caption, "tbl-peilingen", [58, 26, 16], 2)


def _about(precision: str, share: str) -> str:
    if precision == "approx":
        return tr("circa {percent}", percent=share)
    if precision == "upper_bound":
        return tr("hooguit {percent}", percent=share)
    return tr("meer dan {percent}", percent=share) if precision == "lower_bound" else share


def _source(row: Any, key: str, printed: Printed) -> str:
    source = printed.words(key, "source", tr(str(row.source)).split(" (")[0])
    if pd.isna(row.year):
        return tr("{source}, jaar onbekend", source=source)
    return f"{source}, {printed.number(key, 'year', int(row.year), 'year')}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
