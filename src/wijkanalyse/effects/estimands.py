"""Models of `config/estimands.yaml`: what is estimated, on whom, how, and what it is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from wijkanalyse.config import Year, crosses_break
from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.years import TREND_BREAK

Role = Literal["primary", "secondary", "control"]
DesignKind = Literal["level", "change", "yearly", "adoption"]
ModelKind = Literal["rate", "share", "mean", "mean_gamma"]
Adjustment = Literal["none", "regression", "entropy"]


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
        if self.design == "change" and (len(self.years) != 2 or self.years[0] >= self.years[1]):
            raise ValueError(f"{self.id}: a change needs two years, the earlier first; found {self.years}")
        if self.design == "change" and self.model != "rate":
            raise ValueError(f"{self.id}: a change is estimated for a rate only; found model {self.model}")
        if self.design in ("level", "change") and not self.activity:
            raise ValueError(f"{self.id}: design {self.design} needs the years of activity")
        if self.design in ("yearly", "adoption") and self.activity:
            raise ValueError(f"{self.id}: design {self.design} takes the activity of every year; leave activity out")
        if self.design == "yearly" and self.adjustment != "none":
            raise ValueError(f"{self.id}: in a yearly design every municipality is its own comparison; adjustment must be none")
        if crosses_break(self.years):
            raise ValueError(f"{self.id}: years {self.years} lie on both sides of the {TREND_BREAK - 1}/{TREND_BREAK} break")
        return self


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
