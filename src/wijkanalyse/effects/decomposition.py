"""The published differences, split into which help is counted and what differs within a form of help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from wijkanalyse.classification import ACTIVE
from wijkanalyse.config import Contrast, Inference
from wijkanalyse.effects.designs.kitagawa import ALL_FORMS, MEAN_OF_MUNICIPALITIES, POOLED, kitagawa_with_intervals
from wijkanalyse.effects.results import POINTS, Decomposition
from wijkanalyse.errors import WijkanalyseError, listing

FORMS = TEAM, OTHERS, WHOLE = "wijkteam", "niet_wijkteam", "zonder_verblijf"
SPLIT = ("use", "duration", "crisis")
"""The contrasts that count the help of the team with that of others; reach counts persons, who may have both."""


def decompose(
    panel: pd.DataFrame, classification: pd.DataFrame, contrasts: Mapping[str, Contrast], inference: Inference
) -> pd.DataFrame:
    """Split each published-style difference over help by and not by the team (Kitagawa 1955). Returns `Decomposition`.

    Composition is what a larger part of team help makes of the difference by itself; the level within team help, which has
    no counterpart of note among the others, is mechanical too. Only the difference within other help is not: ``rest`` of
    that form is all that counting the team's help makes of the difference.
    """
    groups = classification.loc[classification["group"].notna(), ["gm_code", "jeugdregio_code", "group"]]
    tables = []
    for name in SPLIT:
        unit = "days" if contrasts[name].kind == "mean" else POINTS
        try:
            cells = cells_by_form(panel, contrasts[name]).merge(groups, on="gm_code", validate="m:1")
        except WijkanalyseError as error:
            nothing: dict[str, Any] = {"component": "difference", "form": ALL_FORMS}
            nothing |= dict.fromkeys(("value", "lower", "upper"), np.nan)
            weightings = {"weighting": [POOLED, MEAN_OF_MUNICIPALITIES]}
            tables.append(pd.DataFrame(weightings).assign(**nothing, contrast=name, unit=unit, reason=str(error)))
            continue
        cells = cells.assign(unit=cells["gm_code"], cluster=cells[inference.cluster], is_active=cells["group"].eq(ACTIVE))
        for weighting in (POOLED, MEAN_OF_MUNICIPALITIES):
            split = kitagawa_with_intervals(
                cells, weighting=weighting, level=inference.level, draws=inference.draws, seed=inference.seed
            )
            tables.append(split.assign(contrast=name, weighting=weighting, unit=unit))
    table = pd.concat(tables, ignore_index=True)
    table["is_mechanical"] = ~(table["component"].eq("within") & table["form"].eq(OTHERS))
    table["source"] = str(classification["source"].iloc[0])
    return table[list(Decomposition.to_schema().columns)]


def cells_by_form(panel: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Return gm_code, year, form, weight and value (percent or days) of help by and not by the team.

    Where the figure of the team itself is not published, it is what the other help leaves of the whole. By rounding that may
    even be below nil for a small team; it is left so, because cutting it off would shift the sum over municipalities. An
    outcome or a denominator that is not published by form raises `WijkanalyseError`.
    """
    rows = panel[panel["year"].isin(contrast.years)]
    for measure in filter(None, (contrast.outcome, contrast.denominator)):
        if missing := [f"{measure}_{form}" for form in (TEAM, OTHERS, WHOLE) if f"{measure}_{form}" not in panel.columns]:
            raise WijkanalyseError(
                f"contrasts: {measure} cannot be split over help by and not by the team: the panel has no "
                f"{listing(missing)}. Choose an outcome and a denominator that are counted by form of help, such as begun"
            )
    return pd.concat(_cells(rows, contrast), ignore_index=True)


def _cells(rows: pd.DataFrame, contrast: Contrast) -> Iterator[pd.DataFrame]:
    if contrast.kind == "change":
        before, after = (rows[rows["year"].eq(year)].set_index("gm_code") for year in contrast.years)
        earlier, later = (_with_team({form: year[f"{contrast.outcome}_{form}"] for form in FORMS}) for year in (before, after))
        for form in (TEAM, OTHERS):
            value = 100 * (later[form] / earlier[form].where(earlier[form] > 0) - 1)
            yield _cell(before, form, earlier[form], value).assign(year=contrast.years[1])
        return
    weights = _with_team({form: rows[f"{contrast.denominator}_{form}"] for form in FORMS})
    figures = {form: rows[f"{contrast.outcome}_{form}"] for form in FORMS}
    is_mean = contrast.kind == "mean"
    # a mean over nothing is empty, and adds nothing to a sum
    sums = {form: (figures[form] * weights[form]).where(weights[form].ne(0), 0.0) for form in FORMS} if is_mean else figures
    sums = _with_team(sums)
    for form in (TEAM, OTHERS):
        value = sums[form] / weights[form].where(weights[form] > 0)
        yield _cell(rows.set_index("gm_code"), form, weights[form], value if is_mean else 100 * value)


def _with_team(sums: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """The sums by form with what is not published of the team's own: what the others leave of the whole."""
    return {**sums, TEAM: sums[TEAM].fillna(sums[WHOLE] - sums[OTHERS])}


def _cell(rows: pd.DataFrame, form: str, weight: pd.Series, value: pd.Series) -> pd.DataFrame:
    frame = {"gm_code": rows.index, "form": form, "weight": np.asarray(weight, float), "value": np.asarray(value, float)}
    return pd.DataFrame(frame if "year" not in rows.columns else {**frame, "year": rows["year"].to_numpy()})
