"""Which published figures stand behind a row of a result: variables of config/tables.yaml, and years.

Derived from the choices of the run and config/estimands.yaml, which say what each estimate is made of. Where a row is about
more than one estimate (a count, the multiverse as a whole), nothing is named rather than something wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from wijkanalyse.config import Config
from wijkanalyse.effects.estimands import Estimand, Estimands

_OF_CONTRASTS = ("estimate_contrasts", "decompose_contrasts", "compare_vintages")
_OF_ESTIMANDS = ("estimate_effects", "probe_sensitivity")


@dataclass(frozen=True)
class Part:
    """Variables in years, and what they serve for: outcome, groups or covariates."""

    serves_for: str
    variables: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True)
class Behind:
    """What the choices of a run say of the figures behind its results."""

    config: Config
    estimands: Estimands

    def parts(self, rule: str, row: str, claim_id: str = "") -> tuple[Part, ...]:
        """Return the figures behind `row` of what `rule` made; none where that cannot be told from it and the claim's name."""
        keys = dict(re.findall(r"(\w+)=([\w-]+)", row))
        words = re.findall(r"\w+", f"{row} {claim_id}")
        if rule == "classify":
            alone = re.match(r"(\d{4}): ", row)  # activity_by_year: a row per year, classified by itself
            return (self._groups([int(alone[1])] if alone else self.config.classification.years),)
        if rule in _OF_CONTRASTS:
            name = keys.get("contrast") or next((word for word in words if word in self.config.contrasts), "")
            form = keys.get("form") or next((word for word in words if word in self.config.forms), None)
            return self._contrast(name, form) if name in self.config.contrasts else ()
        if rule in _OF_ESTIMANDS:
            name = keys.get("estimand") or next((word for word in words if word in self._by_name), "")
            if name in self._by_name:
                return self._estimand(self._by_name[name])
            return (self._covariates(),) if "balance" in words else ()
        if rule == "estimate_switchers" and (years := re.findall(r"\d{4}", keys.get("era", ""))):
            era = range(int(years[0]), int(years[-1]) + 1)
            return (Part("outcome", (keys.get("outcome", ""), "population_0_22"), tuple(era)), self._groups(era))
        return ()

    @cached_property
    def _by_name(self) -> dict[str, Estimand]:
        return {estimand.id: estimand for estimand in self.estimands.estimands}

    def _groups(self, years: Sequence[int]) -> Part:
        choices = self.config.classification
        forms = (choices.numerator, *choices.denominator)
        return Part("groups", tuple(dict.fromkeys(f"{choices.measure}_{form}" for form in forms)), tuple(years))

    def _contrast(self, name: str, form: str | None) -> tuple[Part, ...]:
        [contrast] = [found for key, found in self.config.contrasts.items() if key == name]
        forms = [form] if form in self.config.forms else list(self.config.forms)
        measures = [measure for measure in (contrast.outcome, contrast.denominator) if measure]
        # a measure without a form, such as the population, is a variable itself
        variables = [*(f"{measure}_{chosen}" for measure in measures for chosen in forms), *measures]
        return (
            Part("outcome", tuple(variables), tuple(contrast.years)),
            self._groups(self.config.classification.years),
        )

    def _estimand(self, estimand: Estimand) -> tuple[Part, ...]:
        groups = estimand.activity or [year - estimand.lag for year in estimand.years]
        found = [Part("outcome", (estimand.outcome, estimand.per), tuple(estimand.years)), self._groups(groups)]
        if estimand.adjustment != "none":
            found.append(self._covariates())
        return tuple(found)

    def _covariates(self) -> Part:
        baseline = self.estimands.baseline
        names = dict.fromkeys(name for one in baseline.covariates.values() for name in (one.part, *one.whole))
        return Part("covariates", tuple(names), (baseline.year,))
