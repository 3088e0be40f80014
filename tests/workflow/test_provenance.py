"""What a finished run says of itself is true, can be checked by others, and can be followed back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from frictionless import Package

from tests.provenance.profiles import faults_of_crate
from tests.workflow.project import Project
from wijkanalyse.provenance.tracing import Run, describe
from wijkanalyse.provenance.verifying import as_table, verify

pytestmark = pytest.mark.pipeline


def ledger(project: Project) -> pd.DataFrame:
    parts = [pd.read_parquet(project.path(f"data/processed/{name}.parquet")) for name in ("claims", "printed")]
    return pd.concat(parts, ignore_index=True)


def test_verify_finds_a_finished_run_in_order(finished: Project) -> None:
    findings = verify(finished.folder)
    assert [finding for finding in findings if finding.result == "WRONG"] == [], as_table(findings)
    assert {finding.check for finding in findings} >= {"stored tables", "data package", "run (RO-Crate)", "contracts", "ledger"}


def test_every_claim_can_be_followed_back(finished: Project) -> None:
    run = Run(ledger(finished), finished.folder)
    traces = [describe(name, run) for name in run.claims]
    assert len(traces) > 1000
    for trace in traces:
        assert finished.path(trace.file).exists(), trace.id
        # what no rule made is a choice
        assert trace.functions or trace.file.startswith("config/"), trace.id
    of_statline = [trace for trace in traces if trace.rule in ("estimate_contrasts", "classify") and trace.columns]
    assert len(of_statline) > 50
    assert all(column.cells >= column.published > 0 for trace in of_statline for column in trace.columns)
    assert all(table.url.startswith("http") for trace in of_statline for table in trace.tables)


def test_the_data_package_describes_every_table_as_it_is(finished: Project) -> None:
    folder = finished.path("data/processed")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert Package.validate_descriptor(package).valid
    described = {part["path"] for one in package["resources"] for part in (one, one.get("parquet")) if part}
    steps = ("boundaries/", "estimates/multiverse/chunks/", "validation/")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in (".parquet", ".csv")}
    assert {name for name in there if not name.startswith(steps)} <= described
    assert all(field["description"] for one in package["resources"] for field in one.get("schema", {"fields": []})["fields"])
    package["resources"] = [one for one in package["resources"] if one["format"] == "csv"]
    report = Package.from_descriptor(package, basepath=str(folder)).validate()
    assert report.valid, report.flatten(["name", "title", "message"])[:10]


def test_the_crate_has_what_its_profiles_ask(finished: Project) -> None:
    crate = json.loads(finished.path("ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert faults_of_crate(crate, finished.folder) == []
    names = {one["@id"] for one in crate["@graph"]}
    assert {
        "reports/wijkteams.html",
        "reports/wijkteams.pdf",
        "reports/gemeenten.html",
        "data/processed/datapackage.json",
    } <= names
    assert "src/wijkanalyse/effects/contrasts.py" in names


def test_what_a_codechecker_compares_is_there(finished: Project) -> None:
    manifest = yaml.safe_load(finished.path("codecheck.yml").read_text(encoding="utf-8"))["manifest"]
    assert [item["file"] for item in manifest if not finished.path(item["file"]).is_file()] == []


def test_the_report_of_snakemake_holds_everything_it_shows(
    finished: Project, from_server: dict[str, object], tmp_path: Path
) -> None:
    page = tmp_path / "run.html"
    answer = finished.run("--report", str(page), **from_server)
    assert answer.returncode == 0, answer.stderr[-3000:]
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<(?:script|link|img)\b[^>]*(?:src|href)=[\"']?https?://", text)
    for category in ("Data", "Estimates", "Multiverse", "Evidence"):
        assert f'"{category}"' in text
    # captions are filled in, not only named
    assert "the municipal boundaries of 2025" in text
    assert "its team gives more than 5.0 %" in re.sub(r"\s+", " ", text)
