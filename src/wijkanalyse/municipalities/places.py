"""Where every municipality of 2015-2026 lies: its centre, in whole kilometres in RD New."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from io import StringIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from wijkanalyse.municipalities import known_codes, mergers

Place = npt.NDArray[np.float64]
"""East and north."""


def places() -> pd.DataFrame:
    """Return the centre of every municipality in force in any year 2015-2026, sorted by `gm_code`.

    Columns: gm_code, east_km, north_km (whole kilometres). Those of 2022 stand in centroids.csv (README.md names the source).
    A municipality that was formed later lies at the mean of its parts, one that was abolished before where its successor lies;
    with several successors at their mean by share.
    """
    return _places().copy()


@cache
def _places() -> pd.DataFrame:
    table = pd.read_csv(StringIO(files(__package__).joinpath("centroids.csv").read_text(encoding="utf-8")))
    known = {
        code: np.array([east, north], dtype=float) for code, east, north in zip(*(table[name] for name in table), strict=True)
    }
    known = with_derived(known, known_codes(), mergers())
    found = pd.DataFrame.from_dict(known, orient="index", columns=["east_km", "north_km"])
    return found.sort_index().rename_axis("gm_code").reset_index()


def with_derived(known: Mapping[str, Place], codes: Collection[str], over: pd.DataFrame) -> dict[str, Place]:
    """Return the `known` places and those of the other `codes`, by way of what went `over` into what (as from `mergers`).

    A code that is tied to no known place raises `ValueError`.
    """
    complete = dict(known)
    waiting = sorted(set(codes) - set(complete))
    # a successor may itself have been abolished: its place comes first
    while waiting:
        found = {code: place for code in waiting if (place := _derived(code, over, complete)) is not None}
        if not found:
            raise ValueError(f"centroids.csv and mergers.csv give no place for {', '.join(waiting)}")
        complete |= found
        waiting = [code for code in waiting if code not in found]
    return complete


def _derived(code: str, over: pd.DataFrame, known: Mapping[str, Place]) -> Place | None:
    """The place of `code` from those of its successors, or else of its parts; `None` as long as one of these is unknown."""
    here, there = ("from_code", "to_code") if over["from_code"].eq(code).any() else ("to_code", "from_code")
    others = over[over[here].eq(code)]
    if not len(others) or not others[there].isin(known.keys()).all():
        return None
    shares = others["share"] if here == "from_code" else None
    place: Place = np.rint(np.average([known[each] for each in others[there]], axis=0, weights=shares))
    return place
