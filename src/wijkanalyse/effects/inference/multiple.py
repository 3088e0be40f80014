"""Several primary outcomes: p values that keep the chance of any false finding at its level."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np
from statsmodels.stats.multitest import multipletests

from wijkanalyse.effects.inference.permutation import PermutationTest
from wijkanalyse.effects.inference.resampling import TIE
from wijkanalyse.effects.models.groups import FloatArray


def holm(p_values: Sequence[float]) -> FloatArray:
    """Return p values adjusted by Holm (1979; statsmodels), in the order given. NaN (not tested) stays and is not counted."""
    p = np.asarray(p_values, dtype=float)
    tested = np.isfinite(p)
    adjusted = np.full(len(p), nan)
    if tested.any():
        adjusted[tested] = multipletests(p[tested], method="holm")[1]
    return adjusted


def max_t(tests: Sequence[PermutationTest]) -> FloatArray:
    """Return p values adjusted by the step-down maxT of Westfall & Young (1993), in the order given.

    The tests must come from the same `Assignments` (ValueError where their numbers of draws differ). Unlike Holm it uses how
    the outcomes hang together. A test without a value stays NaN and is not counted.
    """
    told = [at for at, test in enumerate(tests) if test.reason is None]
    adjusted = np.full(len(tests), nan)
    if not told:
        return adjusted
    if len({(len(tests[at].drawn), tests[at].exact) for at in told}) > 1:
        raise ValueError("max_t: the tests have different draws; give all outcomes the same Assignments")
    observed = np.array([abs(tests[at].statistic) for at in told])
    drawn = np.column_stack([np.abs(tests[at].drawn) for at in told])
    drawn[np.isnan(drawn)] = np.inf
    exact = tests[told[0]].exact
    order = np.argsort(-observed, kind="stable")
    # the largest of an outcome and of all that are less extreme than it
    largest = np.maximum.accumulate(drawn[:, order[::-1]], axis=1)[:, ::-1]
    hits = (largest >= observed[order] * (1 - TIE)).sum(axis=0)
    p = hits / len(drawn) if exact else (1 + hits) / (1 + len(drawn))
    adjusted[np.array(told)[order]] = np.maximum.accumulate(p)
    return adjusted
