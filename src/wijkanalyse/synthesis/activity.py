"""What clients say where the wijkteam is active and where it is not.

A survey counts where its place is one municipality that is classified. Surveys of one place are averaged first, so that every
place counts once; the groups are compared with Welch's t interval. The comparison describes the places that happened to
publish a survey: it says nothing of other places, and nothing of what an active team does.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from wijkanalyse.classification import ACTIVE, NOT_ACTIVE
from wijkanalyse.contracts import SOURCE_COLUMN, Contract
from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.municipalities import mergers
from wijkanalyse.synthesis.indicators import SUBSETS
from wijkanalyse.synthesis.meta import LEVEL
from wijkanalyse.synthesis.surveys import UNITS


class Activity(Contract):
    """One row per client indicator and set of surveys."""

    indicator: Series[str] = pa.Field(isin=list(PUBLISHED_INDICATORS), description="what was asked")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    unit: Series[str] = pa.Field(isin=list(UNITS), description="unit of the means")
    subset: Series[str] = pa.Field(isin=list(SUBSETS), description="which surveys: all chosen populations, or one of them")
    k_active: Series[int] = pa.Field(ge=0, description="surveys in active municipalities")
    k_not_active: Series[int] = pa.Field(ge=0, description="surveys in municipalities that are not active")
    k_unclassified: Series[int] = pa.Field(ge=0, description="surveys of regions or of municipalities that are not classified")
    places_active: Series[int] = pa.Field(ge=0, description="active municipalities with such a survey")
    places_not_active: Series[int] = pa.Field(ge=0, description="municipalities with such a survey that are not active")
    mean_active: Series[float] = pa.Field(nullable=True, description="mean over the active municipalities")
    mean_not_active: Series[float] = pa.Field(nullable=True, description="mean over the others")
    difference: Series[float] = pa.Field(nullable=True, description="active minus not active (percent: percentage points)")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of its interval")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of its interval")
    status: Series[str] = pa.Field(description="why there is no interval, or how it was computed")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


def satisfaction_by_activity(
    values: pd.DataFrame, classification: pd.DataFrame, fewest: int = 3, level: float = LEVEL
) -> pd.DataFrame:
    """Compare active with not active municipalities on each client indicator; a frame as in `Activity`.

    values: frame as in `surveys.SurveyValues`; classification: as in `classification.Classified`. A municipality that has
    since gone over into one other counts as that one. fewest: places in each group from which there is an interval.
    """
    groups = classification.set_index("gm_code")["group"]
    municipality = values["gm_code"].map(_successors(frozenset(groups.index)))
    values = values.assign(municipality=municipality, group=municipality.map(groups))
    source = str(classification["source"].iloc[0])
    rows = []
    for name, indicator in PUBLISHED_INDICATORS.items():
        for subset, population in SUBSETS.items():
            of = values[values["indicator"].eq(name)]
            if population is not None:
                of = of[of["population"].eq(population)]
            active, other = (of[of["group"].eq(part)] for part in (ACTIVE, NOT_ACTIVE))
            means = [part.groupby("municipality")["value"].mean().to_numpy("float64") for part in (active, other)]
            rows.append(
                {
                    "indicator": name,
                    "label_nl": indicator.label_nl,
                    "unit": indicator.unit,
                    "subset": subset,
                    "k_active": len(active),
                    "k_not_active": len(other),
                    "k_unclassified": len(of) - len(active) - len(other),
                    "places_active": len(means[0]),
                    "places_not_active": len(means[1]),
                    **_compared(means[0], means[1], fewest, level),
                    "source": source,
                }
            )
    return pd.DataFrame(rows)


def _compared(active: np.ndarray, other: np.ndarray, fewest: int, level: float) -> dict[str, float | str]:
    means = [float(part.mean()) if len(part) else math.nan for part in (active, other)]
    lower, upper = math.nan, math.nan
    if min(len(active), len(other)) < fewest:
        status = f"no interval: {len(active)} active and {len(other)} other municipalities, {fewest} of each needed"
    elif np.ptp(active) == 0 and np.ptp(other) == 0:
        status = "no interval: the municipalities of a group do not differ"
    else:
        interval = CompareMeans(DescrStatsW(active), DescrStatsW(other)).tconfint_diff(alpha=1 - level, usevar="unequal")
        lower, upper = float(interval[0]), float(interval[1])
        status = f"Welch's t over {len(active)} active and {len(other)} other municipalities"
    return {
        "mean_active": means[0],
        "mean_not_active": means[1],
        "difference": means[0] - means[1],
        "lower": lower,
        "upper": upper,
        "status": status,
    }


def _successors(known: frozenset[str]) -> dict[str, str]:
    """Which of the `known` municipalities each code is now: itself, or the one it wholly went over into."""
    links = {code: code for code in known}
    # the last merger first: what a code went over into is known before the code itself
    whole = mergers().query("share == 1").sort_values("date", ascending=False, kind="stable")
    for code, successor in zip(whole["from_code"], whole["to_code"], strict=True):
        if code not in links and successor in links:
            links[code] = links[successor]
    return links
