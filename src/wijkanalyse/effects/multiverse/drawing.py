"""What a figure of ten thousand specifications is drawn from: quantiles and densities instead of points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wijkanalyse.effects.multiverse.declaration import BRANCHES
from wijkanalyse.effects.multiverse.nearest import Published
from wijkanalyse.effects.multiverse.schemas import ESTIMATED, MECHANICAL, NOT_MECHANICAL, SIDES


@dataclass(frozen=True)
class CurveDrawing:
    """One contrast.

    `curve`: side, rank_share (0 to 1), estimate, lower, upper, share_significant: the sorted curve in steps, of each step the
    median estimate, the median ends of the intervals and the share that is significant. `density`: side, estimate, density (per
    unit, each side integrates to its share of all). `options`: branch, option, estimate, density (largest 1 within an option):
    a strip for each option. `marks`: kind (published, primary, or the name of a reading), side (empty for published), estimate,
    lower, upper.
    """

    curve: pd.DataFrame
    density: pd.DataFrame
    options: pd.DataFrame
    marks: pd.DataFrame


def curve_drawing(
    specifications: pd.DataFrame, contrast: str, published: Published, level: float = 0.95, steps: int = 200, bins: int = 80
) -> CurveDrawing:
    """Return what the figure of one contrast shows of `specifications` (`Specifications`), estimates in the contrast's unit."""
    known = specifications[specifications["contrast"].eq(contrast) & specifications["status"].eq(ESTIMATED)]
    known = known.assign(
        side=np.where(known["mechanical"], MECHANICAL, NOT_MECHANICAL), is_significant=known["p"].lt(1 - level)
    )
    # the outermost half per cent on either side would leave the rest no room
    low, high = known["estimate"].quantile([0.005, 0.995])
    marks = known.loc[known["name"].ne(""), ["name", "side", "estimate", "lower", "upper"]].rename(columns={"name": "kind"})
    study = {"kind": "published", "side": "", "estimate": published.difference, "lower": np.nan, "upper": np.nan}
    low, high = (
        min(low, marks["estimate"].min(), published.difference),
        max(high, marks["estimate"].max(), published.difference),
    )
    edges = np.linspace(low, high, bins + 1)
    return CurveDrawing(
        curve=pd.concat([_steps(table, side, steps) for side, table in _sides(known)], ignore_index=True),
        density=pd.concat([_density(table, side, edges, len(known)) for side, table in _sides(known)], ignore_index=True),
        options=pd.concat([_strips(known, branch, edges) for branch in BRANCHES], ignore_index=True),
        marks=pd.concat([pd.DataFrame([study]), marks], ignore_index=True),
    )


def _sides(known: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(side, known[known["side"].eq(side)]) for side in SIDES if known["side"].eq(side).any()]


def _steps(table: pd.DataFrame, side: str, steps: int) -> pd.DataFrame:
    ordered = table.sort_values(["estimate", "id"], ignore_index=True)
    step = np.minimum(np.arange(len(ordered)) * steps // max(len(ordered), 1), steps - 1)
    middle = ordered.groupby(step)[["estimate", "lower", "upper"]].median()
    rank = (np.arange(len(ordered)) + 0.5) / len(ordered)
    return middle.assign(
        side=side,
        rank_share=pd.Series(rank).groupby(step).mean(),
        share_significant=ordered["is_significant"].groupby(step).mean(),
    )[["side", "rank_share", "estimate", "lower", "upper", "share_significant"]].reset_index(drop=True)


def _density(table: pd.DataFrame, side: str, edges: np.ndarray, of_all: int) -> pd.DataFrame:
    count, _ = np.histogram(table["estimate"], edges)
    return pd.DataFrame({"side": side, "estimate": (edges[1:] + edges[:-1]) / 2, "density": count / of_all / np.diff(edges)})


def _strips(known: pd.DataFrame, branch: str, edges: np.ndarray) -> pd.DataFrame:
    made = []
    for option, table in known.groupby(branch):
        count, _ = np.histogram(table["estimate"], edges)
        middle = (edges[1:] + edges[:-1]) / 2
        made.append(
            pd.DataFrame({"branch": branch, "option": option, "estimate": middle, "density": count / max(count.max(), 1)})
        )
    return pd.concat(made, ignore_index=True)
