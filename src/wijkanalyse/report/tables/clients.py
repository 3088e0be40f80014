"""Tables of the client surveys: published beside the rerun, how far that moves, and what activity makes of it."""

from __future__ import annotations

from typing import Final

from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import unknown
from wijkanalyse.report.claims.surveys import VARIANT_NAMES
from wijkanalyse.report.language import Words, tr
from wijkanalyse.report.tables.markdown import NOTHING, Ledger, markdown_table, marked

SHORT: Final = Words(
    {
        "tevredenheid_cijfer": "cijfer",
        "bekendheid": "bekend\N{SOFT HYPHEN}heid",
        "kwaliteit": "kwali\N{SOFT HYPHEN}teit",
        "zelfredzaamheid": "zelf\N{SOFT HYPHEN}red\N{SOFT HYPHEN}zaam\N{SOFT HYPHEN}heid",
    }
)
"""Names of indicators that fit a narrow column."""


def client_indicators(ledger: Ledger) -> str:
    """The eight client indicators beside the published ones."""
    rows = []
    for name in PUBLISHED_INDICATORS:
        key = f"indicator.{name}"
        rows.append(
            [
                _named(name),
                f"{ledger.bare(f'{key}.published')} ({_shown(ledger, f'{key}.published_n')})",
                f"{ledger.text(f'{key}.k')} ({ledger.text(f'{key}.places')})",
                f"{ledger.text(f'{key}.k_with_n')} ({ledger.text(f'{key}.n')})",
                ledger.with_interval(f"{key}.mean"),
                _shown(ledger, f"{key}.elsewhere"),
                ledger.with_interval(f"{key}.pooled"),
                ledger.text(f"{key}.position"),
            ]
        )
    header = [
        tr("Indicator"),
        tr("Studie (n)"),
        tr("Onder\N{SOFT HYPHEN}zoeken (plaatsen)"),
        tr("Waarvan met n (som n)"),
        tr("Gemiddelde over plaatsen"),
        tr("Een andere plaats"),
        tr("Gewogen naar respon\N{SOFT HYPHEN}denten"),
        tr("Het cijfer van de studie ligt"),
    ]
    caption = tr(
        "Cliëntcijfers: gepubliceerd naast de herhaling met een eigen verzameling onderzoeken. Tussen haakjes het interval; "
        "*een andere plaats* is het gebied waar het cijfer van nog een plaats te verwachten is."
    )
    return markdown_table(header, rows, caption, "tbl-clientcijfers", [17, 12, 11, 12, 15, 11, 15, 12], 7)


def client_sensitivity(ledger: Ledger) -> str:
    """The mean over places with other choices: a row per choice, a column per indicator."""
    names = list(PUBLISHED_INDICATORS)
    rows = [[tr("gepubliceerd"), *(ledger.bare(f"indicator.{name}.published") for name in names), NOTHING]]
    for variant, label in VARIANT_NAMES.items():
        inside, known = ledger.text(f"sensitive.{variant}.inside"), ledger.text(f"sensitive.{variant}.known")
        means = (_shown(ledger, f"sensitive.{variant}.{name}") for name in names)
        rows.append(
            [f"**{label}**" if variant == "main" else label, *means, tr("{inside} van {known}", inside=inside, known=known)]
        )
        if variant == "main":
            for leaf, text in (("lowest", tr("laagste, één onderzoek weg")), ("highest", tr("hoogste, één onderzoek weg"))):
                rows.append([text, *(_shown(ledger, f"without_one.{name}.{leaf}") for name in names), NOTHING])
    rows.append([tr("I² (%)"), *(_shown(ledger, f"indicator.{name}.i2") for name in names), NOTHING])
    header = [
        tr("Keuze"),
        *(SHORT[name] if name in SHORT else words.indicator_name(name) for name in names),
        tr("Studie in interval"),
    ]
    caption = tr(
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
        means = [f"{_shown(ledger, mean)} ({ledger.text(places)})" for mean, places in pair]
        rows.append([_named(name), *means, ledger.with_interval(f"{key}.difference")])
    caption = tr(
        "Cliëntcijfers in gemeenten met en zonder actief wijkteam die een onderzoek openbaar maakten; tussen haakjes het "
        "aantal gemeenten, en bij het verschil het interval. Een verschil van procenten is in procentpunten."
    )
    header = [tr("Indicator"), tr("Actief (gemeenten)"), tr("Niet actief (gemeenten)"), tr("Verschil")]
    return markdown_table(header, rows, caption + marked(mark), "tbl-clientactief", [34, 20, 22, 26], 3)


def _named(indicator: str) -> str:
    name = words.indicator_name(indicator)
    return f"{name} (%)" if PUBLISHED_INDICATORS[indicator].unit == "percent" else name


def _shown(ledger: Ledger, name: str) -> str:
    """The claim without its unit, or a dash where it could not be computed."""
    return NOTHING if ledger.plain(name) == unknown() else ledger.bare(name)
