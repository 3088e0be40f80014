"""Tables of the hand-coded evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from wijkanalyse.evidence.codes import DIRECTIONS, PUBLISHED_INDICATORS
from wijkanalyse.frames import rows as records
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import unknown
from wijkanalyse.report.claims.surveys import VARIANTS
from wijkanalyse.report.numbers import interval, number
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked

SHORT = {
    "tevredenheid_cijfer": "cijfer",
    "bekendheid": "bekend\N{SOFT HYPHEN}heid",
    "kwaliteit": "kwali\N{SOFT HYPHEN}teit",
    "zelfredzaamheid": "zelfred\N{SOFT HYPHEN}zaam\N{SOFT HYPHEN}heid",
}
"""Names of indicators that fit a narrow column."""


def client_indicators(ledger: Ledger) -> str:
    """The eight client indicators beside the published ones."""
    rows = []
    for name in PUBLISHED_INDICATORS:
        key = f"indicator.{name}"
        rows.append(
            [
                _named(name),
                f"{ledger.bare(f'{key}.published')} ({_plain(ledger, f'{key}.published_n')})",
                f"{ledger.text(f'{key}.k')} ({ledger.text(f'{key}.places')})",
                f"{ledger.text(f'{key}.k_with_n')} ({ledger.text(f'{key}.n')})",
                ledger.with_interval(f"{key}.mean"),
                _plain(ledger, f"{key}.elsewhere"),
                ledger.with_interval(f"{key}.pooled"),
                ledger.text(f"{key}.position"),
            ]
        )
    header = [
        "Indicator",
        "Studie (n)",
        "Onder\N{SOFT HYPHEN}zoeken (plaatsen)",
        "Waarvan met n (som n)",
        "Gemiddelde over plaatsen",
        "Een andere plaats",
        "Gewogen naar respon\N{SOFT HYPHEN}denten",
        "Het cijfer van de studie ligt",
    ]
    caption = (
        "Cliëntcijfers: gepubliceerd naast de herhaling met een eigen verzameling onderzoeken. Tussen haakjes het interval; "
        "*een andere plaats* is het gebied waar het cijfer van nog een plaats te verwachten is."
    )
    return markdown_table(header, rows, caption, "tbl-clientcijfers", [17, 12, 11, 12, 15, 11, 15, 12], 7)


def client_sensitivity(ledger: Ledger) -> str:
    """The mean over places with other choices: a row per choice, a column per indicator."""
    names = list(PUBLISHED_INDICATORS)
    labels = {
        "main": "**hoofdschatting**",
        **{variant: label for variant, (label, _) in VARIANTS.items()},
        "pooled": "naar respondenten",
        "unweighted": "van onderzoeken",
    }
    rows = [["gepubliceerd", *(ledger.bare(f"indicator.{name}.published") for name in names), NOTHING]]
    for variant, label in labels.items():
        inside = f"{ledger.text(f'sensitive.{variant}.inside')} van {ledger.text(f'sensitive.{variant}.known')}"
        rows.append([label, *(_plain(ledger, f"sensitive.{variant}.{name}") for name in names), inside])
        if variant == "main":
            for leaf, text in (("lowest", "laagste"), ("highest", "hoogste")):
                values = (_plain(ledger, f"without_one.{name}.{leaf}") for name in names)
                rows.append([f"{text}, één onderzoek weg", *values, NOTHING])
    rows.append(["I² (%)", *(_plain(ledger, f"indicator.{name}.i2") for name in names), NOTHING])
    header = ["Keuze", *(SHORT.get(name, PUBLISHED_INDICATORS[name].label_nl) for name in names), "Studie in interval"]
    caption = (
        "Het gemiddelde over plaatsen bij telkens één andere keuze, en de twee andere gemiddelden. Een streep: te weinig "
        "plaatsen. I² is het deel van de spreiding dat tussen plaatsen zit."
    )
    return markdown_table(header, rows, caption, "tbl-clientkeuzes", [26, *[9] * len(names), 11], len(names) + 1)


def client_activity(ledger: Ledger, mark: bool) -> str:
    """What clients say in municipalities with and without an active team."""
    rows = []
    for name in PUBLISHED_INDICATORS:
        key = f"activity.{name}"
        pair = [(f"{key}.{group}", f"{key}.places_{group}") for group in ("active", "not_active")]
        means = [f"{_plain(ledger, mean)} ({ledger.text(places)})" for mean, places in pair]
        rows.append([_named(name), *means, ledger.with_interval(f"{key}.difference")])
    caption = (
        "Cliëntcijfers in gemeenten met en zonder actief wijkteam die een onderzoek openbaar maakten; tussen haakjes het "
        "aantal gemeenten, en bij het verschil het interval. Een verschil van procenten is in procentpunten."
    )
    header = ["Indicator", "Actief (gemeenten)", "Niet actief (gemeenten)", "Verschil"]
    return markdown_table(header, rows, caption + marked(mark), "tbl-clientactief", [34, 20, 22, 26], 3)


def elements(table: pd.DataFrame, levels: dict[str, str]) -> str:
    """Every element that the study names beside how often it is seen in two kinds of text; table: frame as in `Elements`."""
    by_level = [table[table["source_level"].eq(level)].set_index("element") for level in levels]
    rows, last = [], ""
    for row in records(by_level[0].reset_index()):
        kind = words.ELEMENT_LISTS[row.kind]
        published = NOTHING if pd.isna(row.published_pct) else f"circa {number(row.published_pct)}%"
        seen = [_seen(found.loc[row.element]) for found in by_level]
        rows.append(["" if kind == last else f"**{kind}**", row.wording, published, *seen])
        last = kind
    sizes = [int(found["n"].dropna().iloc[0]) for found in by_level]
    kinds_of_text = [f"{levels[level]} ({n})".capitalize() for level, n in zip(levels, sizes, strict=True)]
    header = ["Lijst van de studie", "Element", "Studie", *kinds_of_text]
    caption = (
        "Wat de studie noemt, naast hoe vaak het is gezien: aantal teksten, en tussen haakjes het interval van het aandeel. "
        "Niet gezien is niet hetzelfde als afwezig. Bij belemmeringen staat geen aandeel: een deel van de teksten is juist "
        "daarom gezocht."
    )
    return markdown_table(header, rows, caption, "tbl-elementen", [18, 30, 12, *[24] * len(levels)], 1 + len(levels))


def _seen(row: pd.Series) -> str:
    if pd.isna(row["seen"]):
        return "niet gecodeerd"
    if not row["is_prevalence"]:
        return f"{row['seen']}"
    return f"{row['seen']} ({interval(float(row['lower']), float(row['upper']), 'percent', 0)})"


def coders(table: pd.DataFrame) -> str:
    """How far two coders agree, per theme; table: frame as in `Agreement`."""
    rows = [
        [
            f"**{row.label_nl}**" if row.kind == "all" else row.label_nl,
            f"{row.first_seen}, {row.second_seen}, {row.both_seen}",
            number(row.disagreements),
            number(row.agreement_pct),
            _coefficient(row.kappa, row.kappa_lower, row.kappa_upper),
            _coefficient(row.alpha, row.alpha_lower, row.alpha_upper),
            _coefficient(row.ac1),
        ]
        for row in records(table)
    ]
    header = ["Thema", "Gezien door eerste, tweede, beide", "Verschil", "Gelijk (%)", "Kappa", "Alfa", "AC1"]
    caption = (
        f"Overeenstemming van twee codeurs over {number(table['reports'].iloc[0])} verslagen. Kappa (Cohen), alfa "
        "(Krippendorff) en AC1 (Gwet), met tussen haakjes het interval. Bij zelden geziene thema's zijn kappa en alfa laag of "
        "leeg, ook als de codeurs het bijna altijd eens zijn."
    )
    return markdown_table(header, rows, caption, "tbl-codeurs", [24, 17, 9, 9, 20, 20, 8], 6)


def _coefficient(value: float, lower: float = float("nan"), upper: float = float("nan")) -> str:
    if pd.isna(value):
        return NOTHING
    ends = "" if pd.isna(lower) else f" ({number(lower, 2)} tot {number(upper, 2)})"
    return f"{number(value, 2)}{ends}"


def studies(table: pd.DataFrame) -> str:
    """Studies counted by scope, design and direction, those without a visible outcome apart; table: frame as in `Votes`."""
    seen = [direction for direction in DIRECTIONS if table.loc[table["direction"].eq(direction), "is_evidence"].all()]
    unclear = [direction for direction in DIRECTIONS if direction not in seen]
    rows, last = [], ""
    for design in records(table.drop_duplicates(["scope", "design"])):
        first = "" if design.scope == last else f"**{words.SCOPES[design.scope].capitalize()}**"
        votes = table[table["scope"].eq(design.scope) & table["design"].eq(design.design)].set_index("direction")["count"]
        rows.append([first, words.DESIGNS[design.design], *_votes(votes, seen), *_votes(votes, unclear)])
        last = design.scope
    total = table.groupby("direction")["count"].sum()
    rows.append(["**Samen**", "", *_votes(total, seen), *_votes(total, unclear)])
    header = ["", "Opzet", *(words.DIRECTIONS[name].capitalize() for name in [*seen, *unclear])]
    caption = (
        "Onderzoeken naar opzet en uitkomst voor de wijkteams. Waar de uitkomst niet te zien is, telt een onderzoek niet voor "
        "en niet tegen."
    )
    return markdown_table(header, rows, caption, "tbl-onderzoeken", [14, 22, 11, 11, 15, 12, 13], len(header) - 2)


def _votes(counts: pd.Series, directions: Sequence[str]) -> list[str]:
    return [number(counts[name]) if counts[name] else NOTHING for name in directions]


def flagged(ledger: Ledger, table: pd.DataFrame) -> str:
    """The results of the CPB beside the published figure that they speak of; table: frame as in `Studies`."""
    rows = []
    for row in records(table[table["is_flagged"]]):
        key = f"cpb.{row.study_id.lower()}"
        found = f"[{row.title}]({row.url}) ({ledger.text(f'{key}.year')})"
        relation = words.RELATIONS.get(row.relation, NOTHING)
        remark = words.CPB_REMARKS.get(row.study_id, "" if pd.isna(row.remark) else str(row.remark))
        rows.append([found, _sentence(ledger.text(f"{key}.found")), f"**{relation}**: {remark}"])
    pair = " tegen ".join(ledger.text(f"published.use.{group}") for group in ("active", "not_active"))
    caption = f"Uitkomsten van het CPB naast de afname van het gebruik die de studie noemt ({pair})."
    header = ["Onderzoek van het CPB", "Uitkomst", "Tegenover de studie"]
    return markdown_table(header, rows, caption, "tbl-cpb", [28, 42, 32], 0)


def poll_answers(table: pd.DataFrame) -> str:
    """What municipalities say that teams do and run into; table: frame as in `Polls`."""
    rows, last = [], ""
    for row in records(table):
        kind = words.POLL_KINDS.get(row.kind, row.kind).capitalize()
        sign = {"approx": "circa ", "upper_bound": "hooguit ", "lower_bound": "meer dan "}.get(row.precision, "")
        ends = "" if pd.isna(row.lower) else f" ({interval(row.lower, row.upper, 'percent', 0).removesuffix('%')})"
        rows.append(
            [
                "" if kind == last else f"**{kind}**",
                row.label_nl.removeprefix("taak: "),
                f"{sign}{number(row.percent)}{ends}",
                NOTHING if pd.isna(row.n) else number(row.n),
                _source(row),
            ]
        )
        last = kind
    caption = "Wat gemeenten antwoordden (%), met interval waar bekend is hoeveel gemeenten het waren."
    header = ["", "Antwoord", "Aandeel (%)", "Gemeenten", "Bron"]
    return markdown_table(header, rows, caption, "tbl-peilingen", [16, 34, 22, 12, 20], 3)


def _source(row: Any) -> str:
    source = str(row.source).split(" (")[0]
    return f"{source}, jaar onbekend" if pd.isna(row.year) else f"{source}, {row.year}"


def _named(indicator: str) -> str:
    known = PUBLISHED_INDICATORS[indicator]
    return f"{known.label_nl} (%)" if known.unit == "percent" else known.label_nl


def _plain(ledger: Ledger, name: str) -> str:
    """The claim without its unit, or a dash where it could not be computed."""
    text = ledger.bare(name)
    return NOTHING if text == unknown() else text


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
