"""Models of `config/validation.yaml`: how many countries of which scenarios, and what is tried on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wijkanalyse.errors import WijkanalyseError

Scenarios = Annotated[tuple[str, ...], Field(min_length=1)]
Count = Annotated[int, Field(ge=1)]


class _Study(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(ge=0)
    chunks: Count = Field(description="jobs that the countries of a scenario are cut in")
    remarks: str = Field("", description="what a person concludes (Markdown), printed beside the tables")


class EstimatorStudy(_Study):
    """The estimators on `replications` countries of each scenario."""

    replications: Count
    scenarios: Scenarios
    estimators: tuple[str, ...] = Field(min_length=1)


class JointTestStudy(_Study):
    """The joint test of the multiverse on so many countries of each scenario."""

    replications: dict[str, Count] = Field(min_length=1)
    specifications: Count = Field(description="of each contrast on each side of the firewall")
    permutations: Count


class Studies(BaseModel):
    """Everything that `config/validation.yaml` says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    estimators: EstimatorStudy
    joint_test: JointTestStudy


def read_studies(path: Path) -> Studies:
    """Read and check `config/validation.yaml`; raises `WijkanalyseError`, one line per problem.

    The names of scenarios and estimators are checked by the jobs that use them: this must be quick, every run reads it.
    """
    try:
        return Studies.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise WijkanalyseError(f"{path} is no YAML: {error}") from error
    except ValidationError as error:
        lines = [f"  - {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise WijkanalyseError(f"{path} cannot be used:\n" + "\n".join(lines)) from None


def part(replications: int, number: int, chunks: int) -> range:
    """Return the countries of part `number` (from 0) when `replications` are cut in `chunks` parts."""
    return range(replications * number // chunks, replications * (number + 1) // chunks)
