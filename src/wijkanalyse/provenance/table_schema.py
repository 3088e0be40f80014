"""Frictionless Table Schema of a processed table, from its contract and from the file itself.

Types and the order of columns come from the file, meanings, limits and keys from the contract. Columns that no contract
names are the variables of config/tables.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from wijkanalyse.statline.tables import TableRegister

_LIMITS = {
    "greater_than_or_equal_to": ("minimum", "min_value"),
    "less_than_or_equal_to": ("maximum", "max_value"),
    "greater_than": ("exclusiveMinimum", "min_value"),
    "less_than": ("exclusiveMaximum", "max_value"),
}
_UNITS = {"_days": "days", "_pct": "percent", "_1000_eur": "thousands of euros", "_eur": "euros"}


def table_schema(model: type[Any], columns: pa.Schema, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return the Table Schema (Data Package v2) of a table with these `columns` under the contract `model`.

    `variables` says what the columns mean that the contract leaves to config/tables.yaml (`meaning_of_variables`).
    """
    contract = model.to_schema()
    fields = []
    for column in columns:
        declared = contract.columns.get(column.name)
        kind = _type(column.type)
        meaning = " ".join(str(declared.description or "").split()) if declared is not None else variables.get(column.name, "")
        field: dict[str, Any] = {"name": column.name, "type": kind, "description": meaning}
        if unit := next((word for suffix, word in _UNITS.items() if column.name.endswith(suffix)), ""):
            field["unit"] = unit
        if declared is not None and (constraints := _constraints(declared, kind)):
            field["constraints"] = constraints
        fields.append(field)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if contract.unique:
        schema["primaryKey"] = list(contract.unique)
    return schema


def meaning_of_variables(register: TableRegister) -> dict[str, str]:
    """Return variable -> under which titles CBS publishes it, in the newest table that has it."""
    meanings = {}
    for identifier, table in register.tables.items():
        for name, variable in table.variables.items():
            chosen = "; ".join(f"{key}: {_titles(titles)}" for key, titles in table.categories(variable).items())
            meanings[name] = f"{variable.topic}{f' ({chosen})' if chosen else ''}, StatLine table {identifier}"
    return meanings


def _titles(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{titles[0]} … {titles[-1]}"


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind):
        return "number"
    return "string"


def _constraints(column: Any, kind: str) -> dict[str, Any]:
    """Limits of a column; those on a text hold for the cells that are filled, since CSV knows no empty text."""
    found: dict[str, Any] = {}
    if kind != "string" and column.required and not column.nullable:
        found["required"] = True
    if column.unique:
        found["unique"] = True
    for check in column.checks:
        statistics = check.statistics or {}
        if check.name == "isin":
            allowed = statistics["allowed_values"]
            ordered = sorted(allowed) if isinstance(allowed, set | frozenset) else allowed
            found["enum"] = [value for value in ordered if value != ""]
        elif check.name == "str_matches":
            # pandera looks at the beginning of a text, Table Schema at the whole
            pattern = str(getattr(statistics["pattern"], "pattern", statistics["pattern"]))
            found["pattern"] = pattern if pattern.endswith("$") else f"(?:{pattern}).*"
        elif check.name in _LIMITS:
            name, statistic = _LIMITS[check.name]
            found[name] = statistics[statistic]
    return found
