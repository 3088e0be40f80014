"""The panel of a made-up country without its tables: what the embedded StatLine would publish, straight to municipality x year.

The arithmetic is that of `example` (rounding, suppression, whole numbers of people) and of `panel` (mergers, filling, bounds),
done on arrays. One thing is left out: the printed totals of regions and of wholes do not narrow what a suppressed count can be
(`panel.bounds`), so that a suppressed count lies between 0 and 7 and is filled with the configured value itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wijkanalyse.cells import LARGEST_SUPPRESSED, NOT_PUBLISHED, PUBLISHED, REASONS, SUPPRESSED
from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.example import chance
from wijkanalyse.example import national as nl
from wijkanalyse.example.characteristics import with_background, with_one_parent
from wijkanalyse.example.key_figures import FORMS, figures, form_number
from wijkanalyse.example.national import Floats
from wijkanalyse.example.population import HOUSEHOLDS_PER_INHABITANT, lone_parent_share, people
from wijkanalyse.example.publish import ROUNDING_BASE, rounded
from wijkanalyse.example.simulate import Flows
from wijkanalyse.example.surroundings import address_density, background_share, mean_income
from wijkanalyse.example.world import PROVINCE_CODES, World
from wijkanalyse.validation.layout import SOURCE, Bools, Ints, Layout, Link, layout
from wijkanalyse.validation.variables import (
    FORM_PARTS,
    INCOME_DIVISION,
    LAST_YEAR_OF,
    MEAN_OF,
    MEASURES,
    SORTED,
    TRAJECTORIES,
    VARIABLES,
    YEARS,
    YOUTHS,
)  # fmt: skip


def expected(world: World, course: Flows) -> dict[str, Floats]:
    """Return the counts of `course` that CBS protects, by variable, unrounded: (11 years x 393 origins) each.

    Instead of a mean duration there are the days together, under the name of the mean.
    """
    by_form = [figures(world, course, n) for n in range(len(nl.YEARS))]
    place = {form_number(title): number for number, (_, title) in enumerate(FORMS)}
    youths, trajectories = (np.stack([parts[kind][:, 0] for parts in by_form]) for kind in (0, 1))
    values = {name: youths[:, place[number]] for name, number in (YOUTHS | MEASURES).items()}
    values |= {name: trajectories[:, place[number]] for name, number in TRAJECTORIES.items()}
    crises, days = course.begun * course.crisis_share, course.ended * course.duration_days
    for form, parts in FORM_PARTS.items():
        for measure, flow in {"begun": course.begun, "begun_crisis": crises, "ended": course.ended}.items():
            values[f"{measure}_{form}"] = sum((flow[part] for part in parts), np.zeros_like(flow[0]))
        values[f"mean_duration_days_{form}"] = sum((days[part] for part in parts), np.zeros_like(days[0]))
    background = with_background(world, course.policy)[:, 0]
    values["youths_zonder_verblijf_migration"] = background * values["youths_zonder_verblijf"]
    values["youths_zonder_verblijf_no_migration"] = (1 - background) * values["youths_zonder_verblijf"]
    values["youths_wijkteam_migration"] = background * values["youths_wijkteam"]
    values["youths_zonder_verblijf_single_parent"] = with_one_parent(world)[0] * values["youths_zonder_verblijf"]
    return values


def panel_of(world: World, course: Flows, choices: PanelChoices | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the panel of `course`, wide and long, as in `panel.schemas.Panel` and `PanelLong`.

    Raises `WijkanalyseError` for boundaries of a year that have not come about by then.
    """
    choices = choices or PanelChoices()
    shape_of = layout(world.provinces or PROVINCE_CODES, choices.boundaries_year)
    protected = expected(world, course)
    if world.chance == "free":
        protected = _drawn(world, protected)
    shape = (len(shape_of.codes), len(YEARS), len(SORTED))
    columns = {name: np.full(shape, np.nan) for name in ("value", "low", "high")}
    columns |= {name: np.zeros(shape, dtype=np.intp) for name in ("suppressed", "reason")}
    column = {name: n for n, name in enumerate(SORTED)}
    around = _surroundings(world)
    for n, year in enumerate(YEARS):
        link = shape_of.links[year]
        cells = _published({name: part[n] for name, part in protected.items()}, link, year) if n < len(nl.YEARS) else {}
        cells |= _people(around, n, link)
        cells |= _income(around, n, shape_of.links[INCOME_DIVISION]) if n < len(around.income) else {}
        for name, cell in cells.items():
            if year > LAST_YEAR_OF[name]:
                continue
            of_link = shape_of.links[INCOME_DIVISION] if "income" in name else link
            weight = cells[MEAN_OF[name]].value if name in MEAN_OF else None
            for measure, values in _merged(cell, of_link, weight, choices.suppressed_value).items():
                columns[measure][:, n, column[name]] = values
    return _wide(shape_of, columns["value"]), _long(shape_of, columns)


