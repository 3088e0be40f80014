"""The whole line, from a StatLine service to the report, and what reruns what."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from tests.workflow.project import FEW_DRAWS, Project, copy_project
from wijkanalyse.example import StatLineServer
from wijkanalyse.statline.tables import read_tables

pytestmark = pytest.mark.pipeline

ON_REQUEST = {"refresh", "try_estimators", "recovery", "try_joint_test", "recovery_multiverse"}
"""Rules that run only when they are asked for by name."""

DOWNSTREAM_OF_CLASSIFICATION = {
    "classify",
    "estimate_contrasts",
    "decompose_contrasts",
    "estimate_effects",
    "estimate_switchers",
    "probe_sensitivity",
    "synthesise_evidence",
    "make_municipal_pages",
    "compare_vintages",
    "collect_claims",
    "make_pieces",
    "render_report",
    "make_data_package",
    "make_run_crate",
    "all",
}


def pdf_pages(project: Project) -> list[str]:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    answer = subprocess.run(
        ["pdftotext", "-layout", str(project.path("reports/wijkteams.pdf")), "-"], capture_output=True, check=True
    )
    return [" ".join(page.split()) for page in answer.stdout.decode().split("\f")[:-1]]


def visible_text(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.S)))


def test_any_odata_v3_service_that_offers_the_tables_leads_to_the_report(finished: Project) -> None:
    assert finished.path("reports/wijkteams.html").stat().st_size > 100_000
    assert finished.path("reports/wijkteams.pdf").read_bytes().startswith(b"%PDF")
    register = json.loads(finished.path("data/processed/statline.json").read_text())
    assert register["source"] == "cbs"
    assert list(register["tables"]) == read_tables(finished.path("config/tables.yaml")).identifiers
    for entry in register["tables"].values():
        folder = finished.path("data/raw") / entry["version"]
        assert (folder / "data.parquet").is_file()
        assert (folder / "metadata.json").is_file()
        manifest = json.loads((folder / "manifest.json").read_text())
        assert {
            "table",
            "title",
            "modified",
            "retrieved_at",
            "data_url",
            "row_count",
            "sha256",
            "licence",
            "attribution",
        } <= set(manifest)
    assert not finished.path("data/raw/example").exists()


def test_figures_taken_from_a_service_carry_no_mark(finished: Project) -> None:
    assert "VOORBEELDCIJFERS" not in visible_text(finished.path("reports/wijkteams.html").read_text())
    assert "VOORBEELDCIJFERS" not in "".join(pdf_pages(finished))


def test_a_second_run_has_nothing_to_do(finished: Project, from_server: dict[str, object]) -> None:
    answer = finished.run(**from_server)
    assert answer.returncode == 0
    assert "Nothing to be done" in answer.stdout + answer.stderr


def test_every_rule_has_left_a_log_and_a_benchmark(finished: Project) -> None:
    rules = {path.stem for path in finished.path("workflow/scripts").glob("*.py")} - ON_REQUEST
    for files in (finished.path("logs/benchmarks").glob("*.tsv"), finished.path("logs").glob("*.log")):
        # chunks and other boundaries have a number at the end, the report its document
        names = {re.sub(r"(_on)?_\d+$", "", path.name.removesuffix(path.suffix)) for path in files} - ON_REQUEST
        documents = {"render_wijkteams", "render_wijkteams.en"}
        assert documents < names
        assert rules == names - documents | {"render_report"}


def test_every_number_of_the_text_is_a_claim_with_its_origin(finished: Project) -> None:
    claims = pd.read_parquet(finished.path("data/processed/claims.parquet"))
    texts = [finished.path("reports/wijkteams.qmd"), *finished.path("reports/nl").glob("_*.qmd")]
    text = "\n".join(path.read_text() for path in texts)
    called = {name for name in re.findall(r"\{\{<\s*var\s+(\S+)\s*>\}\}", text) if not name.startswith("colophon.")}
    known = set(claims["id"]) | {f"{name}_interval" for name in claims["id"]}
    assert called <= known
    assert claims[["label", "text", "file", "row", "tables", "rule"]].ne("").all().all()
    page = visible_text(finished.path("reports/wijkteams.html").read_text())
    duration = claims.set_index("id").at["duration.zonder_verblijf.pooled.active", "text"]
    assert duration in page
    assert " ".join(duration.split()) in " ".join(pdf_pages(finished))


def test_editing_a_module_reruns_the_rules_that_use_it_and_no_others(finished: Project, from_server: dict[str, object]) -> None:
    module = finished.path("src/wijkanalyse/classification.py")
    before = module.read_text()
    try:
        module.write_text(before + "\n# edited\n")
        assert finished.planned(**from_server) == DOWNSTREAM_OF_CLASSIFICATION
    finally:
        module.write_text(before)
    renderer = finished.path("src/wijkanalyse/report/rendering/filters/html.lua")
    before = renderer.read_text()
    try:
        renderer.write_text(before + "\n-- edited\n")
        assert finished.planned(**from_server) == {"render_report", "make_run_crate", "all"}
    finally:
        renderer.write_text(before)


def test_changing_the_threshold_reruns_the_classification_and_what_rests_on_it(
    finished: Project, from_server: dict[str, object]
) -> None:
    choices = {**from_server, "classification": {"threshold_pct": 10}}
    assert finished.planned(**choices) == DOWNSTREAM_OF_CLASSIFICATION


def test_a_number_typed_in_the_prose_stops_the_report(finished: Project, from_server: dict[str, object]) -> None:
    text = finished.path("reports/nl/_opzet.qmd")
    before = text.read_text()
    try:
        text.write_text(before.replace("## Vraag", "In 2020 was het 337.\n\n## Vraag", 1))
        answer = finished.run(**from_server)
    finally:
        text.write_text(before)
    assert answer.returncode == 1
    assert re.search(r"reports/nl/_opzet\.qmd:\d+: In 2020 was het 337\.", answer.stderr.partition("The run stopped.")[2])
    assert not finished.path("reports/wijkteams.html").exists()


def test_where_no_service_can_be_reached_auto_gives_the_marked_example(tmp_path_factory: pytest.TempPathFactory) -> None:
    project = copy_project(tmp_path_factory.mktemp("example"))
    answer = project.run(
        statline={"catalog_url": "127.0.0.1:1", "use_https": False, "attempts": 1},
        example={"provinces": ["PV26"]},
        inference=FEW_DRAWS,
    )
    assert answer.returncode == 0, answer.stderr[-6000:]
    assert "MADE UP" in answer.stderr

    page = project.path("reports/wijkteams.html").read_text()
    assert "VOORBEELDCIJFERS" in visible_text(page)
    assert all("VOORBEELDCIJFERS" in text for text in pdf_pages(project))
    for name in ("panel", "classification", "claims", "checks", "estimates/contrasts", "estimates/effects"):
        frame = pd.read_parquet(project.path(f"data/processed/{name}.parquet"))
        assert frame["source"].str.startswith("VOORBEELDCIJFERS").all()
    for name in ("use", "duration", "crisis", "reach", "share"):
        assert "VOORBEELDCIJFERS" in project.path(f"reports/_generated/nl/fig_{name}.md").read_text()
    # the truth that was put in stands beside the estimates
    assert "Ingebouwd waar effect" in visible_text(page)
    assert not project.path("data/raw/cbs").exists() or not any(project.path("data/raw/cbs").rglob("manifest.json"))


def test_the_notebook_runs_on_the_processed_data(finished: Project) -> None:
    path = finished.path("notebooks/verkenning.ipynb")
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "notebooks are kept without outputs"
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert "CBS StatLine" in notebook.cells[1]["outputs"][0]["text"]


def test_a_refresh_asks_the_service_again_and_the_next_run_rests_on_the_answer(
    finished: Project, from_server: dict[str, object], small_country: StatLineServer
) -> None:
    register = finished.path("data/processed/statline.json")
    before = json.loads(register.read_text())["tables"]["84134NED"]
    asked = len(small_country.requests)
    answer = finished.run("refresh", **from_server)
    assert answer.returncode == 0, answer.stderr[-3000:]
    assert len(small_country.requests) > asked
    # the made-up figures have not changed, so the same version is found again and the panel has not to be built again
    answer = finished.run(str(register.relative_to(finished.folder)), **from_server)
    assert answer.returncode == 0, answer.stderr[-3000:]
    assert json.loads(register.read_text())["tables"]["84134NED"] == before
    assert finished.planned(**from_server).isdisjoint({"fetch_statline", "build_panel"})
