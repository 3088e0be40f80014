"""A published figure: its value, and why it is empty when it is.

CBS prints counts of youth care rounded to 5 and prints '.' for 0 to 7 (and for figures that are unknown); an empty text
means that a figure cannot occur. What an empty cell means decides what may be done with it, so the reason stays with it.
"""

from typing import Final

import numpy as np
import pandas as pd

from wijkanalyse.errors import WijkanalyseError, listing

PUBLISHED: Final = "published"
SUPPRESSED: Final = "suppressed"  # '.' in a column that CBS did publish for this period: 0 to 7
NOT_PUBLISHED: Final = "not_published"  # '.' everywhere in this period, the national total included
NOT_APPLICABLE: Final = "not_applicable"  # empty text: the figure cannot occur
NO_MUNICIPALITY: Final = "no_municipality"  # abolished or not yet there on 1 January of that year; CBS keeps it listed
ABSENT: Final = "absent"  # the service does not offer the column
REASONS: Final = (PUBLISHED, SUPPRESSED, NOT_APPLICABLE, NOT_PUBLISHED, NO_MUNICIPALITY, ABSENT)
"""From best to least known."""

LARGEST_SUPPRESSED: Final = 7
"""CBS prints '.' for counts of youth care from 0 up to this one."""


def least_known(reasons: pd.Series, by: list[pd.Series]) -> pd.Series:
    """Return, per group of `by`, the reason of the least known cell."""
    rank = reasons.map({reason: number for number, reason in enumerate(REASONS)})
    return rank.groupby(by, sort=False).max().map(dict(enumerate(REASONS)))


def parse_published(texts: pd.Series, where: str) -> pd.DataFrame:
    """Split cells of an UntypedDataSet into numbers and reasons.

    `texts` holds the cells as published, right-aligned (``"     595"``, ``"       ."``, ``""``); `where` names the table
    and column for an error. Returns a frame with the same index and the columns `value` (float, NaN when empty) and
    `reason` (``published``, ``suppressed`` or ``not_applicable``). Raises `WijkanalyseError` for any other text.
    """
    stripped = texts.fillna("").astype(str).str.strip()
    value = pd.to_numeric(stripped, errors="coerce").astype(float)
    # "inf" would pass for a number
    odd = ~np.isfinite(value) & ~stripped.isin([".", ""])
    if odd.any():
        raise WijkanalyseError(
            f"{where}: found {listing(repr(text) for text in sorted(set(stripped[odd])))} in {int(odd.sum())} cells; "
            "expected a number, '.' (not published) or an empty cell. The service may have changed its notation: keep the "
            "snapshot and report it."
        )
    reason = np.select([stripped.eq("."), stripped.eq("")], [SUPPRESSED, NOT_APPLICABLE], PUBLISHED)
    return pd.DataFrame({"value": value, "reason": reason}, index=texts.index)


def count_bounds(cells: pd.DataFrame, rounded_to: int, suppressed_up_to: int) -> pd.DataFrame:
    """Return `low` and `high`, between which the true counts of `cells` (value, reason) lie.

    A printed count is within half of `rounded_to` of the truth (exact when that is 1), a suppressed one lies between 0 and
    `suppressed_up_to`.
    """
    half_width = rounded_to / 2 if rounded_to > 1 else 0.0
    is_suppressed = cells["reason"].eq(SUPPRESSED)
    low = (cells["value"] - half_width).clip(lower=0).mask(is_suppressed, 0.0)
    high = (cells["value"] + half_width).mask(is_suppressed, float(suppressed_up_to))
    return pd.DataFrame({"low": low, "high": high}, index=cells.index)