# --- what is published, by municipality of the year ------------------------------------------------------------------


@dataclass(frozen=True)
class _Cell:
    """Figures of one variable by municipality of a division; a suppressed count holds NaN."""

    value: Floats
    is_suppressed: Bools
    is_published: bool = True
    rounded_to: int = 1


def _published(values: Mapping[str, Floats], link: Link, year: int) -> dict[str, _Cell]:
    """Return the protected counts and their means as CBS prints them."""
    cells = {}
    for name, value in values.items():
        whole = value @ link.origins
        if name in MEAN_OF:
            ended = values[MEAN_OF[name]] @ link.origins
            printed = np.where(np.isnan(rounded(ended)), np.nan, np.round(whole / np.maximum(ended, 1e-9)))
            is_published = bool(np.isfinite(rounded(ended.sum())))
        else:
            printed = rounded(whole)
            is_published = bool(np.isfinite(rounded(whole.sum())))
        if "crisis" in name and year < nl.CRISIS_SINCE:
            is_published = False
        printed = printed if is_published else np.full_like(printed, np.nan)
        cells[name] = _Cell(printed, np.isnan(printed) & is_published, is_published, ROUNDING_BASE)
    return cells


def _people(around: "_Surroundings", n: int, link: Link) -> dict[str, _Cell]:
    """Return the counts of people and households of the n-th year, whole per municipality, and the address density."""
    by_age = np.round(around.people[n].T @ link.origins)  # ages 0-25, municipalities
    other = np.round((around.people[n].T * around.background_share[n]) @ link.origins)
    everyone = around.people[n].sum(axis=1)
    households = everyone * HOUSEHOLDS_PER_INHABITANT
    values = {
        "population_0_22": by_age[:23].sum(axis=0),
        "households": np.round(households @ link.origins),
        "households_single_parent": np.round((households * around.lone_parent_share) @ link.origins),
        "population_0_22_migration": other[:23].sum(axis=0),
        "population_0_22_no_migration": (by_age - other)[:23].sum(axis=0),
        "inhabitants": by_age.sum(axis=0),
        "address_density": np.round((everyone * around.density[n]) @ link.origins / (everyone @ link.origins)),
    }
    return {name: _Cell(value, np.zeros(len(value), dtype=bool)) for name, value in values.items()}


def _income(around: "_Surroundings", n: int, link: Link) -> dict[str, _Cell]:
    """Return households with income (thousands) and their mean income, on the one division of their table."""
    households = around.people[n].sum(axis=1) * HOUSEHOLDS_PER_INHABITANT
    mean = np.round((households * around.income[n]) @ link.origins / (households @ link.origins), 1)
    count = np.round(np.round(households / 100 @ link.origins) / 10, 1)
    none = np.zeros(len(mean), dtype=bool)
    return {"households_with_income_1000": _Cell(count, none), "mean_income_1000_eur": _Cell(mean, none)}


@dataclass(frozen=True)
class _Surroundings:
    """What a world's municipalities are like, by year and origin."""

    people: Floats
    lone_parent_share: Floats
    background_share: Floats
    density: Floats
    income: Floats


def _surroundings(world: World) -> _Surroundings:
    return _Surroundings(
        people(), lone_parent_share(world), background_share(world), address_density(world), mean_income(world)
    )


