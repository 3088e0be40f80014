"""Models of `config/multiverse.yaml`: which choices there are, what speaks for each, and which was chosen beforehand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wijkanalyse.config import Form
from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.years import FIRST_YEAR, LAST_YEAR

Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
ContrastName = Literal["use", "duration", "crisis"]
CONTRASTS: tuple[ContrastName, ...] = ("use", "duration", "crisis")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Strict):
    """What every option says of itself; the fields of its branch come on top."""

    label: str = Field(min_length=1, description="short name in the report (Dutch)")
    defence: str = Field(min_length=1, description="one sentence: what speaks for it (Dutch)")
    contrasts: tuple[ContrastName, ...] = Field(CONTRASTS, min_length=1, description="contrasts that the option applies to")

    def meaning(self) -> dict[str, Any]:
        """The fields that change what is computed."""
        return self.model_dump(mode="json", exclude={"label", "defence"})


SomeOption = TypeVar("SomeOption", bound=Option)


class Measure(Option):
    """What the share of the team counts."""

    measure: str


class Share(Option):
    """The forms of help in the numerator and the denominator of the share."""

    numerator: Form
    denominator: tuple[Form, ...] = Field(min_length=1)


class Threshold(Option):
    """Active is a share above this percentage."""

    percent: float = Field(ge=0, le=100)


class Timing(Option):
    """The years of the share: absolute, or counted from the first or the last year of the outcome."""

    anchor: Literal["first", "last", "absolute"]
    since: int | None = Field(None, description="first year of the share; none: the first year of the outcome")
    until: int

    def share_years(self, outcome_years: tuple[int, ...]) -> tuple[int, ...]:
        """The years of the share for an outcome on these years (a change: its base year first)."""
        zero = {"first": outcome_years[0], "last": outcome_years[-1], "absolute": 0}[self.anchor]
        since = outcome_years[0] if self.since is None else zero + self.since
        return tuple(range(since, zero + self.until + 1))


class Persistence(Option):
    """How a share of several years becomes active or not."""

    rule: Literal["together", "every_year", "hysteresis"]
    leave_at: float = Field(
        1.0, gt=0, le=1, description="hysteresis: active until the share is below this part of the threshold"
    )


class MinimumCount(Option):
    """Municipalities with a smaller denominator of the share are not classified."""

    count: int = Field(ge=0)


class Suppressed(Option):
    """What a suppressed count counts for."""

    cells: Literal["low", "filled", "high", "complete"]


class Outcome(Option):
    """What is compared: a count, a share of a count, or a published mean."""

    kind: Literal["count", "share", "mean"]
    measure: str


class Per(Option):
    """What the outcome is divided by, or (a mean) weighted with; none for a bare count."""

    denominator: str | None


class Help(Option):
    """The form of help that the outcome covers."""

    form: Form


class Window(Option):
    """The years of the outcome, taken together."""

    years: tuple[Year, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if list(self.years) != sorted(set(self.years)):
            raise ValueError(f"years {list(self.years)} are not in order, or double")
        return self


class Base(Option):
    """Level (no base year) or change since a base year."""

    year: Year | None


class Weighting(Option):
    """What the mean of the municipal values is weighted with."""

    by: str = Field(description="denominator (the pooled ratio), equal, or a variable of the panel")


class Covariates(Option):
    """Baseline characteristics that the groups are compared at equal values of."""

    columns: tuple[str, ...] = Field(description="variable, 'log variable' or 'variable / variable'")
    year: Year | None = None

    @model_validator(mode="after")
    def _has_a_year(self) -> Covariates:
        if self.columns and self.year is None:
            raise ValueError("covariates need a year before all outcomes")
        return self


class FixedEffects(Option):
    """Within what the groups are compared; municipality and year means Poisson on the counts of base year and window."""

    within: Literal["country", "province_code", "jeugdregio_code", "gm_code and year"]


class LeftOut(Option):
    """Municipalities that are left out."""

    municipalities: tuple[Annotated[str, Field(pattern=r"^GM\d{4}$")], ...]


class Cluster(Option):
    """Observations that may hang together."""

    by: Literal["gm_code", "jeugdregio_code"]


class Boundaries(Option):
    """The municipal boundaries; a year other than the run's needs its own panel."""

    year: Year | None


class Branch(_Strict, Generic[SomeOption]):
    """One choice and its options."""

    label: str = Field(min_length=1)
    options: dict[str, SomeOption] = Field(min_length=1)


class Branches(_Strict):
    """All choices. A new option is a line of YAML; a new branch is a field here and its meaning in the engine."""

    measure: Branch[Measure]
    share: Branch[Share]
    threshold: Branch[Threshold]
    timing: Branch[Timing]
    persistence: Branch[Persistence]
    minimum_count: Branch[MinimumCount]
    suppressed: Branch[Suppressed]
    outcome: Branch[Outcome]
    per: Branch[Per]
    help: Branch[Help]
    window: Branch[Window]
    base: Branch[Base]
    weighting: Branch[Weighting]
    covariates: Branch[Covariates]
    fixed_effects: Branch[FixedEffects]
    left_out: Branch[LeftOut]
    cluster: Branch[Cluster]
    boundaries: Branch[Boundaries]


BRANCHES: tuple[str, ...] = tuple(Branches.model_fields)
PLACES = {branch: place for place, branch in enumerate(BRANCHES)}


