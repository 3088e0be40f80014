"""Which municipalities are most alike, by what they were before anything is compared: their people, not their care."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Covariate:
    """A characteristic: how it comes from the panel, how it is written, and whether differences count in proportion."""

    name: str
    label: str
    unit: str
    decimals: int
    needs: tuple[str, ...]
    make: Callable[[pd.DataFrame], pd.Series]
    in_proportion: bool


def _column(name: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda panel: panel[name]


COVARIATES: Final = (
    Covariate("inhabitants", "inwoners", "", 0, ("inhabitants",), _column("inhabitants"), True),
    Covariate("density", "adressendichtheid", "per km²", 0, ("address_density",), _column("address_density"), True),
    Covariate(
        "income", "gemiddeld inkomen", "duizend euro", 1, ("mean_income_1000_eur",), _column("mean_income_1000_eur"), True
    ),
    Covariate(
        "single_parents",
        "eenouderhuishoudens",
        "%",
        1,
        ("households_single_parent", "households"),
        lambda panel: 100 * panel["households_single_parent"] / panel["households"],
        False,
    ),
    Covariate(
        "migration",
        "jongeren met een migratieachtergrond",
        "%",
        1,
        ("population_0_22_migration", "population_0_22_no_migration"),
        lambda panel: (
            100
            * panel["population_0_22_migration"]
            / (panel["population_0_22_migration"] + panel["population_0_22_no_migration"])
        ),
        False,
    ),
)
COUNT: Final = 6
"""How many similar municipalities are shown."""

KNOWN: Final = 0.9
"""A characteristic counts in a year when at least this part of the municipalities has it."""


@dataclass(frozen=True)
class Baseline:
    """The characteristics of one year: one row per municipality (index gm_code), one column per characteristic's name."""

    year: int
    covariates: tuple[Covariate, ...]
    values: pd.DataFrame


def baseline(panel: pd.DataFrame) -> Baseline:
    """Return the characteristics in the last year in which the most of them are known.

    `panel` as in `panel.schemas.Panel`; a characteristic whose columns CBS does not offer is left out, and so is a municipality
    that misses one of the others.
    """
    possible = [one for one in COVARIATES if set(one.needs) <= set(panel.columns)]
    frame = panel[["gm_code", "year"]].assign(**{one.name: one.make(panel) for one in possible})
    values = frame.set_index(["year", "gm_code"]).replace([np.inf, -np.inf], np.nan)
    known = values.notna().groupby("year").mean().ge(KNOWN)
    year = max(known.index, key=lambda year: (known.loc[year].sum(), year))
    chosen = tuple(one for one in possible if known.at[year, one.name])
    return Baseline(int(year), chosen, values.loc[year, [one.name for one in chosen]].dropna().sort_index())


def distances(base: Baseline) -> pd.DataFrame:
    """Return how unlike each pair of municipalities is: a symmetric frame, zero on its diagonal.

    Each characteristic is put in standard deviations over the municipalities (its logarithm where differences count in
    proportion: twice as many inhabitants is as much in a town as in a village). The distance is the root of the mean of the
    squared differences: 0.5 is half a standard deviation on an average characteristic.
    """
    columns = {
        one.name: np.log(base.values[one.name].clip(lower=1e-9)) if one.in_proportion else base.values[one.name]
        for one in base.covariates
    }
    values = pd.DataFrame(columns, index=base.values.index)
    spread = values.std(ddof=0)
    # a characteristic on which all are equal (but for rounding errors) tells nobody apart
    tells = spread.gt(1e-9 * values.abs().max().clip(lower=1))
    scores = (values.loc[:, tells] / spread[tells]).to_numpy(dtype=float)
    if not scores.shape[1]:
        return pd.DataFrame(0.0, index=values.index, columns=values.index)
    difference = scores[:, None, :] - scores[None, :, :]
    return pd.DataFrame(np.sqrt(np.mean(np.square(difference), axis=2)), index=values.index, columns=values.index)


def similar(base: Baseline, count: int = COUNT) -> pd.DataFrame:
    """Return the `count` most similar municipalities of each one: gm_code, peer, distance; nearest first, ties by code."""
    table = distances(base).rename_axis("gm_code").reset_index()
    pairs = table.melt("gm_code", var_name="peer", value_name="distance")
    pairs = pairs[pairs["gm_code"].ne(pairs["peer"])].sort_values(["gm_code", "distance", "peer"])
    return pairs.groupby("gm_code", sort=True).head(count).reset_index(drop=True)
