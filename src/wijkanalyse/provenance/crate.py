"""The run as a Workflow Run RO-Crate: the workflow, what went in with version and sha256, what came out, and the software.

Profiles: Process Run Crate 0.5, Workflow Run Crate 0.5 and Workflow RO-Crate 1.0, on RO-Crate 1.1
(https://www.researchobject.org/workflow-run-crate/). The run is one action. Left out, because the same figures must give the
same bytes: moments at which it began and ended, and who or which machine carried it out.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from wijkanalyse import __version__
from wijkanalyse.provenance.files import EXAMPLE_MARK, fingerprint, is_example, newest_retrieval

NAME = "ro-crate-metadata.json"
AUTHORS = "wijkanalyse contributors"
"""As in CITATION.cff; names of persons and their ORCID are for them to add."""
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
_BASE, _WORKFLOW_PROFILE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_CONTEXT = [f"{_BASE}/context", "https://w3id.org/ro/terms/workflow-run/context"]
_COMPUTATIONAL_WORKFLOW = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_FORMAL_PARAMETER = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
_CC_BY, _EUPL = "https://creativecommons.org/licenses/by/4.0/", "https://spdx.org/licenses/EUPL-1.2"
_MEDIA = {
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".yaml": "application/yaml",
    ".py": "text/x-python",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".smk": "text/plain",
    "": "text/plain",  # Snakefile
}
_HOME = ("homepage", "home", "repository", "source", "documentation")
_INPUTS = {
    "statline": ("Dataset", "StatLine tables, each in the version that the run rests on"),
    "evidence": ("File", "hand-coded records: annual reports, client surveys, studies, polls, business cases"),
    "choices": ("File", "what was chosen: tables, estimands, specifications and all choices of the run"),
}
_OUTPUTS = {
    "reports": ("File", "the report, and the page of every municipality"),
    "tables": ("File", "processed tables, described by data/processed/datapackage.json"),
}


@dataclass(frozen=True)
class RunFiles:
    """Files of a run, all relative to the checkout: what went in (beside the StatLine tables), came out, and did the work."""

    evidence: Sequence[Path]
    choices: Sequence[Path]
    reports: Sequence[Path]
    tables: Sequence[Path]
    code: Sequence[Path]


def run_crate(register: Mapping[str, Any], files: RunFiles, raw: Path, root: Path = Path()) -> dict[str, Any]:
    """Return the content of `ro-crate-metadata.json` for the checkout `root`.

    `register` is what the run rests on (`data/processed/statline.json`), `raw` the folder of its stored tables, relative to
    `root`. Raises `WijkanalyseError` for a file that is not there.
    """
    groups = {
        "statline": [f"{(raw / entry['version']).as_posix()}/" for entry in register["tables"].values()],
        "evidence": _names(files.evidence),
        "choices": _names(files.choices),
        "reports": _names(files.reports),
        "tables": _names(files.tables),
    }
    tables = [entity for entry in register["tables"].values() for entity in _statline_table(entry, register, raw, root)]
    described = [
        *(_file(path, root, _CC_BY, f"#{group}") for group in ("evidence", "choices", "reports", "tables")
          for path in getattr(files, group)),
        *(_file(path, root, _EUPL) for path in files.code),
    ]  # fmt: skip
    workflow = _workflow(root)
    parts = ["README.md", workflow["@id"], *groups["statline"], *(entity["@id"] for entity in described)]
    graph = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": _refer([_BASE, _WORKFLOW_PROFILE]),
        },
        _root(register, parts),
        *({"@id": url, "@type": "CreativeWork", "name": name, "version": version} for url, (name, version) in PROFILES.items()),
        *_licences(),
        {"@id": "#authors", "@type": "Organization", "name": AUTHORS},
        {**_file(Path("README.md"), root, _CC_BY), "about": {"@id": "./"}},
        workflow,
        *_software(),
        *(_parameter(name, kind, about, groups[name]) for name, (kind, about) in {**_INPUTS, **_OUTPUTS}.items()),
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"Run of wijkanalyse {__version__}",
            "description": "The whole line, from the stored tables and records to the report: snakemake --cores 4 "
            "--configfile data/processed/choices.yaml. " + _mark(register),
            "instrument": {"@id": workflow["@id"]},
            "object": _refer(name for group in _INPUTS for name in groups[group]),
            "result": _refer(name for group in _OUTPUTS for name in groups[group]),
            "actionStatus": "http://schema.org/CompletedActionStatus",
        },
        *tables,
        *described,
    ]
    return {"@context": _CONTEXT, "@graph": graph}


def _mark(register: Mapping[str, Any]) -> str:
    return f"{EXAMPLE_MARK}: the figures are made up and are not of CBS." if is_example(register) else "Figures: CBS StatLine."


def _names(paths: Iterable[Path]) -> list[str]:
    return [path.as_posix() for path in paths]


def _refer(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]


def _root(register: Mapping[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Rerun of the Associatie Wijkteams study, wijkanalyse {__version__}",
        "description": "A study on neighbourhood teams, rerun from public data: workflow, sources, tables and report. "
        + _mark(register),
        # the day on which the newest table came in: the same for every run on the same figures
        "datePublished": newest_retrieval(register),
        "license": {"@id": _CC_BY},
        "conformsTo": _refer(PROFILES),
        "author": {"@id": "#authors"},
        "mainEntity": {"@id": "Snakefile"},
        "mentions": {"@id": "#run"},
        "hasPart": _refer(parts),
    }


def _licences() -> list[dict[str, str]]:
    return [
        {
            "@id": _CC_BY,
            "@type": "CreativeWork",
            "name": "Creative Commons Attribution 4.0 International",
            "description": "Figures of CBS StatLine, records, texts and derived tables",
        },
        {"@id": _EUPL, "@type": "CreativeWork", "name": "European Union Public Licence 1.2", "description": "Code"},
    ]


def _workflow(root: Path) -> dict[str, Any]:
    return {
        **_file(Path("Snakefile"), root, _EUPL),
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "wijkanalyse",
        "version": __version__,
        "conformsTo": {"@id": _COMPUTATIONAL_WORKFLOW},
        "programmingLanguage": {"@id": "#snakemake"},
        "input": _refer(f"#{name}" for name in _INPUTS),
        "output": _refer(f"#{name}" for name in _OUTPUTS),
        "softwareRequirements": _refer(["#python", *(f"#{name}" for name in _dependencies())]),
    }


def _software() -> list[dict[str, Any]]:
    """The language of the workflow, Python, and the installed version of everything that pyproject.toml names."""
    language = {
        "@id": "#snakemake",
        "@type": ["ComputerLanguage", "SoftwareApplication"],
        "name": "Snakemake",
        "identifier": {"@id": "https://doi.org/10.12688/f1000research.29032.1"},
        "url": {"@id": "https://snakemake.github.io"},
        "version": metadata.version("snakemake"),
    }
    python = {
        "@id": "#python",
        "@type": "SoftwareApplication",
        "name": "Python",
        "version": platform.python_version(),
        "url": "https://www.python.org",
    }
    return [language, python, *(_application(name) for name in _dependencies() if name != "snakemake")]


def _application(name: str) -> dict[str, Any]:
    """An installed package, with the home page that it names itself."""
    found = metadata.metadata(name)
    urls = {label.lower(): url for label, _, url in (item.partition(", ") for item in found.get_all("Project-URL") or [])}
    url = next((urls[kind] for kind in _HOME if kind in urls), None) or found["Home-page"]
    return {
        "@id": f"#{name}",
        "@type": "SoftwareApplication",
        "name": name,
        "version": metadata.version(name),
        **({"url": url} if url else {}),
    }


def _dependencies() -> list[str]:
    """What the package asks for by name, without what those ask for in turn (requirements/run.txt has it all, with hashes)."""
    named = metadata.requires("wijkanalyse") or []
    return sorted(
        {"".join(letter if letter.isalnum() or letter in "-_" else " " for letter in item).split()[0] for item in named}
    )


def _parameter(name: str, kind: str, about: str, examples: Sequence[str]) -> dict[str, Any]:
    return {
        "@id": f"#{name}",
        "@type": "FormalParameter",
        "name": name,
        "description": about,
        "additionalType": kind,
        "conformsTo": {"@id": _FORMAL_PARAMETER},
        "workExample": _refer(examples),
    }


def _file(path: Path, root: Path, licence: str, example_of: str | None = None) -> dict[str, Any]:
    found = fingerprint(root / path)
    return {
        "@id": path.as_posix(),
        "@type": "File",
        "name": path.name,
        "encodingFormat": _MEDIA[path.suffix],
        "contentSize": str(found.bytes),
        "sha256": found.sha256,
        "license": {"@id": licence},
        **({"exampleOfWork": {"@id": example_of}} if example_of else {}),
    }


def _statline_table(entry: Mapping[str, Any], register: Mapping[str, Any], raw: Path, root: Path) -> list[dict[str, Any]]:
    """A stored table, and its files with the sha256 that they were stored with; its address only where it is CBS's."""
    folder = raw / entry["version"]
    files = [
        {
            "@id": (folder / name).as_posix(),
            "@type": "File",
            "name": f"{entry['table']} {name}",
            "encodingFormat": _MEDIA[Path(name).suffix],
            "sha256": sha256,
            "contentSize": str((root / folder / name).stat().st_size),
        }
        for name, sha256 in entry["sha256"].items()
    ]
    table = {
        "@id": f"{folder.as_posix()}/",
        "@type": "Dataset",
        "name": f"{register['source_text']}, {entry['table']} {entry['title']}",
        "identifier": entry["table"],
        "version": str(entry["modified"]),
        "dateModified": str(entry["modified"]),
        "license": {"@id": _CC_BY},
        "creditText": entry["attribution"],
        "exampleOfWork": {"@id": "#statline"},
        "hasPart": _refer(file["@id"] for file in files),
        **({} if is_example(register) else {"url": entry["url"]}),
    }
    return [table, *files]
