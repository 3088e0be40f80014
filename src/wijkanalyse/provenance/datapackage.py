"""The processed tables as a Frictionless Data Package (version 2): what columns mean, where it is from, what its bytes are.

One resource is one table: the CSV where there is one, with the Parquet file of the same content beside it, else the Parquet.
Specification: https://datapackage.org/standard/data-package/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from wijkanalyse import __version__
from wijkanalyse.config import Config
from wijkanalyse.dictionary import model_of_files
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.provenance.files import EXAMPLE_MARK, fingerprint, is_example
from wijkanalyse.provenance.table_schema import meaning_of_variables, table_schema
from wijkanalyse.statline.tables import TableRegister

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
EVIDENCE_NOTE = "hand-coded from published documents; every record names the page it rests on (column url)"


def data_package(
    tables: Sequence[Path], others: Sequence[Path], register: Mapping[str, Any], variables: TableRegister, root: Path = Path()
) -> dict[str, Any]:
    """Return the descriptor for `data/processed/datapackage.json`.

    `tables` are the Parquet files of the run under ``data/processed`` and `others` its further files there, all relative to
    `root`, the checkout. `register` is what the run rests on, `variables` what config/tables.yaml says. Raises
    `WijkanalyseError` for a table without a contract.
    """
    models = model_of_files(root)
    meanings = meaning_of_variables(variables)
    if unknown := [path for path in tables if path.as_posix() not in models]:
        raise WijkanalyseError(
            f"{unknown[0]} has no contract, so nothing can say what its columns mean; write it with write_table"
        )
    mark = f"{EXAMPLE_MARK}: made-up figures, not of CBS. " if is_example(register) else ""
    return {
        "$schema": PROFILE,
        "name": "wijkanalyse",
        "title": f"{mark}Rerun of the Associatie Wijkteams study on neighbourhood teams: processed tables",
        "description": (
            f"{mark}Municipalities by year, who is active, every estimate, and every number of the report with its origin. "
            "The column `source` of each table says which figures it rests on."
        ),
        "version": __version__,
        **({"mark": EXAMPLE_MARK} if mark else {}),
        "keywords": ["wijkteams", "jeugdhulp", "gemeenten", "CBS StatLine"],
        "licenses": [LICENCE],
        "sources": [*_statline_sources(register), *_evidence_sources(tables, root)],
        "resources": [
            *(_table(path, models[path.as_posix()], meanings, root) for path in tables),
            *(_plain(path, root) for path in others),
        ],
    }


def choices_yaml(config: Config) -> str:
    """Return the choices of a run as one configuration file, with which the same run can be asked for again.

    The e-mail address of whoever ran it is left out: this file goes along with the data.
    """
    choices = config.model_dump(mode="json")
    choices["statline"]["contact"] = ""
    head = "# The choices that this run was made with. Again: snakemake --cores 4 --configfile data/processed/choices.yaml\n"
    return head + yaml.safe_dump(choices, sort_keys=False, allow_unicode=True, width=120)


def resource_name(path: Path) -> str:
    """Name of a file under data/processed as a resource: ``estimates.contrasts``."""
    return ".".join(_below_processed(path).with_suffix("").parts)


def _below_processed(path: Path) -> Path:
    return path.relative_to("data/processed")


def _table(path: Path, model: type[Any], meanings: Mapping[str, str], root: Path) -> dict[str, Any]:
    csv = path.with_suffix(".csv")
    has_csv = (root / csv).is_file()
    shown = csv if has_csv else path
    found = fingerprint(root / shown)
    about = " ".join((model.__doc__ or "").split())
    title, _, rest = about.partition(". ")
    return {
        "name": resource_name(path),
        "type": "table",
        "path": _below_processed(shown).as_posix(),
        "title": title.rstrip("."),
        **({"description": about} if rest else {}),
        **({"format": "csv", "mediatype": "text/csv"} if has_csv else _PARQUET),
        "encoding": "utf-8",
        "bytes": found.bytes,
        "hash": f"sha256:{found.sha256}",
        **({"parquet": _also(path, root)} if has_csv else {}),
        "schema": table_schema(model, pq.read_schema(root / path), meanings),
    }


_PARQUET = {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}


def _also(path: Path, root: Path) -> dict[str, Any]:
    found = fingerprint(root / path)
    return {"path": _below_processed(path).as_posix(), "bytes": found.bytes, "hash": f"sha256:{found.sha256}"}


def _plain(path: Path, root: Path) -> dict[str, Any]:
    kinds = {".json": ("json", "application/json"), ".yaml": ("yaml", "application/yaml")}
    titles = {"statline": "Which version of which StatLine table the run rests on", "choices": "The choices of the run"}
    kind, mediatype = kinds[path.suffix]
    return {
        "name": resource_name(path),
        **_also(path, root),
        "title": titles.get(path.stem, path.stem),
        "format": kind,
        "mediatype": mediatype,
        "encoding": "utf-8",
    }


def _statline_sources(register: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A source per StatLine table; the address of made-up figures was a port of this machine and says nothing."""
    return [
        {
            "title": f"{register['source_text']}, {identifier} {entry['title']}",
            **({} if is_example(register) else {"path": entry["url"]}),
            "version": str(entry["modified"]),
            "snapshot": entry["version"],
            "licence": entry["licence"],
            "attribution": entry["attribution"],
        }
        for identifier, entry in register["tables"].items()
    ]


def _evidence_sources(tables: Sequence[Path], root: Path) -> list[dict[str, str]]:
    records = [f"data/raw/evidence/{path.stem}.csv" for path in tables if path.parent.name == "evidence"]
    # a municipality's own business cases are a table too where there is no such file
    there = [record for record in records if (root / record).is_file()]
    return [{"title": f"{record}, {EVIDENCE_NOTE}", "licence": "CC BY 4.0"} for record in there]
