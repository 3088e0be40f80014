"""The estimators that are tried on made-up countries. To add one: a function of this module's kind, and a line here.

An estimator takes a `Country` and returns an `Estimate` for every question that it answers, one with a reason where it has no
number. It draws nothing that its country's seed does not fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.validation import declared
from wijkanalyse.validation.published import published_contrasts
from wijkanalyse.validation.recovery import Estimator

ESTIMATORS: Final[Mapping[str, Estimator]] = {
    "primary": declared.primary,
    "primary_cr1": declared.primary_cr1,
    "secondary": declared.secondary,
    "switchers": declared.switchers,
    "published": published_contrasts,
}


def estimators_named(names: Iterable[str]) -> dict[str, Estimator]:
    """Return the estimators of these names; raises `WijkanalyseError` with the nearest name for an unknown one."""
    for name in names:
        if name not in ESTIMATORS:
            raise WijkanalyseError(f"config/validation.yaml: there is no estimator {name}{nearest(name, ESTIMATORS)}")
    return {name: ESTIMATORS[name] for name in names}
