"""The estimators that `python -m wijkanalyse.validation` runs. To add one: a function of this module's kind, and a line here.

An estimator takes a `Country` and returns an `Estimate` for every question that it answers, one with a reason where it has no
number. It is a function of a module (other processes must find it by its name) and draws nothing that its country's seed does
not fix.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wijkanalyse.validation import declared
from wijkanalyse.validation.published import published_contrasts
from wijkanalyse.validation.recovery import Estimator

ESTIMATORS: Final[Mapping[str, Estimator]] = {
    "primary": declared.primary,
    "primary_jackknife": declared.primary_jackknife,
    "secondary": declared.secondary,
    "switchers": declared.switchers,
    "published": published_contrasts,
}
