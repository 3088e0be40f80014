"""The figures that the page carries: every one once, as compact JSON, rounded as it is printed.

A figure is a number; `[low, high]` where CBS did not print (all of) a count and only bounds are known; `[value, low, high]`
for a ratio whose counts are rounded; `[value]` for a mean of which a part is hidden; null where there is none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from wijkanalyse.panel.boundaries import SPLIT_BY
from wijkanalyse.report.municipal import sentences
from wijkanalyse.report.municipal.country import SCALES, Country
from wijkanalyse.report.municipal.measures import FORMS, MEASURES, SHARE, UNKNOWN, Cell
from wijkanalyse.report.words import FORMS as FORMS_IN_WORDS
from wijkanalyse.report.words import MARK, STATUSES
from wijkanalyse.report.words import MEASURES as MEASURES_IN_WORDS
from wijkanalyse.years import TREND_BREAK

Figure = float | int | list[float] | None

STEPS = 41
"""Points at which the page draws the limits of a funnel plot."""


def embedded(country: Country, is_example: bool) -> dict[str, Any]:
    """Return what the page's script draws from, as plain values in a fixed order."""
    place = {gm: number for number, gm in enumerate(country.name)}
    ratios = [(SHARE, ""), *((measure.name, form) for measure in MEASURES for form in FORMS)]
    statuses = [str(country.statuses[year]) for year in country.years]
    return {
        "mark": MARK if is_example else "",
        "years": country.years,
        "status": ["" if status == "Definitief" else STATUSES[status] for status in statuses],
        "break": TREND_BREAK,
        "threshold": country.choices.threshold_pct,
        "counts": [*country.count_names, SPLIT_BY],
        "share_of": [
            [f"{MEASURES_IN_WORDS[country.choices.measure]}, {FORMS_IN_WORDS[form]}", name] for form, name in country.share_of
        ],
        "ratios": [f"{measure}_{form}".rstrip("_") for measure, form in ratios],
        "covariates": [[one.label, one.unit, one.decimals] for one in country.base.covariates],
        "base_year": country.base.year,
        "compared_in": country.compared_in,
        "funnels": [_funnel(country, measure, form) for measure in SCALES for form in FORMS],
        "municipalities": [_municipality(country, gm, place, ratios) for gm in country.name],
    }


def as_json(value: Mapping[str, Any]) -> str:
    """Return compact JSON that may stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _municipality(country: Country, gm: str, place: Mapping[str, int], ratios: list[tuple[str, str]]) -> dict[str, Any]:
    years = country.years
    known = country.base.values
    base: Any = known.loc[gm].to_dict() if gm in known.index else None
    group = country.classified[gm].group if gm in country.classified else None
    return {
        "code": gm,
        "name": country.name[gm],
        "also": country.also_called(gm),
        "group": group if isinstance(group, str) else None,
        "counts": [
            [_count(country.counts.get((gm, name), {}).get(year, UNKNOWN)) for year in years]
            for name in (*country.count_names, SPLIT_BY)
        ],
        "ratios": [[_ratio(country.cell(gm, *ratio, year), ratio[0]) for year in years] for ratio in ratios],
        "estimated": country.estimated.get(gm, []),
        "peers": [[place[peer], rounded(distance, 2)] for peer, distance in country.peers.get(gm, [])],
        "base": None if base is None else [rounded(base[one.name], one.decimals) for one in country.base.covariates],
    }


def _count(cell: Cell) -> Figure:
    if not cell.is_suppressed:
        return None if math.isnan(cell.value) else rounded(cell.value, 0)
    if math.isnan(cell.low) or math.isnan(cell.high):
        # a mean of which CBS printed a part, or nothing
        return None if math.isnan(cell.value) else [rounded(cell.value, 0)]
    # counts are whole, and half a rounding base is not; what is divided stays inside too
    return [math.floor(cell.low), math.ceil(cell.high)]


def _ratio(cell: Cell, measure: str) -> Figure:
    decimals = sentences.DECIMALS[measure]
    value, low, high = (None if math.isnan(one) else rounded(one, decimals) for one in (cell.value, cell.low, cell.high))
    if low is None or high is None:
        return None if value is None else [value] if cell.is_suppressed else value
    if cell.is_suppressed or value is None:
        return [low, high]
    return value if low == value == high else [value, low, high]


def _funnel(country: Country, measure: str, form: str) -> dict[str, Any] | None:
    if (measure, form) not in country.funnels:
        return None
    funnel, year = country.funnels[measure, form], country.compared_in[measure]
    one = next(one for one in MEASURES if one.name == measure)
    cells = [country.cell(gm, measure, form, year) for gm in country.name]
    sizes = [cell.size for cell in cells if cell.is_known]
    grid = np.geomspace(min(sizes), max(sizes), STEPS)
    limits = [*funnel.limits(grid, 0.998), *funnel.limits(grid, 0.95)]
    centre = sentences.figure(Cell(one.per * funnel.centre, math.nan, math.nan, math.nan, False), measure)
    unit = " per duizend jongeren" if measure == "begun" else ""
    return {
        "measure": measure,
        "form": form,
        "year": year,
        "centre": rounded(one.per * funnel.centre, one.decimals + 1),
        "note": sentences.funnel_note(
            country.year_text(year), centre + unit, funnel, country.outside(measure, form), len(sizes)
        ),
        "grid": [rounded(size, 1) for size in grid],
        # lower and upper of the outer limits, then of the inner ones
        "limits": [[rounded(one.per * limit, one.decimals + 1) for limit in ends] for ends in limits],
        "own": [_own_limits(country, measure, form, cell, one.per) for cell in cells],
        "sizes": [rounded(cell.size, 0) if cell.is_known else None for cell in cells],
    }


def _own_limits(country: Country, measure: str, form: str, cell: Cell, per: float) -> list[float] | None:
    """The limits at the municipality's own size, for its text: lower and upper of 95 %, then of 99.8 %."""
    if not cell.is_known:
        return None
    funnel, decimals = country.funnels[measure, form], sentences.DECIMALS[measure]
    ends = (*funnel.limits(cell.size, 0.95), *funnel.limits(cell.size, 0.998))
    return [rounded(per * float(end), decimals) for end in ends]


def rounded(value: float, decimals: int) -> float | int:
    """Round as `report.numbers.number` does (halves away from zero), so that the page prints what the sentences say."""
    number = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return int(number) if number == number.to_integral_value() else float(number)
