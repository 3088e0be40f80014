"""`wijkanalyse verify`: whether a finished run is what it says it is, checked by somebody who did not make it.

Bytes against the sha256 that were written down, tables against their contracts, and the numbers that HTML and PDF print against
the ledger. Each check says in one line what it looked at; each fault gets a line of its own. Nothing is changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pandera.errors

from wijkanalyse.dictionary import model_of_files
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.provenance.files import fingerprint
from wijkanalyse.provenance.pages import Outcome, documents, faults_of_html, faults_of_pdf
from wijkanalyse.report.claims import Claims
from wijkanalyse.statline.snapshots import Snapshot

PROCESSED = Path("data/processed")
LEDGERS = (PROCESSED / "claims.parquet", PROCESSED / "printed.parquet")
"""Numbers of the text, and numbers of its tables and figures."""

Result = Literal["in order", "WRONG", "not checked"]


@dataclass(frozen=True)
class Finding:
    """One line of the table: which check, what it looked at, and what it found (empty when in order)."""

    check: str
    what: str
    result: Result
    found: str = ""


def verify(root: Path = Path()) -> list[Finding]:
    """Check the finished run in the checkout `root`; bad input of any kind becomes a finding, never an error."""
    findings: list[Finding] = []
    for name, check in _CHECKS.items():
        try:
            findings += check(root)
        except WijkanalyseError as error:
            findings.append(Finding(name, "", "WRONG", _one_line(str(error))))
        except (LookupError, TypeError, AttributeError, ValueError, OSError) as error:
            # a file that was damaged in a way that still reads: say so instead of stopping
            findings.append(Finding(name, "", "WRONG", f"cannot be checked, a file is not of the form it had: {error!r}"))
    return findings


def is_in_order(findings: Iterable[Finding]) -> bool:
    """Whether nothing is wrong; what could not be checked is not wrong."""
    return all(finding.result != "WRONG" for finding in findings)


def as_table(findings: Iterable[Finding]) -> str:
    """Return the findings as one table with a line for each, and the verdict below it."""
    rows = [("check", "what", "result"), *((one.check, one.what, _result(one)) for one in findings)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{check:<{widths[0]}}  {what:<{widths[1]}}  {result}".rstrip() for check, what, result in rows]
    wrong = sum(result.startswith("WRONG") for _, _, result in rows)
    verdict = f"{wrong} WRONG" if wrong else "All in order."
    return "\n".join([lines[0], "-" * min(max(map(len, lines)), 128), *lines[1:], "", verdict])


def _result(finding: Finding) -> str:
    return f"{finding.result}: {finding.found}" if finding.found else finding.result


def _register(root: Path) -> dict[str, Any]:
    register = _json(root / PROCESSED / "statline.json")
    try:
        for entry in register["tables"].values():
            _ = entry["table"], entry["title"], entry["version"], dict(entry["sha256"])
        _ = register["source"], register["source_text"]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise WijkanalyseError(f"data/processed/statline.json is no register of a run: {error!r} is missing") from None
    return register


def _check_register(root: Path) -> Iterator[Finding]:
    register = _register(root)
    yield Finding("register", f"{register['source_text']}, {len(register['tables'])} tables", "in order")


def _check_snapshots(root: Path) -> Iterator[Finding]:
    tables = _register(root)["tables"]
    wrong = []
    for number, entry in tables.items():
        folder = root / "data/raw" / entry["version"]
        try:
            if not folder.is_dir():
                raise WijkanalyseError(f"data/raw/{entry['version']} is missing; snakemake fetches it again")
            Snapshot(folder, entry).verify()
        except WijkanalyseError as error:
            wrong.append(Finding("stored table", number, "WRONG", _relative(str(error), root)))
    yield from wrong or [Finding("stored tables", f"{len(tables)} tables, sha256 as when they were fetched", "in order")]


def _check_package(root: Path) -> Iterator[Finding]:
    resources = _json(root / PROCESSED / "datapackage.json")["resources"]
    files = [part for one in resources for part in (one, one.get("parquet")) if part]
    written = {PROCESSED / str(file["path"]): str(file["hash"]).removeprefix("sha256:") for file in files}
    wrong = [finding for path, sha256 in written.items() for finding in _changed("data package", path, sha256, root)]
    what = f"{len(files)} files with {sum('schema' in one for one in resources)} tables, sha256 as described"
    yield from wrong or [Finding("data package", what, "in order")]


def _check_crate(root: Path) -> Iterator[Finding]:
    graph = _json(root / "ro-crate-metadata.json")["@graph"]
    # stored tables and processed tables have checks of their own
    elsewhere = re.compile(r"data/raw/(cbs|example)/|data/processed/.*\.parquet$")
    files = [one for one in graph if "sha256" in one and not elsewhere.match(one["@id"])]
    wrong = [finding for one in files for finding in _changed("run (RO-Crate)", Path(one["@id"]), one["sha256"], root)]
    what = f"{len(files)} files: records, choices, reports and code, sha256 as when the run ended"
    yield from wrong or [Finding("run (RO-Crate)", what, "in order")]


def _check_contracts(root: Path) -> Iterator[Finding]:
    models = {
        re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(file))): model for file, model in model_of_files(root).items()
    }
    wrong, number = [], 0
    for path in sorted((root / PROCESSED).rglob("*.parquet")):
        shown = path.relative_to(root).as_posix()
        model = next((model for pattern, model in models.items() if pattern.fullmatch(shown)), None)
        number += 1
        if model is None:
            wrong.append(Finding("contract", shown, "WRONG", "no rule makes such a file; it may be left from an older version"))
        elif fault := _breach(path, model):
            wrong.append(Finding("contract", shown, "WRONG", fault))
    yield from wrong or [Finding("contracts", f"{number} tables fit what the data dictionary says", "in order")]


def _breach(path: Path, model: type[Any]) -> str:
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        return f"cannot be read as Parquet ({_one_line(str(error))})"
    try:
        model.validate(frame, lazy=True)
    except (pandera.errors.SchemaErrors, pandera.errors.SchemaError) as error:
        cases = getattr(error, "failure_cases", None)
        first = cases.iloc[0].to_dict() if isinstance(cases, pd.DataFrame) and len(cases) else {}
        return f"column {first.get('column')}: {first.get('check')}, found {first.get('failure_case')!r}"
    return ""


def _check_ledger(root: Path) -> Iterator[Finding]:
    ledger = _ledger(root)
    twice = ledger.loc[ledger["id"].duplicated(), "id"].tolist()
    absent = sorted({file for file in ledger["file"] if not (root / file).exists()})
    for name in twice:
        yield Finding("ledger", name, "WRONG", "stands in it twice")
    for file in absent:
        yield Finding("ledger", file, "WRONG", "is missing, and claims say that they come from it")
    if not twice and not absent:
        yield Finding("ledger", f"{len(ledger)} claims, each from a file that is there", "in order")


def _check_pages(root: Path) -> Iterator[Finding]:
    ledger = _ledger(root)
    found = documents(root)
    if not found:
        yield Finding("report", "reports/wijkteams.html", "WRONG", "is missing; run `snakemake --cores 4`")
    for document in found:
        for path, faults in ((document.html, faults_of_html), (document.pdf, faults_of_pdf)):
            yield from _page(path.relative_to(root).as_posix(), faults(document, ledger))


def _page(name: str, outcome: Outcome) -> Iterator[Finding]:
    if isinstance(outcome, str):
        yield Finding("numbers printed", name, "not checked", outcome)
        return
    what, faults = outcome
    for fault in faults:
        yield Finding("numbers printed", name, "WRONG", fault)
    if not faults:
        yield Finding("numbers printed", f"{name}: {what}", "in order")


_CHECKS: Mapping[str, Callable[[Path], Iterable[Finding]]] = {
    "register": _check_register,
    "stored tables": _check_snapshots,
    "data package": _check_package,
    "run (RO-Crate)": _check_crate,
    "contracts": _check_contracts,
    "ledger": _check_ledger,
    "numbers printed": _check_pages,
}


def _ledger(root: Path) -> pd.DataFrame:
    parts = []
    for path in LEDGERS:
        try:
            part = pd.read_parquet(root / path)
        except (OSError, ValueError) as error:
            raise WijkanalyseError(f"{path.as_posix()} cannot be read ({_one_line(str(error))})") from None
        if missing := [column for column in Claims.to_schema().columns if column not in part.columns]:
            raise WijkanalyseError(f"{path.as_posix()} has no column {missing[0]}")
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _changed(check: str, path: Path, expected: str, root: Path) -> Iterator[Finding]:
    if not (root / path).is_file():
        yield Finding(check, path.as_posix(), "WRONG", "is missing")
        return
    found = fingerprint(root / path).sha256
    if found != expected:
        yield Finding(
            check, path.as_posix(), "WRONG", f"was changed since (sha256 {found[:12]}…, written down {expected[:12]}…)"
        )


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise WijkanalyseError(f"{path.name} is missing; run `snakemake --cores 4`") from None
    except ValueError as error:
        raise WijkanalyseError(f"{path.name} is no JSON ({error})") from None
    if not isinstance(value, dict):
        raise WijkanalyseError(f"{path.name} holds no object")
    return value


def _relative(text: str, root: Path) -> str:
    return _one_line(text.replace(f"{root}/", ""))


def _one_line(text: str) -> str:
    return " ".join(text.split())