class Exclusion(_Strict):
    """A combination that makes no sense: a specification with one of the named options in every branch of `when`."""

    because: str = Field(min_length=1)
    when: dict[str, tuple[str, ...]] = Field(min_length=1)


class Plan(_Strict):
    """One published contrast: its unit, its published figure and how many specifications are drawn."""

    unit: Literal["percent", "days", "percentage points"]
    published: str = Field(description="indicator of data/raw/evidence/published_figures.csv")
    published_as: Literal["change", "level"] = Field(description="what the published figure is")
    rounded_to: float = Field(gt=0, description="the last digit that was published")
    draw_one_in: int = Field(ge=1, description="one in this many admissible specifications is computed; 1: all")


class Chunks(_Strict):
    """In how many jobs the work is cut; the results do not depend on how many run at once."""

    estimates: int = Field(ge=1)
    permutations: int = Field(ge=1)


class Permutations(_Strict):
    """The joint test: paths of municipalities change places within strata of like size and region."""

    number: int = Field(ge=1)
    region: Literal["country", "province_code", "jeugdregio_code"]
    size_classes: int = Field(ge=1)


class Reference(_Strict):
    """The sample that is held against statsmodels in every run."""

    sample: int = Field(ge=0)
    tolerance: float = Field(gt=0)


class Named(_Strict):
    """A specification with a name: an option of every branch, and those that differ between the contrasts."""

    label: str
    options: dict[str, str]
    by_contrast: dict[ContrastName, dict[str, str]] = Field(default_factory=dict)

    def of(self, contrast: ContrastName) -> dict[str, str]:
        """The option of every branch for one contrast."""
        return {**self.options, **self.by_contrast.get(contrast, {})}


class Primary(Named):
    """The specification that was chosen before any result was seen, and its seal."""

    frozen_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Declaration(_Strict):
    """Everything that `config/multiverse.yaml` says."""

    seed: int = Field(ge=0)
    level: float = Field(gt=0.5, lt=1)
    minimum_per_group: int = Field(ge=2)
    contrasts: dict[ContrastName, Plan]
    chunks: Chunks
    permutations: Permutations
    reference: Reference
    primary: Primary
    readings: dict[str, Named] = Field(default_factory=dict)
    branches: Branches
    exclude: list[Exclusion]

    @model_validator(mode="after")
    def _names_exist(self) -> Declaration:
        if missing := set(CONTRASTS) - set(self.contrasts):
            raise ValueError(f"contrasts: {', '.join(sorted(missing))} missing")
        for number, exclusion in enumerate(self.exclude, 1):
            for branch, options in exclusion.when.items():
                for option in options:
                    self._check(f"exclude {number}", branch, option)
        for name, named in self.named.items():
            for contrast in CONTRASTS:
                chosen = named.of(contrast)
                if absent := set(BRANCHES) - set(chosen):
                    raise ValueError(f"{name}: no option for {', '.join(sorted(absent))} in contrast {contrast}")
                for branch, option in chosen.items():
                    self._check(name, branch, option)
                    if contrast not in self.options(branch)[option].contrasts:
                        raise ValueError(f"{name}: {branch} {option} does not apply to contrast {contrast}")
        return self

    @property
    def other_boundaries(self) -> list[int]:
        """Years of municipal boundaries that need a panel of their own."""
        return sorted({option.year for option in self.branches.boundaries.options.values() if option.year is not None})

    def _check(self, where: str, branch: str, option: str) -> None:
        if branch not in BRANCHES:
            raise ValueError(f"{where}: there is no branch {branch}{nearest(branch, BRANCHES)}")
        if option not in self.options(branch):
            raise ValueError(f"{where}: {branch} has no option {option}{nearest(option, self.options(branch))}")

    def options(self, branch: str) -> Mapping[str, Any]:
        """The options of a branch by name."""
        found: Branch[Any] = getattr(self.branches, branch)
        return found.options

    def options_of(self, contrast: ContrastName, branch: str) -> list[str]:
        """Names of the options of a branch that apply to a contrast, as declared."""
        return [name for name, option in self.options(branch).items() if contrast in option.contrasts]

    @property
    def named(self) -> dict[str, Named]:
        """The specifications that have a name: the primary and other readings."""
        return {"primary": self.primary, **self.readings}

    @property
    def primary_sha256(self) -> str:
        """The seal of the primary as it stands: over the options of all contrasts and what each of them means."""
        chosen = {
            contrast: {
                branch: [name, self.options(branch)[name].meaning()] for branch, name in self.primary.of(contrast).items()
            }
            for contrast in CONTRASTS
        }
        return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()

    @property
    def deviation(self) -> str:
        """In words (Dutch), that the primary is not the frozen one; empty when it is."""
        if self.primary_sha256 == self.primary.frozen_sha256:
            return ""
        return (
            "De hoofdspecificatie is gewijzigd nadat zij was vastgelegd: "
            f"vastgelegd {self.primary.frozen_sha256[:12]}, nu {self.primary_sha256[:12]}."
        )


def read_declaration(path: Path) -> Declaration:
    """Read and check `config/multiverse.yaml`.

    Raises `WijkanalyseError`, one line per problem, with the nearest known name for an unknown one.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Declaration.model_validate(values)
    except yaml.YAMLError as error:
        raise WijkanalyseError(f"{path} is no YAML: {error}") from error
    except ValidationError as error:
        lines = [
            f"  - {'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}" for each in error.errors()
        ]
        raise WijkanalyseError(f"{path} cannot be used:\n" + "\n".join(lines)) from None
