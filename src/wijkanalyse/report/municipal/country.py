"""All that the page shows, worked out once: figures, funnels, similar municipalities and what became of boundaries."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from wijkanalyse.cells import SUPPRESSED
from wijkanalyse.config import Classification
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.frames import rows as rows_of
from wijkanalyse.municipalities import municipalities
from wijkanalyse.panel.boundaries import SPLIT_BY, successors
from wijkanalyse.report.municipal.funnel import DURATION, LEVELS, PROPORTION, RATE, Funnel, Verdict, fit
from wijkanalyse.report.municipal.measures import (
    FORMS,
    MEASURES,
    UNKNOWN,
    WITH_TEAM,
    Cell,
    by_year,
    comparison_years,
    measured,
)
from wijkanalyse.report.municipal.peers import Baseline, baseline, similar
from wijkanalyse.report.words import STATUSES
from wijkanalyse.years import TREND_BREAK

SCALES: Final = {"begun": RATE, "duration": DURATION, "crisis": PROPORTION}
"""The measures that have funnel plots. Running trajectories follow from beginning and duration, so they have none."""

FEWEST: Final = 5
"""Fewest municipalities that a funnel is made of."""

COUNTS: Final = tuple(
    f"{count}_{form}"
    for count in ("begun", "trajectories", "ended", "mean_duration_days", "begun_crisis")
    for form in (WITH_TEAM, "wijkteam", "niet_wijkteam")
)
"""The published figures behind the ratios, as they stand in the data tables."""

_ALSO: Final = {"'s-Gravenhage": "Den Haag", "'s-Hertogenbosch": "Den Bosch"}
"""What people call a municipality whose official name they do not type."""


@dataclass(frozen=True)
class Country:
    """The tables of a run (contracts `Panel`, `PanelLong`, `Classified`), the choices, and what follows from them."""

    panel: pd.DataFrame
    long: pd.DataFrame
    classification: pd.DataFrame
    choices: Classification
    boundaries_year: int

    @cached_property
    def municipalities(self) -> pd.DataFrame:
        """One row per municipality in order of name: gm_code, gm_name, province_name, jeugdregio_name (index: gm_code)."""
        table = self.panel.sort_values("year").drop_duplicates("gm_code", keep="last")
        table = table[["gm_code", "gm_name", "province_name", "jeugdregio_name"]]
        # CBS adds "(gemeente)" where a province has the same name; here everything is a municipality
        table = table.assign(gm_name=table["gm_name"].str.removesuffix(" (gemeente)"))
        return table.assign(key=table["gm_name"].map(sorting_key)).sort_values(["key", "gm_code"]).set_index("gm_code")

    @cached_property
    def name(self) -> dict[str, str]:
        """The name of each municipality."""
        return dict(self.municipalities["gm_name"])

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Every figure, as in `measures.measured`."""
        return measured(self.long, self.choices)

    @cached_property
    def cells(self) -> dict[tuple[str, str, str], dict[int, Cell]]:
        """The same, as (municipality, measure, form) -> year -> cell."""
        return by_year(self.figures)

    def cell(self, gm: str, measure: str, form: str, year: int) -> Cell:
        """One figure, or `UNKNOWN`."""
        return self.cells.get((gm, measure, form), {}).get(year, UNKNOWN)

    @cached_property
    def statuses(self) -> pd.Series:
        """The least definitive status of each year."""
        return self.panel.drop_duplicates("year").set_index("year")["period_status"]

    @cached_property
    def years(self) -> list[int]:
        """The years that have figures on help, in order."""
        return sorted({int(year) for year in self.figures.loc[self.figures["value"].notna(), "year"]})

    def year_text(self, year: int) -> str:
        """A year, with its status when it is not definitive."""
        status = str(self.statuses[year])
        return str(year) if status == "Definitief" else f"{year} ({STATUSES[status]})"

    def series(self, years: list[int]) -> list[list[int]]:
        """`years` divided at the trend break."""
        sides = [[year for year in years if year < TREND_BREAK], [year for year in years if year >= TREND_BREAK]]
        return [side for side in sides if side]

    @cached_property
    def compared_in(self) -> dict[str, int]:
        """Per measure the year in which municipalities are compared."""
        years = comparison_years(self.figures, self.statuses)
        if missing := [measure.name for measure in MEASURES if measure.name not in years]:
            raise WijkanalyseError(
                f"gemeenten.html: no year has figures of at least half of the municipalities for {', '.join(missing)}; "
                "expected them in data/processed/panel_long.parquet. Run the whole line again"
            )
        return years

    @cached_property
    def funnels(self) -> dict[tuple[str, str], Funnel]:
        """Per measure and form the funnel of the municipalities in the year of comparison."""
        found = {}
        for measure in MEASURES:
            if measure.name not in SCALES:
                continue
            rows = self.figures[
                self.figures["measure"].eq(measure.name) & self.figures["year"].eq(self.compared_in[measure.name])
            ].dropna(subset=["value"])
            for form in FORMS:
                chosen = rows[rows["form"].eq(form) & rows["value"].gt(0 if measure.is_mean else -1)]
                if len(chosen) >= FEWEST:
                    found[measure.name, form] = fit(chosen["value"] / measure.per, chosen["size"], SCALES[measure.name])
        return found

    @cached_property
    def verdicts(self) -> dict[tuple[str, str, str], Verdict]:
        """Where the figure of (municipality, measure, form) lies in its funnel; absent when that cannot be said."""
        found = {}
        for measure in MEASURES:
            for form in FORMS:
                funnel = self.funnels.get((measure.name, form))
                for gm in self.name if funnel else ():
                    cell = self.cell(gm, measure.name, form, self.compared_in[measure.name])
                    if funnel and not math.isnan(cell.low) and not math.isnan(cell.high):
                        low, high = cell.low / measure.per, cell.high / measure.per
                        found[gm, measure.name, form] = funnel.verdict(low, high, cell.size)
        return found

    def outside(self, measure: str, form: str) -> dict[float, int]:
        """How many municipalities lie outside the limits of each level (outside the outer is outside both)."""
        levels = [one.level for (_, *which), one in self.verdicts.items() if which == [measure, form]]
        return {level: sum(one >= level for one in levels) for level in LEVELS}

    @cached_property
    def base(self) -> Baseline:
        """What municipalities are compared on to find similar ones."""
        return baseline(self.panel)

    @cached_property
    def peers(self) -> dict[str, list[tuple[str, float]]]:
        """The most similar municipalities with their distance, nearest first; none where a characteristic is missing."""
        pairs = similar(self.base)
        return {str(gm): list(zip(rows["peer"], rows["distance"], strict=True)) for gm, rows in pairs.groupby("gm_code")}

    @cached_property
    def classified(self) -> dict[str, Any]:
        """The row of the classification of each municipality."""
        return {str(row.gm_code): row for row in rows_of(self.classification)}

    @cached_property
    def share_of(self) -> list[tuple[str, str]]:
        """What the team's share is made of: the form of help and its variable, first the team's own."""
        forms = (self.choices.numerator, *self.choices.denominator)
        return [(form, f"{self.choices.measure}_{form}") for form in forms]

    @cached_property
    def count_names(self) -> list[str]:
        """The published figures that are shown: `COUNTS`, and those of the share."""
        return list(dict.fromkeys([*COUNTS, *(variable for _, variable in self.share_of)]))

    @cached_property
    def counts(self) -> dict[tuple[str, str], dict[int, Cell]]:
        """The published figures of `count_names` as (municipality, variable) -> year -> cell."""
        rows = self.long[self.long["variable"].isin([*self.count_names, SPLIT_BY]) & self.long["year"].isin(self.years)]
        found: dict[tuple[str, str], dict[int, Cell]] = {}
        columns = ["gm_code", "variable", "year", "value", "low", "high", "reason"]
        for gm, variable, year, value, low, high, reason in rows[columns].itertuples(index=False, name=None):
            found.setdefault((gm, variable), {})[int(year)] = Cell(value, low, high, math.nan, reason == SUPPRESSED)
        return found

    @cached_property
    def share_is_suppressed(self) -> set[str]:
        """The municipalities of whose share in the classification a part was not printed."""
        rows = self.figures[self.figures["measure"].eq("share") & self.figures["year"].isin(self.choices.years)]
        return set(rows.loc[rows["is_suppressed"], "gm_code"])

    @cached_property
    def estimated(self) -> dict[str, list[int]]:
        """The years in which a municipality's figures are partly an estimate, because one was divided over several."""
        rows = self.long[self.long["is_estimated"] & self.long["variable"].isin(COUNTS)]
        return {str(gm): sorted({int(year) for year in group["year"]}) for gm, group in rows.groupby("gm_code")}

    @cached_property
    def former(self) -> dict[str, dict[str, float]]:
        """Per municipality those that it (partly) took over or was made of, by name, with the part that lies in it."""
        inhabitants = self.panel[self.panel["year"].eq(self.boundaries_year)].set_index("gm_code")[SPLIT_BY].dropna()
        years = [int(year) for year in sorted(self.panel["year"].unique())]
        links = pd.concat([successors(year, self.boundaries_year, inhabitants) for year in years])
        known = municipalities()
        names = dict(zip(known["gm_code"], known["gm_name"].str.removesuffix(" (gemeente)"), strict=True))
        links = links[links["from_code"].ne(links["gm_code"])].drop_duplicates(["from_code", "gm_code"])
        found: dict[str, dict[str, float]] = {gm: {} for gm in self.name}
        for code, gm, share in links.itertuples(index=False, name=None):
            # a municipality that only got another code is not a former one
            if gm in found and names[code] != self.name[gm]:
                found[gm][names[code]] = share
        return {gm: dict(sorted(parts.items())) for gm, parts in found.items()}

    def popular_name(self, gm: str) -> str | None:
        """What people call the municipality, where that is not its name."""
        return _ALSO.get(self.name[gm])

    def also_called(self, gm: str) -> list[str]:
        """Other words to find a municipality by: its popular name and the municipalities that went up in it."""
        popular = self.popular_name(gm)
        return [*([popular] if popular else []), *self.former[gm]]


def sorting_key(name: str) -> str:
    """Return `name` as it is looked up: without case, accents and leading apostrophe."""
    return folded(name).lstrip("'’")


def folded(text: str) -> str:
    """Return `text` in lower case without accents; the page's search does the same."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(sign))
