"""One article per municipality: its sentences as HTML, readable without the script; the script adds charts and tables."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator

from wijkanalyse.cells import LARGEST_SUPPRESSED
from wijkanalyse.report.municipal import sentences
from wijkanalyse.report.municipal.country import Country
from wijkanalyse.report.municipal.measures import FORMS, SHARE, WITH_TEAM, Cell
from wijkanalyse.report.numbers import number

PARTS = {
    "wijkteam": "Het wijkteam",
    "gebruik": "Gebruik van jeugdhulp",
    "duur": "Duur",
    "crisis": "Start vanuit crisis",
    "gelijkend": "Gelijkende gemeenten",
    "cijfers": "Over deze cijfers",
}
"""The parts of an article: the end of their anchor, and their heading."""


def article(country: Country, gm: str, mark: str) -> str:
    """Return the article of one municipality; `mark` stands in it when the figures are made up, else it is empty."""
    row = country.municipalities.loc[gm]
    name = html.escape(country.name[gm])
    paragraphs = {
        "wijkteam": _team(country, gm),
        "gebruik": _use(country, gm),
        "duur": _duration(country, gm),
        "crisis": _crisis(country, gm),
        "gelijkend": _alike(country, gm),
        "cijfers": _quality(country, gm),
    }
    also = sentences.former(country.popular_name(gm), list(country.former[gm]))
    where = f"Provincie {row['province_name']}, jeugdregio {row['jeugdregio_name']}. {also}".strip()
    lines = [
        f'<article class="gemeente" id="{gm}" aria-labelledby="{gm}-naam">',
        f'<h2 id="{gm}-naam" tabindex="-1">{name}</h2>',
        f'<p class="where">{html.escape(where)}</p>',
    ]
    if mark:
        lines.append(f'<p class="example">{html.escape(mark)}</p>')
    for part, heading in PARTS.items():
        lines.append(f'<section data-part="{part}" aria-labelledby="{gm}-{part}">')
        lines.append(f'<h3 id="{gm}-{part}">{heading}</h3>')
        lines += [f'<p class="{kind}">{text}</p>' if kind else f"<p>{text}</p>" for kind, text in paragraphs[part] if text]
        lines.append("</section>")
    lines.append("</article>")
    return "\n".join(lines)


Paragraphs = Iterator[tuple[str, str]]
"""The class of a paragraph (by which the script finds what to say of a chart; may be empty) and its HTML."""


def _team(country: Country, gm: str) -> Paragraphs:
    row = country.classified.get(gm)
    if row is None:
        yield "", "Over het wijkteam van deze gemeente zijn er geen cijfers."
        return
    said = sentences.share(row, gm in country.share_is_suppressed, country.choices)
    yield "", f"{html.escape(said)} {html.escape(sentences.group(row, country.choices))}"
    yield "trend", _trend(country, gm, SHARE, "")


def _use(country: Country, gm: str) -> Paragraphs:
    year = country.compared_in["begun"]
    begun, running = _forms(country, gm, "begun", year), _forms(country, gm, "running", year)
    yield "", html.escape(sentences.use(country.name[gm], country.year_text(year), begun, running))
    yield "trend", _trend(country, gm, "begun", WITH_TEAM)
    yield "compared", _compared(country, gm, "begun")


def _duration(country: Country, gm: str) -> Paragraphs:
    year = country.compared_in["duration"]
    yield "", html.escape(sentences.duration(country.year_text(year), _forms(country, gm, "duration", year)))
    yield "trend", _trend(country, gm, "duration", WITH_TEAM)
    yield "compared", _compared(country, gm, "duration")


def _crisis(country: Country, gm: str) -> Paragraphs:
    year = country.compared_in["crisis"]
    yield "", html.escape(sentences.crisis(country.year_text(year), _forms(country, gm, "crisis", year)))
    yield "trend", _trend(country, gm, "crisis", WITH_TEAM)
    yield "compared", _compared(country, gm, "crisis")


def _alike(country: Country, gm: str) -> Paragraphs:
    base, name = country.base, country.name[gm]
    peers = [peer for peer, _ in country.peers.get(gm, [])]
    links = [f'<a href="#{peer}">{html.escape(country.name[peer])}</a>' for peer in peers]
    yield "", sentences.alike(html.escape(name), [one.label for one in base.covariates], base.year, links)
    year = country.compared_in["begun"]
    own, *others = (country.cell(one, "begun", WITH_TEAM, year) for one in (gm, *peers))
    yield "", html.escape(sentences.among_peers(name, country.year_text(year), own, others))


def _quality(country: Country, gm: str) -> Paragraphs:
    names = [name for name in country.count_names if not name.startswith("mean_")]
    cells = [cell for name in names for cell in country.counts.get((gm, name), {}).values()]
    shown = [cell for cell in cells if cell.is_suppressed or not math.isnan(cell.value)]
    yield "", sentences.hidden(sum(cell.is_suppressed for cell in shown), len(shown), LARGEST_SUPPRESSED)
    open_years = [year for year in country.years if country.statuses[year] != "Definitief"]
    yield "", sentences.provisional([country.year_text(year) for year in open_years])
    former = country.former[gm]
    if whole := [name for name, share in former.items() if share == 1]:
        yield "", html.escape(sentences.merged(whole, country.boundaries_year))
    if years := country.estimated.get(gm):
        parts = [f"{number(100 * share)}% van {name}" for name, share in former.items() if share < 1]
        yield "", html.escape(sentences.divided(years, parts))


def _forms(country: Country, gm: str, measure: str, year: int) -> dict[str, Cell]:
    return {form: country.cell(gm, measure, form, year) for form in FORMS}


def _trend(country: Country, gm: str, measure: str, form: str) -> str:
    ends = []
    for side in country.series(country.years):
        known = [year for year in side if country.cell(gm, measure, form, year).is_known]
        if known:
            first, last = known[0], known[-1]
            cells = (country.cell(gm, measure, form, year) for year in (first, last))
            ends.append(sentences.Ends(country.year_text(first), next(cells), country.year_text(last), next(cells)))
    return html.escape(sentences.trend(measure, ends))


def _compared(country: Country, gm: str, measure: str) -> str:
    if not any((measure, form) in country.funnels for form in FORMS):
        return ""
    return html.escape(sentences.compared(measure, {form: country.verdicts.get((gm, measure, form)) for form in FORMS}))
