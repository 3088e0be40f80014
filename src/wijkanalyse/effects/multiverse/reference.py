"""A sample of the specifications in statsmodels: the reference that the batched engine answers to in every run."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import statsmodels.api as sm

from wijkanalyse.effects.multiverse.curve import Curve
from wijkanalyse.effects.multiverse.declaration import Declaration
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.figures import Figures, Floats
from wijkanalyse.effects.multiverse.least_squares import one_hot
from wijkanalyse.effects.multiverse.schemas import ESTIMATED
from wijkanalyse.effects.multiverse.specifications import by_contrast, rows_of
from wijkanalyse.effects.multiverse.treatments import ACTIVE, MISSING
from wijkanalyse.errors import WijkanalyseError

log = logging.getLogger(__name__)


class EngineError(WijkanalyseError):
    """The batched engine and statsmodels do not give the same estimate."""


def sample_of(estimated: pd.DataFrame, declaration: Declaration) -> pd.DataFrame:
    """The specifications of a run that are held against statsmodels: a random sample, the same for the same seed."""
    rng = np.random.default_rng([declaration.seed, 200])
    size = min(declaration.reference.sample, len(estimated))
    return estimated.iloc[np.sort(rng.choice(len(estimated), size, replace=False))]


def check_sample(declaration: Declaration, figures: Figures, estimated: pd.DataFrame) -> pd.DataFrame:
    """Hold a random sample of the estimated specifications against statsmodels; returns a frame as in `Checked`."""
    sample = sample_of(estimated[estimated["status"].eq(ESTIMATED)], declaration)
    worst = check_against_statsmodels(declaration, figures, sample)
    log.info("%d specifications agree with statsmodels to %.1e", len(sample), worst)
    found = {"specifications": len(sample), "largest_deviation": worst, "tolerance": declaration.reference.tolerance}
    return pd.DataFrame([found]).assign(source=figures.source)


def check_against_statsmodels(declaration: Declaration, figures: Figures, estimated: pd.DataFrame) -> float:
    """Fit each of `estimated` (`Specifications`) in statsmodels and return the largest deviation.

    Deviations of estimate and standard error are relative to the larger of 1 and the reference itself. Raises
    `EngineError`, naming the specification, where one exceeds ``reference.tolerance``.
    """
    worst = 0.0
    for contrast, table in by_contrast(estimated):
        space = Space(declaration, contrast, figures)
        curve = Curve(space, rows_of(space, table))
        for number, (identifier, estimate, error) in enumerate(
            zip(table["id"], table["estimate"], table["error"], strict=True)
        ):
            expected = fit_one(curve, number)
            found = (float(estimate), float(error))
            deviation = max(abs(a - b) / max(1.0, abs(b)) for a, b in zip(found, expected, strict=True))
            if not deviation <= declaration.reference.tolerance:
                raise EngineError(
                    f"multiverse: specification {identifier} gives estimate and error {found}, statsmodels {expected}: they "
                    f"differ by {deviation:.1e}, more than reference.tolerance {declaration.reference.tolerance:g} of "
                    "config/multiverse.yaml. None of the results of the multiverse is to be used; please report it with the "
                    "versions of numpy and statsmodels"
                )
            worst = max(worst, deviation)
    return worst


def fit_one(curve: Curve, number: int) -> tuple[float, float]:
    """Estimate and standard error of one specification in statsmodels, on the scale of the contrast."""
    given = curve.inputs(number)
    use = (given.group != MISSING) & (given.weight > 0)
    is_active = (given.group[use] == ACTIVE).astype(float)
    regions = one_hot(given.within[use])
    clusters = given.cluster[use]
    if given.counts is None:
        design = np.column_stack([is_active, regions, given.covariates[use]])
        fitted = sm.WLS(given.value[use], design, weights=given.weight[use]).fit(
            cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
        )
        return float(fitted.params[0]), float(fitted.bse[0])
    return _poisson(given.counts.count[use], given.counts.exposure[use], is_active, clusters, given.counts.scale)


def _poisson(count: Floats, exposure: Floats, is_active: Floats, cluster: np.ndarray, scale: float) -> tuple[float, float]:
    """Poisson with a dummy per municipality and year; one without counts has an effect of minus infinity and is left out."""
    some = count.sum(axis=1) > 0
    count, exposure, is_active, cluster = count[some], exposure[some], is_active[some], cluster[some]
    units, periods = count.shape
    later = (np.arange(periods)[:, None] == np.arange(1, periods)).astype(float)
    dummies = np.repeat(np.eye(units), periods, axis=0)
    design = np.column_stack([np.kron(is_active, np.arange(periods) > 0), np.tile(later, (units, 1)), dummies])
    fitted = sm.GLM(count.ravel(), design, offset=np.log(exposure.ravel()), family=sm.families.Poisson()).fit(
        cov_type="cluster", cov_kwds={"groups": np.repeat(cluster, periods)}, tol=1e-14, maxiter=100
    )
    # statsmodels counts the dummies among the parameters; they are nested in the clusters
    rows, parameters = design.shape
    error = fitted.bse[0] * np.sqrt((rows - parameters) / (rows - periods))
    ratio = np.exp(fitted.params[0])
    return float(scale * (ratio - 1)), float(scale * ratio * error)
