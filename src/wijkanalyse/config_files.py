"""The files that are made from the models of the configuration: `config/config.yaml`, with its help, and its JSON Schema."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from wijkanalyse.config import Config, Contrast, Section


def default_yaml() -> str:
    """Return `config/config.yaml`: every key with its default and, above it, what it means."""
    lines = [
        "# What a researcher changes. Made from src/wijkanalyse/config.py by `wijkanalyse config --write`;",
        "# a test keeps the two in step. Your own choices go into a file of their own that names only what differs:",
        "#   snakemake --cores 4 --configfile mijn-keuzes.yaml",
        "# yaml-language-server: $schema=config.schema.json",
    ]
    defaults = Config()
    for name, field in Config.model_fields.items():
        value = getattr(defaults, name)
        lines += ["", *_comment((type(value).__doc__ if isinstance(value, Section) else field.description) or "")]
        if isinstance(value, Section):
            lines.append(f"{name}:")
            for key, inner in type(value).model_fields.items():
                lines += [*_comment(inner.description or "", 2), *_indented({key: _plain(getattr(value, key))}, 2)]
        elif name == "contrasts":
            lines.append(f"{name}:")
            for key, inner in Contrast.model_fields.items():
                lines += _comment(f"{key} - {inner.description}", 2)
            for key, contrast in value.items():
                body = {k: v for k, v in _plain(contrast).items() if v not in (None, False)}
                lines += [f"  {key}: {_flow(body)}"]
        else:
            lines += _indented({name: _plain(value)}, 0)
    return "\n".join(lines) + "\n"


def json_schema() -> str:
    """Return the JSON Schema of the configuration, for editors."""
    return json.dumps(Config.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def write_generated(folder: Path) -> list[Path]:
    """Write `config.yaml` and `config.schema.json` into `folder`; returns their paths."""
    contents = {"config.yaml": default_yaml(), "config.schema.json": json_schema()}
    for name, text in contents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in contents]


def _plain(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1000)
    return text.removesuffix("...\n").strip()


def _indented(mapping: Mapping[str, Any], spaces: int) -> list[str]:
    return [f"{' ' * spaces}{key}: {_flow(value)}" for key, value in mapping.items()]


def _comment(text: str, spaces: int = 0) -> list[str]:
    prefix = " " * spaces + "# "
    return textwrap.wrap(" ".join(text.split()), 118 - spaces, initial_indent=prefix, subsequent_indent=prefix)
