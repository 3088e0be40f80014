"""The page of all municipalities: one HTML file that works from a disk, without a network and, but for charts, without script.

The sentences are HTML, made here and tested; the figures are embedded once as JSON (`data`), and a small script draws the
charts and tables of the municipality that is looked at. Drawn beforehand, the charts and tables of all municipalities would
be tens of megabytes, and each figure would stand in the file four times. The same input gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping
from string import Template
from typing import Any, Final

import pandas as pd

from wijkanalyse.config import Classification
from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.municipal.articles import PARTS, article
from wijkanalyse.report.municipal.country import Country
from wijkanalyse.report.municipal.data import as_json, embedded
from wijkanalyse.report.municipal.peers import COUNT
from wijkanalyse.report.numbers import date, enumeration, number
from wijkanalyse.report.words import FORMS, MARK, MEASURES
from wijkanalyse.years import TREND_BREAK

CREDIT: Final = "Bron: CBS StatLine, CC BY; de bewerking is van wijkanalyse en het CBS is er niet verantwoordelijk voor."
MADE_UP: Final = f"Bron: {MARK}, verzonnen in de vorm van tabellen van CBS StatLine; geen enkel cijfer is van het CBS."

_ON_PAPER: Final = '@page {{ @top-center {{ content: "{}"; font: 700 8.5pt system-ui, sans-serif; color: #a3161a; }} }}\n'
"""The mark on every printed page."""

LARGEST_BYTES: Final = 5_000_000
"""The page travels by e-mail and opens on a phone."""

SOURCES: Final = ("template.html", "styles.css", "gemeenten.css", "gemeenten.js")
"""The files that the page is put together from, by name."""

EARLY: Final = 'document.documentElement.className="js"'
"""Run before anything is shown: with a script one municipality is shown at a time."""


def make_page(
    panel: pd.DataFrame,
    long: pd.DataFrame,
    classification: pd.DataFrame,
    run: Mapping[str, Any],
    choices: Classification,
    panel_choices: PanelChoices,
    sources: Mapping[str, str],
) -> str:
    """Return the page as HTML.

    `panel`, `long` and `classification` as in `Panel`, `PanelLong` and `Classified`; `run` is the register of the run's tables;
    `sources` holds the texts of `SOURCES`. Raises `WijkanalyseError` when the page would be larger than `LARGEST_BYTES`.
    """
    country = Country(panel, long, classification, choices, panel_choices.boundaries_year)
    is_example = run["source"] == "example"
    mark = f"{MARK}: verzonnen cijfers, niet van CBS" if is_example else ""
    styles = f"{sources['styles.css']}\n{sources['gemeenten.css']}{_ON_PAPER.format(mark) if mark else ''}"
    banner = f'<div class="mark" role="region" aria-label="{mark}"><p role="note">{mark}</p></div>' if mark else ""
    page = Template(sources["template.html"]).substitute(
        policy=_policy(styles, EARLY, sources["gemeenten.js"]),
        styles=styles,
        early=EARLY,
        script=sources["gemeenten.js"],
        mark=banner,
        title_mark=f" ({MARK})" if mark else "",
        list="\n".join(f'<li><a href="#{gm}">{html.escape(name)}</a></li>' for gm, name in country.name.items()),
        parts="\n".join(f'<li class="part" hidden><a data-part="{part}">{title}</a></li>' for part, title in PARTS.items()),
        articles="\n".join(article(country, gm, mark) for gm in country.name),
        sources=_sources(run, mark),
        source=MADE_UP if is_example else CREDIT,
        data=as_json(embedded(country, is_example)),
        **_words(country, panel_choices),
    )
    if (size := len(page.encode())) > LARGEST_BYTES:
        raise WijkanalyseError(
            f"gemeenten.html would be {number(size)} bytes; expected at most {number(LARGEST_BYTES)}. Leave out years or "
            "variables in src/wijkanalyse/report/municipal/data.py"
        )
    return page


def _words(country: Country, panel_choices: PanelChoices) -> dict[str, str]:
    """What the fixed texts of the template say about this run."""
    choices, base = country.choices, country.base
    threshold = number(choices.threshold_pct, 0 if float(choices.threshold_pct).is_integer() else 1)
    return {
        "count": number(len(country.name)),
        "first_year": str(country.years[0]),
        "last_year": country.year_text(country.years[-1]),
        "last_before": str(TREND_BREAK - 1),
        "break_year": str(TREND_BREAK),
        "threshold": threshold,
        "numerator": FORMS[choices.numerator],
        "denominator": enumeration([FORMS[form] for form in choices.denominator]),
        "measure": MEASURES[choices.measure],
        "class_years": enumeration([str(year) for year in choices.years]),
        "boundaries_year": str(country.boundaries_year),
        "suppressed_value": number(panel_choices.suppressed_value, 1),
        "covariates": enumeration([one.label for one in base.covariates]),
        "base_year": str(base.year),
        "in_proportion": enumeration([one.label for one in base.covariates if one.in_proportion]),
        "peers": number(COUNT),
    }


def _sources(run: Mapping[str, Any], mark: str) -> str:
    rows = []
    for name, table in run["tables"].items():
        cells = [html.escape(str(table["title"])), date(str(table["modified"])), date(str(table["retrieved_at"]))]
        rows.append(f'<tr><th scope="row">{html.escape(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    caption = f"StatLine-tabellen van deze uitvoering.{f' {MARK}.' if mark else ''}"
    head = "".join(f'<th scope="col">{title}</th>' for title in ("Tabel", "Titel", "Gewijzigd (Modified)", "Opgehaald"))
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{caption}"><table>'
        f"<caption><span>{caption}</span></caption><thead><tr>{head}</tr></thead><tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table></div>"
    )


def _policy(styles: str, *scripts: str) -> str:
    """Forbid the page every request: only its own styles and scripts run (CSP level 2, by their hashes)."""
    allowed = " ".join(map(_hash, scripts))
    own = f"style-src {_hash(styles)}; script-src {allowed}; img-src data:"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
