"""Small made-up panels of municipalities and years, one per family of models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from wijkanalyse.effects.models import Design
from wijkanalyse.effects.models.design import Family

KINDS = ["gaussian", "poisson", "binomial", "gamma", "gaussian_units", "poisson_units"]


def panel(kind: str, clusters: int = 24, years: int = 5, seed: int = 7, effect: float = 0.0) -> Design:
    """`clusters` municipalities x `years`; regressors: activity after the landmark, years, a covariate; unequal sizes."""
    rng = np.random.default_rng(seed)
    family: Family = kind.removesuffix("_units")  # type: ignore[assignment]
    has_units = kind.endswith("_units")
    municipality, year = np.repeat(np.arange(clusters), years), np.tile(np.arange(years), clusters)
    rows = len(municipality)
    active = active_of(clusters)[municipality]
    after = year >= years // 2
    columns = {"treated": active * after, "covariate": rng.normal(size=rows)}
    columns |= {f"year_{y}": (year == y).astype(float) for y in range(1, years)}
    if not has_units:
        columns = {"intercept": np.ones(rows)} | columns
    size = np.exp(rng.normal(7, 1, clusters))[municipality]
    eta = rng.normal(0, 0.3, clusters)[municipality] + 0.2 * columns["covariate"] + effect * columns["treated"]
    more: dict[str, Any] = {}
    if family == "gaussian":
        y, more = 300 + 40 * (eta + rng.normal(size=rows)), {"weights": size}
    elif family == "poisson":
        y = rng.poisson(size * np.exp(eta - 3) * rng.gamma(20, 0.05, rows)).astype(float)
        more = {"offset": np.log(size), "weights": rng.uniform(0.5, 2, clusters)[municipality]}
    elif family == "binomial":
        trials = 1 + np.round(size / 10)
        y, more = rng.binomial(trials.astype(int), 1 / (1 + np.exp(2 - eta))).astype(float), {"trials": trials}
    else:
        y, more = np.exp(5 + eta) * rng.gamma(10, 0.1, rows), {"weights": size}
    x = np.column_stack(list(columns.values()))
    return Design(y, x, tuple(columns), municipality, family, units=municipality if has_units else None, **more)


def active_of(clusters: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Which municipalities are active: two in five."""
    return (np.arange(clusters) % 5 < 2).astype(float)


def after_of(design: Design, years: int = 5) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Which rows lie after the landmark."""
    return (np.arange(len(design.y)) % years >= years // 2).astype(float)


def changed(design: Design, **columns: np.ndarray[Any, np.dtype[np.float64]]) -> Design:
    """The design with some regressors replaced or added."""
    x, names = design.x.copy(), list(design.names)
    for name, values in columns.items():
        if name in names:
            x[:, names.index(name)] = values
        else:
            x, names = np.column_stack([x, values]), [*names, name]
    return replace(design, x=x, names=tuple(names))
