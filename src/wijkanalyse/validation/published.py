"""The published-style contrasts as estimators: what they find in countries whose truth is known.

They are held against what the effects do to the very same comparison, so that where teams change nothing every truth is nil and
whatever is found comes from the construction, or from chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from scipy import stats

from wijkanalyse.classification import classify
from wijkanalyse.config import Config, Contrast
from wijkanalyse.effects.contrasts import DIFFERENCE, MEAN_OF_MUNICIPALITIES, POOLED, estimate_contrasts
from wijkanalyse.frames import rows
from wijkanalyse.validation.countries import Country
from wijkanalyse.validation.questions import DAYS, POINTS, Question
from wijkanalyse.validation.recovery import Estimate
from wijkanalyse.validation.variables import VARIABLES


def published_contrasts(country: Country) -> list[Estimate]:
    """Estimate every contrast of the default configuration on a country, with and without the team's own help.

    The difference between active and not active municipalities in percentage points or days, its CR1 interval, and the
    standard error that the interval rests on.
    """
    config = Config()
    classification = classify(country.panel, country.long, config.classification)
    contrasts = {str(name): contrast for name, contrast in config.contrasts.items()}
    estimates, _ = estimate_contrasts(country.panel, classification, contrasts, list(config.forms), config.inference)
    found = []
    for row in rows(estimates[estimates["term"].eq(DIFFERENCE)]):
        t = stats.t.ppf((1 + config.inference.level) / 2, row.clusters - 1)
        question = questions()[_name(row.contrast, row.form, row.weighting)]
        se = (row.upper - row.lower) / (2 * t)
        found.append(Estimate(question, row.value, se, row.lower, row.upper))
    return found


@cache
def questions() -> Mapping[str, Question]:
    """Return the question behind every contrast of the default configuration, by its name."""
    config = Config()
    active_in = tuple(config.classification.years)
    return {
        (name := _name(contrast, form, weighting)): _question(name, one, form, weighting == POOLED, active_in)
        for contrast, one in config.contrasts.items()
        for form in config.forms
        for weighting in (POOLED, MEAN_OF_MUNICIPALITIES)
    }


def _question(name: str, contrast: Contrast, form: str, is_pooled: bool, active_in: tuple[int, ...]) -> Question:
    *since, last = contrast.years
    is_change = contrast.kind == "change"
    return Question(
        name,
        _variable(contrast.outcome, form),
        _variable(contrast.denominator, form) if contrast.denominator else None,
        active_in,
        years=(last,) if is_change else tuple(contrast.years),
        since=tuple(since) if is_change else (),
        unit=DAYS if contrast.kind == "mean" else POINTS,
        is_pooled=is_pooled,
    )


def _variable(measure: str, form: str) -> str:
    """The measure of this form of help, or the measure itself where it is the same for all forms (population)."""
    return name if (name := f"{measure}_{form}") in VARIABLES else measure


def _name(contrast: str, form: str, weighting: str) -> str:
    return f"published_{contrast}_{form}" + ("" if weighting == POOLED else "_municipalities")
