"""Models of `config/tables.yaml`: which tables there are and which published titles the variables bear."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.years import FIRST_YEAR, LAST_YEAR


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


Titles = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
"""One category title, or several whose cells are summed."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Variable(_Strict):
    """A quantity of the panel and the titles under which CBS publishes it."""

    topic: str
    where: dict[str, Titles] = Field(default_factory=dict)
    mean_of: str | None = None
    sum_of: list[str] = Field(default_factory=list)
    required: bool = True


class Table(_Strict):
    """A StatLine table with figures."""

    title: str
    series: str
    years: tuple[int, int]
    fetch: Literal["whole", "selection"] = "whole"
    where: dict[str, Titles] = Field(default_factory=dict)
    rounded_to: int = Field(1, ge=1)
    suppressed_up_to: int = Field(0, ge=0)
    boundaries: int | None = Field(None, ge=FIRST_YEAR, le=LAST_YEAR)
    variables: dict[str, Variable] = Field(min_length=1)

    @model_validator(mode="after")
    def _years_and_means_fit(self) -> Table:
        if self.years[0] > self.years[1]:
            raise ValueError(f"years run from the first to the last; found {list(self.years)}")
        for name, variable in self.variables.items():
            if variable.mean_of is not None and variable.mean_of not in self.variables:
                raise ValueError(
                    f"{name} is a mean_of {variable.mean_of}, which this table has no variable of"
                    f"{nearest(variable.mean_of, self.variables)}"
                )
        return self

    @property
    def is_required(self) -> bool:
        """Whether the run needs the table: it does unless every variable may be absent."""
        return any(variable.required for variable in self.variables.values())

    def categories(self, variable: Variable) -> dict[str, list[str]]:
        """All category titles that hold for `variable`, by dimension title."""
        return {**self.where, **variable.where}


class Areas(_Strict):
    """The yearly tables with the municipal division."""

    tables: dict[int, str] = Field(min_length=1)
    regions: dict[str, str]


class TableRegister(_Strict):
    """Everything that `config/tables.yaml` says."""

    tables: dict[str, Table] = Field(min_length=1)
    areas: Areas
    accept: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{12,64}$")]] = Field(default_factory=dict)
    """By table: the sha256 of a description that no new edition explains, which is right all the same."""

    @model_validator(mode="after")
    def _each_year_has_one_table(self) -> TableRegister:
        tables = list(self.tables.items())
        for number, (identifier, table) in enumerate(tables):
            for other_identifier, other in tables[:number]:
                shared = set(table.variables) & set(other.variables)
                if shared and table.years[0] <= other.years[1] and other.years[0] <= table.years[1]:
                    raise ValueError(
                        f"{min(shared)} comes from both {other_identifier} ({other.years[0]}-{other.years[1]}) and "
                        f"{identifier} ({table.years[0]}-{table.years[1]}); every year needs one table"
                    )
        known = set(self.variables)
        for name, variable in self.variables.items():
            if unknown := [part for part in variable.sum_of if part not in known]:
                raise ValueError(
                    f"{name} is said to be the sum of {unknown[0]}, which is no variable{nearest(unknown[0], known)}"
                )
        return self

    @property
    def identifiers(self) -> list[str]:
        """All table numbers, in the order in which they are fetched."""
        return [*self.tables, *self.areas.tables.values()]

    @property
    def variables(self) -> dict[str, Variable]:
        """Every variable once, in the order of the file."""
        return {name: variable for table in self.tables.values() for name, variable in table.variables.items()}

    @property
    def mean_of(self) -> dict[str, str]:
        """The count that each published mean is a mean of."""
        return {name: variable.mean_of for name, variable in self.variables.items() if variable.mean_of is not None}

    @property
    def sum_of(self) -> dict[str, list[str]]:
        """The parts of each variable that is said to be a sum."""
        return {name: variable.sum_of for name, variable in self.variables.items() if variable.sum_of}


def read_tables(path: Path) -> TableRegister:
    """Read the register of tables; `WijkanalyseError` names every key or value that does not fit."""
    try:
        return TableRegister.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise WijkanalyseError(f"{path}: not valid YAML: {error}") from None
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            where = ".".join(str(part) for part in problem["loc"])
            known = [*Variable.model_fields, *Table.model_fields, *Areas.model_fields, *TableRegister.model_fields]
            hint = nearest(str(problem["loc"][-1]), known) if problem["type"] == "extra_forbidden" else ""
            lines.append(f"  - {where or '(whole file)'}: {problem['msg'].removeprefix('Value error, ')}{hint}")
        raise WijkanalyseError(f"{path} cannot be used:\n" + "\n".join(lines)) from None