def _drawn(world: World, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Draw who got the help of a free country, of which only the forms were drawn, and the youths with a measure.

    Youths by characteristic are binomial, those with child protection or probation Poisson around a need that drifts as that
    for youth help does.
    """
    rng = world.rng("characteristics")
    drawn = dict(values)
    for name in MEASURES:
        drawn[name] = rng.poisson(values[name] * np.exp(chance.drift(world, name, chance.NEED))).astype(float)
    team = np.rint(values["youths_wijkteam"]).astype(np.intp)
    others = np.rint(values["youths_zonder_verblijf"]).astype(np.intp) - team
    whole = np.maximum(values["youths_zonder_verblijf"], 1e-9)
    share = np.clip(values["youths_zonder_verblijf_migration"] / whole, 0, 1)
    lone = np.clip(values["youths_zonder_verblijf_single_parent"] / whole, 0, 1)
    drawn["youths_wijkteam_migration"] = rng.binomial(team, share).astype(float)
    with_others = rng.binomial(np.maximum(others, 0), share)
    drawn["youths_zonder_verblijf_migration"] = drawn["youths_wijkteam_migration"] + with_others
    drawn["youths_zonder_verblijf_no_migration"] = np.maximum(whole - drawn["youths_zonder_verblijf_migration"], 0)
    drawn["youths_zonder_verblijf_single_parent"] = rng.binomial(team + np.maximum(others, 0), lone).astype(float)
    return drawn


# --- to one set of boundaries ----------------------------------------------------------------------------------------


def _merged(cell: _Cell, link: Link, weight: Floats | None, suppressed_value: float) -> dict[str, Floats | Ints]:
    """Return value, low, high, suppressed and reason by municipality of the panel, as `panel.boundaries.harmonise` does."""
    suppressed = link.count(cell.is_suppressed)
    level = np.where(suppressed > 0, REASONS.index(SUPPRESSED), REASONS.index(PUBLISHED))
    if not cell.is_published:
        level = np.full_like(level, REASONS.index(NOT_PUBLISHED))
    if weight is not None:
        # a suppressed count weighs as what it is filled with; what has no mean is left out
        filled = np.where(np.isnan(weight), suppressed_value, weight)
        weights = np.where(np.isnan(cell.value), 0.0, filled)
        total, sums = link.summed(weights), link.summed(np.nan_to_num(cell.value) * weights)
        mean = np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)
        none = np.full_like(mean, np.nan)
        return {"value": mean, "low": none, "high": none, "suppressed": suppressed, "reason": level}
    half = cell.rounded_to / 2 if cell.rounded_to > 1 else 0.0
    ends = {
        "value": (cell.value, suppressed_value),
        "low": (np.maximum(cell.value - half, 0), 0.0),
        "high": (cell.value + half, float(LARGEST_SUPPRESSED)),
    }
    is_known = link.is_whole & cell.is_published
    result: dict[str, Floats | Ints] = {"suppressed": suppressed}
    for name, (printed, secret) in ends.items():
        sums = link.summed(np.where(np.isnan(printed), secret, printed))
        result[name] = np.where(is_known, sums, np.nan)
    result["reason"] = np.where(link.is_whole, level, REASONS.index(NOT_PUBLISHED))
    return result


def _wide(of: Layout, values: Floats) -> pd.DataFrame:
    flat = values.reshape(-1, len(SORTED))
    figures_of = pd.DataFrame({name: flat[:, SORTED.index(name)] for name in VARIABLES})
    wide = pd.concat([of.wide, figures_of], axis=1)
    # a municipality of which no part is shown in a year has no row
    has_row = of.rows.any(axis=2).reshape(-1)
    return wide if has_row.all() else wide[has_row].reset_index(drop=True)


def _long(of: Layout, columns: Mapping[str, Floats | Ints]) -> pd.DataFrame:
    flat = {name: values[of.rows] for name, values in columns.items()}
    reasons = np.array(REASONS, dtype=object)[flat["reason"].astype(np.intp)]
    return of.long.assign(
        value=flat["value"],
        low=flat["low"],
        high=flat["high"],
        parts=of.parts,
        suppressed=flat["suppressed"],
        is_estimated=of.is_estimated,
        reason=pd.Series(reasons, dtype="str"),
        source=SOURCE,
    )
