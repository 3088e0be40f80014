"""Models of `config/estimands.yaml`: what is estimated, on whom, how, and what it is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from wijkanalyse.config import Classification, Form, Year, crosses_break
from wijkanalyse.effects.firewall import Verdict, is_mechanical
from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.years import TREND_BREAK

Role = Literal["primary", "secondary", "control"]
DesignKind = Literal["level", "change", "yearly", "adoption"]
ModelKind = Literal["rate", "share", "mean", "mean_gamma"]
Adjustment = Literal["none", "regression", "entropy", "doubly_robust"]


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Covariate(_Strict):
    """A characteristic of municipalities at baseline: a variable, or a part of a whole."""

    label: str
    part: str
    whole: Annotated[list[str], BeforeValidator(_as_list)] = Field(default_factory=list)
    log: bool = False


class Baseline(_Strict):
    """The covariates, all of one year before the outcomes."""

    year: Year
    covariates: dict[str, Covariate] = Field(min_length=1)


class Estimand(_Strict):
    """One question to the panel."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    role: Role
    label: str
    question: str
    is_not: str
    design: DesignKind
    model: ModelKind
    outcome: str
    per: str
    activity: list[Year] = Field(default_factory=list)
    lag: int = Field(0, ge=0, le=5)
    years: list[Year] = Field(min_length=1)
    adjustment: Adjustment = "none"

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Estimand:
        if problems := [*self._misfits(), *self._across_the_break()]:
            raise ValueError("; ".join(f"{self.id}: {problem}" for problem in problems))
        return self

    def _misfits(self) -> Iterator[str]:
        """Yield what does not go with the design, the model or the role."""
        if self.design == "change" and (len(self.years) != 2 or self.years[0] >= self.years[1]):
            yield f"a change needs two years, the earlier first; found {self.years}"
        models = {"change": ("rate",), "yearly": ("rate", "mean")}.get(self.design, get_args(ModelKind))
        if self.model not in models:
            yield f"a {self.design} is estimated for a {' or '.join(models)} only; found model {self.model}"
        if self.design in ("level", "change") and not self.activity:
            yield f"design {self.design} needs the years of activity"
        if self.design in ("yearly", "adoption") and self.activity:
            yield f"design {self.design} takes the activity of every year; leave activity out"
        if self.design == "yearly" and self.adjustment != "none":
            yield "in a yearly design every municipality is its own comparison; adjustment must be none"
        if self.design == "adoption" and self.adjustment not in ("none", "regression"):
            yield f"adoption is adjusted by regression or not at all; found adjustment {self.adjustment}"
        if self.adjustment == "doubly_robust" and self.model == "mean_gamma":
            yield "doubly_robust is made for a rate, share or mean; found mean_gamma"
        if self.role == "primary" and (self.design not in ("level", "change") or self.adjustment == "doubly_robust"):
            yield (
                "a primary estimand has every kind of inference and is varied in the sensitivity analysis: design level or "
                f"change, adjustment none, regression or entropy; found {self.design} and {self.adjustment}"
            )

    def _across_the_break(self) -> Iterator[str]:
        """Yield the years that lie on both sides of the trend break, among those that are looked at together."""
        looked_at = {"years": self.years, "years of activity": self.activity}
        if self.design == "yearly":
            looked_at["years of activity"] = [year - self.lag for year in self.years]
        if self.design == "adoption" and not crosses_break(self.years):
            looked_at["the year before and the years"] = [min(self.years) - 1, *self.years]
        for words, years in looked_at.items():
            if crosses_break(years):
                yield f"{words} {years} lie on both sides of the {TREND_BREAK - 1}/{TREND_BREAK} break"


class Estimands(_Strict):
    """The whole of `config/estimands.yaml`."""

    baseline: Baseline
    estimands: list[Estimand] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Estimands:
        names = [estimand.id for estimand in self.estimands]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"estimands: {', '.join(twice)} stands there twice")
        return self

    @property
    def primary(self) -> list[Estimand]:
        """The estimands that are tested together."""
        return [estimand for estimand in self.estimands if estimand.role == "primary"]

    def named(self, name: str) -> Estimand:
        """The estimand `name`; an unknown one raises `WijkanalyseError`."""
        for estimand in self.estimands:
            if estimand.id == name:
                return estimand
        known = [estimand.id for estimand in self.estimands]
        raise WijkanalyseError(f"config/estimands.yaml has no estimand {name}{nearest(name, known)}")


def read_estimands(path: Path) -> Estimands:
    """Read and check `path`; every problem is named at once in a `WijkanalyseError`."""
    try:
        return Estimands.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        lines = [
            f"  - {'.'.join(map(str, problem['loc'])) or 'file'}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors()
        ]
        raise WijkanalyseError("\n".join([f"{path} cannot be used:", *lines])) from None
    except (OSError, yaml.YAMLError) as error:
        raise WijkanalyseError(f"{path} cannot be read: {error}") from None


def check_variables(estimands: Estimands, known: Sequence[str]) -> None:
    """Refuse variables that the panel does not have, with the nearest that it does."""
    named = [(estimand.id, name) for estimand in estimands.estimands for name in (estimand.outcome, estimand.per)]
    covariates = estimands.baseline.covariates
    named += [(f"baseline.{key}", name) for key, covariate in covariates.items() for name in (covariate.part, *covariate.whole)]
    wrong = [f"  - {place}: {name}{nearest(name, known)}" for place, name in named if name not in set(known)]
    if wrong:
        raise WijkanalyseError(
            "\n".join(["config/estimands.yaml names variables that config/tables.yaml does not have:", *wrong])
        )


_SUBGROUP = re.compile(r"_(migration|no_migration|single_parent)$")


def mechanical(
    outcome: str, per: str, outcome_years: Collection[int], choices: Classification, share_years: Collection[int]
) -> Verdict:
    """Judge an outcome against the share of `choices`, as `firewall.is_mechanical`.

    A count of a group of young people counts the help of the whole; an outcome that is no form of youth help
    (child protection, probation) counts nothing of it.
    """
    whole = _SUBGROUP.sub("", outcome)
    if not whole.endswith(tuple(f"_{form}" for form in get_args(Form))):
        return Verdict(False, "")
    return is_mechanical(
        outcome=whole,
        per=per,
        outcome_years=outcome_years,
        numerator=f"{choices.measure}_{choices.numerator}",
        denominator=[f"{choices.measure}_{form}" for form in choices.denominator],
        share_years=share_years,
    )


def judged(estimand: Estimand, choices: Classification) -> Verdict:
    """Judge an estimand; a primary one that is mechanical raises `WijkanalyseError`: it would report the construction."""
    if estimand.design == "adoption":
        # what came before is looked at, not what is counted with it
        return Verdict(False, "")
    years, share_years = list(estimand.years), list(estimand.activity)
    if estimand.design == "yearly":
        # every year stands beside the share of its own year or of an earlier one
        share_years = years if estimand.lag == 0 else []
    verdict = mechanical(estimand.outcome, estimand.per, years, choices, share_years)
    if verdict.is_mechanical and estimand.role == "primary":
        raise WijkanalyseError(
            f"config/estimands.yaml: {estimand.id} cannot be primary, because its difference follows from the construction. "
            f"{verdict.reason} Choose an outcome without the team's own help, or make its role secondary."
        )
    return verdict
