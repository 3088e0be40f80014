"""`wijkanalyse verify` finds what somebody changed, says it in one table, and never falls over."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.provenance.conftest import PROCESSED, describe_again
from wijkanalyse.cli import main
from wijkanalyse.files import write_frame
from wijkanalyse.provenance.verifying import Finding, as_table, is_in_order, verify


def wrong(root: Path) -> list[Finding]:
    # this run in miniature has no PDF
    return [finding for finding in verify(root) if finding.result == "WRONG" and not finding.what.endswith("wijkteams.pdf")]


def damage(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def test_a_run_that_nobody_touched_is_in_order(run: Path) -> None:
    assert wrong(run) == []
    looked_at = {finding.check: finding.what for finding in verify(run) if finding.result == "in order"}
    assert looked_at["stored tables"] == "2 tables, sha256 as when they were fetched"
    assert looked_at["data package"] == "9 files with 4 tables, sha256 as described"
    assert looked_at["contracts"] == "4 tables fit what the data dictionary says"
    assert looked_at["ledger"] == "4 claims, each from a file that is there"
    assert looked_at["numbers printed"] == "reports/wijkteams.html: 5 numbers, each as in the ledger"


def test_a_changed_byte_in_a_processed_table(run: Path) -> None:
    path = run / PROCESSED / "estimates/contrasts.csv"
    damage(path, b"339.6", b"337.0")
    [finding] = wrong(run)
    assert (finding.check, finding.what) == ("data package", "data/processed/estimates/contrasts.csv")
    assert "was changed since" in finding.found


def test_a_parquet_file_cut_short(run: Path) -> None:
    path = run / PROCESSED / "estimates/contrasts.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    found = {(finding.check, finding.what) for finding in wrong(run)}
    assert ("data package", "data/processed/estimates/contrasts.parquet") in found
    assert ("contract", "data/processed/estimates/contrasts.parquet") in found


def test_a_changed_number_in_the_page(run: Path) -> None:
    damage(run / "reports/wijkteams.html", b">340 dagen<", b">337 dagen<")
    found = wrong(run)
    assert {(finding.check, finding.what) for finding in found} == {
        ("run (RO-Crate)", "reports/wijkteams.html"),
        ("numbers printed", "reports/wijkteams.html"),
    }
    assert any("duration.active" in finding.found and "340 dagen" in finding.found for finding in found)


def test_a_number_written_into_the_page(run: Path) -> None:
    damage(run / "reports/wijkteams.html", b"Met een actief team", b"In 17 gemeenten met een actief team")
    describe_again(run)
    [finding] = wrong(run)
    assert finding.check == "numbers printed"
    assert "17 gemeenten" in finding.found


def test_a_stored_table_that_is_gone_or_changed(run: Path) -> None:
    gone, changed = sorted((run / "data/raw/example").glob("*/*"))
    for path in gone.iterdir():
        path.unlink()
    gone.rmdir()
    damage(changed / "data.parquet", b"figures", b"Figures")
    first, second = wrong(run)
    assert (first.check, first.what) == ("stored table", "82971NED")
    assert "is missing" in first.found
    assert (second.check, second.what) == ("stored table", "84134NED")
    assert "was changed after it was stored" in second.found
    assert str(run) not in first.found + second.found


def test_a_table_that_does_not_fit_its_contract(run: Path) -> None:
    path = run / PROCESSED / "cells.parquet"
    write_frame(pd.read_parquet(path).assign(reason="because"), path, csv=False)
    describe_again(run)
    [finding] = wrong(run)
    assert (finding.check, finding.what) == ("contract", "data/processed/cells.parquet")
    assert "column reason" in finding.found
    assert "because" in finding.found


def test_a_table_that_no_rule_makes(run: Path) -> None:
    write_frame(pd.DataFrame({"x": [1]}), run / PROCESSED / "estimates/old.parquet")
    [finding] = wrong(run)
    assert (finding.check, finding.what) == ("contract", "data/processed/estimates/old.parquet")


def test_a_claim_from_a_file_that_is_not_there(run: Path) -> None:
    for name in ("contrasts.csv", "contrasts.parquet"):
        (run / PROCESSED / "estimates" / name).unlink()
    found = {(finding.check, finding.what) for finding in wrong(run)}
    assert ("ledger", "data/processed/estimates/contrasts.parquet") in found
    assert ("data package", "data/processed/estimates/contrasts.csv") in found


@pytest.mark.parametrize("content", ["", "[]", "{", '{"tables": 3}', '{"tables": {"a": {}}}', "null"])
@pytest.mark.parametrize("name", ["data/processed/statline.json", "data/processed/datapackage.json", "ro-crate-metadata.json"])
def test_a_description_that_is_damaged_is_a_line_in_the_table(run: Path, name: str, content: str) -> None:
    (run / name).write_text(content)
    assert wrong(run) != []


def test_a_resource_without_a_path(run: Path) -> None:
    path = run / PROCESSED / "datapackage.json"
    package = json.loads(path.read_text())
    del package["resources"][0]["path"]
    path.write_text(json.dumps(package))
    assert any("not of the form it had" in finding.found for finding in wrong(run))


def test_before_there_is_a_run_everything_is_missing_and_nothing_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["verify"]) == 1
    shown = capsys.readouterr()
    assert "statline.json is missing; run `snakemake --cores 4`" in shown.out
    assert shown.err == ""


def test_the_table_has_a_line_for_each_finding_and_a_verdict() -> None:
    findings = [Finding("register", "CBS StatLine, 23 tables", "in order"), Finding("report", "a.html", "WRONG", "is missing")]
    lines = as_table(findings).splitlines()
    assert lines[0].split() == ["check", "what", "result"]
    assert lines[2].endswith("in order")
    assert lines[3].endswith("WRONG: is missing")
    assert lines[-1] == "1 WRONG"
    assert not is_in_order(findings)


def test_what_cannot_be_looked_at_here_is_not_wrong() -> None:
    finding = Finding("numbers printed", "a.pdf", "not checked", "pdftotext (of poppler-utils) is not installed")
    assert is_in_order([finding])
    assert as_table([finding]).endswith("All in order.")
