"""What a model is made of: outcome, regressors, weights, clusters, and the family that ties them together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from wijkanalyse.effects.models.groups import BoolArray, FloatArray, Groups

Family = Literal["gaussian", "poisson", "binomial", "gamma"]


@dataclass(frozen=True, eq=False)
class Design:
    """One regression. Rows are municipality-years; nothing is estimated here.

    y (n,): outcome; counts for poisson, successes for binomial, above zero for gamma.
    x (n, k): regressors, with their `names`; the intercept is a column like the others.
    clusters (n,): integers; the rows of one cluster may depend on each other.
    family: gaussian (identity), poisson (log), binomial (logit, of `trials`), gamma (log).
    weights (n,): inverse-variance ("prior", "var") weights, such as the number of ended trajectories behind a mean or the
        weights of entropy balancing; default 1. Their scale does not matter to any result.
    offset (n,): known part of the linear predictor, such as the log of the population; default 0.
    trials (n,): binomial only.
    units (n,): integers; a fixed effect per unit is concentrated out (gaussian: within transformation; poisson: the
        conditional likelihood of Hausman, Hall & Griliches 1984, which has the same estimates as dummies). `x` then has no
        intercept and nothing that is constant within all units.
    """

    y: FloatArray
    x: FloatArray
    names: tuple[str, ...]
    clusters: npt.NDArray[np.integer]
    family: Family
    weights: FloatArray | None = None
    offset: FloatArray | None = None
    trials: FloatArray | None = None
    units: npt.NDArray[np.integer] | None = None

    def __post_init__(self) -> None:
        rows = len(self.y)
        if self.family not in get_args(Family):
            raise ValueError(f"family {self.family!r}: expected one of {', '.join(get_args(Family))}")
        if self.x.shape != (rows, len(self.names)):
            raise ValueError(f"x has shape {self.x.shape}, expected {rows} rows and {len(self.names)} columns as in names")
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"names are not unique: {self.names}")
        if (self.trials is None) != (self.family != "binomial"):
            raise ValueError("trials belong to the binomial family, and to it alone")
        if self.units is not None and self.family not in ("gaussian", "poisson"):
            raise ValueError(f"unit effects can be concentrated out of gaussian and poisson models, not of {self.family}")
        for name in ("y", "x", "clusters", "weights", "offset", "trials", "units"):
            values = getattr(self, name)
            if values is None:
                continue
            if len(values) != rows or not np.isfinite(values).all():
                raise ValueError(f"{name}: expected {rows} rows without missing or infinite values; leave incomplete rows out")
        for name, values in (("weights", self.weights), ("trials", self.trials)):
            if values is not None and (values < 0).any():
                raise ValueError(f"{name} below zero")
        if self.family != "gaussian" and (self.y < 0).any():
            raise ValueError(f"the outcome of a {self.family} model is below zero")
        if self.family == "gamma" and (self.y <= 0).any():
            raise ValueError("the outcome of a gamma model is not above zero; leave such rows out")
        if self.trials is not None and (self.y > self.trials).any():
            raise ValueError("more successes than trials")

    @property
    def k(self) -> int:
        """Number of regressors."""
        return len(self.names)

    @property
    def w(self) -> FloatArray:
        """Weights, ones where none are given."""
        return np.ones(len(self.y)) if self.weights is None else self.weights

    @cached_property
    def kept(self) -> BoolArray:
        """Which rows carry information, (n,).

        Not those with weight or trials zero; with unit effects also not those of a unit with one row, or (poisson) with
        only zeros: their effect takes up all they have to say, and counted they would only inflate N and G.
        """
        kept = self.w > 0
        if self.trials is not None:
            kept = kept & (self.trials > 0)
        if self.units is not None:
            units = Groups(self.units)
            speaks = np.bincount(units.codes, weights=kept, minlength=units.size) > 1
            if self.family == "poisson":
                speaks &= units.any((self.y > 0) & kept)
            kept = kept & speaks[units.codes]
        return kept

    @cached_property
    def informative(self) -> Design:
        """The design without the rows that carry no information (`kept`)."""
        return self if self.kept.all() else self.take(self.kept)

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Design:
        """Return the design of some of its rows (mask or positions)."""
        parts = ("y", "x", "clusters", "weights", "offset", "trials", "units")
        return replace(self, **{name: getattr(self, name)[rows] for name in parts if getattr(self, name) is not None})

    def position(self, term: str) -> int:
        """Return the column of a regressor."""
        if term not in self.names:
            raise ValueError(f"no regressor {term!r}; there are {', '.join(self.names)}")
        return self.names.index(term)

    def without(self, term: str, value: float = 0.0) -> Design:
        """Return the model in which one coefficient is held at `value`: its column moves to the offset."""
        column = self.position(term)
        offset = np.zeros(len(self.y)) if self.offset is None else self.offset
        return replace(
            self,
            x=np.delete(self.x, column, axis=1),
            names=tuple(name for name in self.names if name != term),
            offset=offset + value * self.x[:, column] if value else self.offset,
        )

    @cached_property
    def cluster_groups(self) -> Groups:
        """Rows by cluster."""
        return Groups(self.clusters)

    @cached_property
    def unit_groups(self) -> Groups | None:
        """Rows by unit, where there are unit effects."""
        return None if self.units is None else Groups(self.units)

    @property
    def parameters(self) -> int:
        """K of the small-sample factor.

        Unit effects that lie within the clusters are not counted (pyfixest's "nonnested", Stata's reghdfe): more units bring
        more clusters, and their number says nothing about the precision of the cluster sums. Counted, as dummies in
        statsmodels would be, they make the errors of a panel of 11 years some 5 % larger. Other unit effects do count.
        """
        units = self.unit_groups
        return self.k + (0 if units is None or units.nested_in(self.cluster_groups) else units.size)

    def curves(self, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return log likelihood (up to a constant), its first and minus its second derivative per row, unweighted.

        `eta` (n,) or (n, B): linear predictors, offset included. Observed information: for gamma with log link it differs
        from the expected one; statsmodels' sandwich uses the observed one too.
        """
        y = self.y if eta.ndim == 1 else self.y[:, None]
        if self.family == "gaussian":
            residual = y - eta
            return -(residual**2) / 2, residual, np.ones_like(eta)
        if self.family == "poisson":
            mean = np.exp(eta)
            return y * eta - mean, y - mean, mean
        if self.family == "gamma":
            ratio = y * np.exp(-eta)
            return -(ratio + eta), ratio - 1, ratio
        assert self.trials is not None
        trials = self.trials if eta.ndim == 1 else self.trials[:, None]
        chance = expit(eta)
        return y * eta - trials * np.logaddexp(0, eta), y - trials * chance, trials * chance * (1 - chance)
