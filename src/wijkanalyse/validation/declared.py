"""The declared estimands as estimators: what config/estimands.yaml would report on countries whose truth is known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from scipy import stats

from wijkanalyse.config import Config, Inference
from wijkanalyse.effects.designing import TREATED, design_of, ratio_of, with_errors
from wijkanalyse.effects.estimands import Estimand, Estimands, read_estimands
from wijkanalyse.effects.inference.clustered import Variant
from wijkanalyse.effects.models import newton
from wijkanalyse.effects.rows import rows_of, share_figures
from wijkanalyse.effects.switching import estimate_switchers
from wijkanalyse.frames import rows
from wijkanalyse.validation.countries import Country
from wijkanalyse.validation.questions import QUESTIONS, SwitcherQuestion, question_of
from wijkanalyse.validation.recovery import Estimate

BESIDE = ("use_level", "use_total", "duration_all", "crisis_all", "crisis_per_youth")
"""What is tried beside the primary estimands."""

LEVEL = 0.95


@cache
def estimands() -> Estimands:
    """The estimands as declared in this checkout."""
    return read_estimands(Path(__file__).parents[3] / "config" / "estimands.yaml")


def primary(country: Country) -> list[Estimate]:
    """The primary estimands with the interval that the report prints: jackknife errors (CR3)."""
    return list(_estimates(country, estimands().primary, "CR3"))


def primary_cr1(country: Country) -> list[Estimate]:
    """The same with the usual cluster-robust errors (CR1), which the report shows beside it."""
    return list(_estimates(country, estimands().primary, "CR1"))


def secondary(country: Country) -> list[Estimate]:
    """Other declared estimands, as reported; the mechanical ones among them show what the construction does."""
    return list(_estimates(country, [estimands().named(name) for name in BESIDE], "CR3"))


def switchers(country: Country) -> list[Estimate]:
    """The change of help by others in municipalities that became active (Callaway and Sant'Anna 2021), by era."""
    table, _ = estimate_switchers(
        country.panel, country.long, Config().classification, estimands().baseline, Inference(draws=99)
    )
    overall = table[table["event_time"].isna() & table["outcome"].eq("trajectories_niet_wijkteam")].set_index("era")
    names = {"2017-2020": "switchers_early", "2021-2025": "switchers_later"}
    questions = {question.name: question for question in QUESTIONS if isinstance(question, SwitcherQuestion)}
    found = []
    for row in rows(overall.reset_index()):
        value, lower, upper = (math.log1p(end / 100) for end in (row.value, row.lower, row.upper))
        found.append(Estimate(questions[names[row.era]], value, row.se, lower, upper, row.reason))
    return found


def _estimates(country: Country, chosen: list[Estimand], variant: Variant) -> Iterator[Estimate]:
    choices = Config().classification
    long = share_figures(country.long, choices)
    for estimand in chosen:
        question = question_of(estimand)
        design = design_of(estimand, rows_of(country.panel, long, estimand, estimands().baseline, choices))
        if isinstance(design, str):
            yield Estimate(question, reason=design)
            continue
        fitted = with_errors(design, newton(design, TREATED), variant)
        if fitted.reason:
            yield Estimate(question, reason=fitted.reason)
            continue
        value, lower, upper = map(float, np.log(ratio_of(estimand, design, fitted, LEVEL)))
        t = float(stats.t.ppf((1 + LEVEL) / 2, fitted.df))
        yield Estimate(question, value, (upper - lower) / (2 * t), lower, upper)
