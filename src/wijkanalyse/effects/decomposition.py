"""The published differences, split into which help is counted and what differs within a form of help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from wijkanalyse.classification import ACTIVE
from wijkanalyse.config import Contrast, Inference
from wijkanalyse.effects.designs.kitagawa import MEAN_OF_MUNICIPALITIES, POOLED, kitagawa_with_intervals
from wijkanalyse.effects.results import POINTS, Decomposition

TEAM, OTHERS, WHOLE = "wijkteam", "niet_wijkteam", "zonder_verblijf"
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
        cells = cells_by_form(panel, contrasts[name]).merge(groups, on="gm_code", validate="m:1")
        cells = cells.assign(unit=cells["gm_code"], cluster=cells[inference.cluster], is_active=cells["group"].eq(ACTIVE))
        for weighting in (POOLED, MEAN_OF_MUNICIPALITIES):
            split = kitagawa_with_intervals(
                cells, weighting=weighting, level=inference.level, draws=inference.draws, seed=inference.seed
            )
            tables.append(split.assign(contrast=name, weighting=weighting, unit="days" if name == "duration" else POINTS))
    table = pd.concat(tables, ignore_index=True)
    table["is_mechanical"] = ~(table["component"].eq("within") & table["form"].eq(OTHERS))
    table["source"] = str(classification["source"].iloc[0])
    return table[list(Decomposition.to_schema().columns)]


def cells_by_form(panel: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Return gm_code, year, form, weight and value (percent or days) of help by and not by the team.

    Where the figure of the team itself is not published, it is what the other help leaves of the whole. By rounding that may
    even be below nil for a small team; it is left so, because cutting it off would shift the sum over municipalities.
    """
    rows = panel[panel["year"].isin(contrast.years)]
    return pd.concat(_cells(rows, contrast), ignore_index=True)


def _cells(rows: pd.DataFrame, contrast: Contrast) -> Iterator[pd.DataFrame]:
    if contrast.kind == "change":
        before, after = (rows[rows["year"].eq(year)].set_index("gm_code") for year in contrast.years)
        for form in (TEAM, OTHERS):
            weight = before[f"{contrast.outcome}_{form}"]
            value = 100 * (after[f"{contrast.outcome}_{form}"] / weight.where(weight > 0) - 1)
            yield _cell(before, form, weight, value).assign(year=contrast.years[1])
        return
    weights = {form: rows[f"{contrast.denominator}_{form}"] for form in (TEAM, OTHERS, WHOLE)}
    figures = {form: rows[f"{contrast.outcome}_{form}"] for form in (TEAM, OTHERS, WHOLE)}
    is_mean = contrast.kind == "mean"
    sums = {form: figures[form] * weights[form] if is_mean else figures[form] for form in figures}
    # a mean over nothing is empty, and adds nothing to a sum
    others = sums[OTHERS].where(weights[OTHERS].ne(0), 0.0)
    sums[TEAM] = sums[TEAM].fillna(sums[WHOLE] - others)
    for form in (TEAM, OTHERS):
        value = sums[form] / weights[form].where(weights[form] > 0)
        yield _cell(rows.set_index("gm_code"), form, weights[form], value if is_mean else 100 * value)


def _cell(rows: pd.DataFrame, form: str, weight: pd.Series, value: pd.Series) -> pd.DataFrame:
    frame = {"gm_code": rows.index, "form": form, "weight": np.asarray(weight, float), "value": np.asarray(value, float)}
    return pd.DataFrame(frame if "year" not in rows.columns else {**frame, "year": rows["year"].to_numpy()})
