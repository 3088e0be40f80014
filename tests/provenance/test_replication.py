"""docs/replication.md is made from the project and in step with it; the README has its headings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.small_world import ROOT
from wijkanalyse.cli import main
from wijkanalyse.provenance import replication
from wijkanalyse.provenance.replication import MEASURED, PATH, measure, replication_text
from wijkanalyse.provenance.rules_text import read_rules
from wijkanalyse.statline.tables import read_tables

HEADINGS = [
    "Overview",
    "Data availability and provenance statements",
    "Computational requirements",
    "Description of programs",
    "Instructions to replicators",
    "List of tables and figures, and the program that makes each",
    "References",
]


def test_the_shipped_file_is_what_the_project_says() -> None:
    shipped = (ROOT / PATH).read_text(encoding="utf-8")
    assert shipped == replication_text(ROOT), f"{PATH} is out of step: run `wijkanalyse replication --write`"


def test_the_headings_are_those_of_the_template_in_its_order() -> None:
    text = (ROOT / PATH).read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == HEADINGS
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("## For replicators")[2]
    places = [readme.index(f"**{heading.split(',')[0].removesuffix(' statements')}**") for heading in HEADINGS]
    assert places == sorted(places)
    assert str(PATH) in readme


def test_every_table_record_rule_figure_and_package_is_in_it() -> None:
    text = (ROOT / PATH).read_text(encoding="utf-8")
    register = read_tables(ROOT / "config/tables.yaml")
    for number in register.identifiers:
        assert f"dataset/{number}/table" in text
    for path in (ROOT / "data/raw/evidence").glob("*.csv"):
        assert path.name in text
    for script in (ROOT / "workflow/scripts").glob("*.py"):
        assert f"| `workflow/scripts/{script.name}` |" in text
    common = (ROOT / "workflow/rules/common.smk").read_text()
    for kind, constant in (("figure", "FIGURES"), ("table", "TABLES")):
        names = re.findall(r'"(\w+)"', re.search(rf"^{constant} = \[(.*?)\]", common, re.S | re.M).group(1))
        assert names
        assert not [name for name in names if f"| {kind} `{name}` | " not in text]


def test_what_was_measured_is_of_rules_that_there_are() -> None:
    rows = (ROOT / MEASURED).read_text().splitlines()
    assert rows[0] == "rule,jobs,seconds,memory_mb"
    assert {row.split(",")[0] for row in rows[1:]} <= {rule.name for rule in read_rules(ROOT)}
    assert len(rows) > 20


def test_time_and_memory_are_taken_together_over_chunks(tmp_path: Path) -> None:
    for name in ("Snakefile", "workflow"):
        (tmp_path / name).symlink_to(ROOT / name)
    folder = tmp_path / "logs/benchmarks"
    folder.mkdir(parents=True)
    head = "s\th:m:s\tmax_rss\tmax_vms\n"
    (folder / "classify.tsv").write_text(f"{head}1.6\t0:00:01\t100.4\t1\n")
    (folder / "permute_multiverse_0.tsv").write_text(f"{head}10\t0:00:10\t300\t1\n")
    (folder / "permute_multiverse_1.tsv").write_text(f"{head}12\t0:00:12\tNA\t1\n")
    assert measure(tmp_path).splitlines() == ["rule,jobs,seconds,memory_mb", "classify,1,2,100", "permute_multiverse,2,22,300"]


def test_rules_say_where_they_stand_and_what_they_make() -> None:
    rules = {rule.name: rule for rule in read_rules(ROOT)}
    for rule in rules.values():
        assert (ROOT / rule.file).read_text().splitlines()[rule.line - 1] == f"rule {rule.name}:"
        assert rule.about
    assert rules["classify"].outputs[0] == "data/processed/classification.parquet"
    assert "data/processed/estimates/multiverse/chunks/permuted_{chunk}.parquet" in rules["permute_multiverse"].outputs


def test_it_is_written_where_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replication, "replication_text", lambda: "text\n")
    monkeypatch.setattr(replication, "measure", lambda: "rule\n")
    assert main(["replication", "--write", "--measure"]) == 0
    assert (tmp_path / PATH).read_text() == "text\n"
    assert (tmp_path / MEASURED).read_text() == "rule\n"
    assert main(["replication"]) == 0
    assert capsys.readouterr().out == f"written: {MEASURED}\nwritten: {PATH}\ntext\n"
