"""A finished run in miniature: two stored tables, their cells, one contrast, its claims, and a page that prints them."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.small_world import ROOT
from wijkanalyse.config import Config
from wijkanalyse.effects.contrasts import Estimates
from wijkanalyse.files import write_json, write_table, write_text
from wijkanalyse.panel.schemas import Cells
from wijkanalyse.provenance.crate import RunFiles, run_crate
from wijkanalyse.provenance.datapackage import choices_yaml, data_package
from wijkanalyse.report.claims import Claims
from wijkanalyse.statline.tables import read_tables

SOURCE = "VOORBEELDCIJFERS (verzonnen, niet van CBS)"
PROCESSED = Path("data/processed")
TABLES = {"82971NED": "Jeugdhulptrajecten in natura", "84134NED": "Kerncijfers over jeugdzorg, 2015-2020"}
RAW_EVIDENCE = "data/raw/evidence"


@pytest.fixture
def run(undamaged: Path, tmp_path: Path) -> Path:
    """The root of a checkout in which a run has ended; every test gets its own, to damage."""
    return shutil.copytree(undamaged, tmp_path / "run", symlinks=True)


@pytest.fixture(scope="session")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That run as it was made."""
    tmp_path = tmp_path_factory.mktemp("made")
    for name in ("config", "workflow", RAW_EVIDENCE):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("own_*"))
    for name in ("Snakefile", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "src").symlink_to(ROOT / "src")
    register = {"source": "example", "source_text": SOURCE, "origin": "embedded example"}
    register["tables"] = {number: stored(tmp_path, number, title) for number, title in TABLES.items()}
    write_json(register, tmp_path / PROCESSED / "statline.json")
    write_table(cells(), tmp_path / PROCESSED / "cells.parquet", Cells, csv=False)
    write_table(estimates(), tmp_path / PROCESSED / "estimates/contrasts.parquet", Estimates)
    for ledger in ("claims", "printed"):
        write_table(claims(ledger), tmp_path / PROCESSED / f"{ledger}.parquet", Claims)
    write_text(PAGE, tmp_path / "reports/wijkteams.html")
    describe_again(tmp_path)
    return tmp_path


def describe_again(root: Path) -> None:
    """What the last two rules of the workflow make, from what is in `root` now."""
    register = json.loads((root / PROCESSED / "statline.json").read_text())
    write_text(choices_yaml(Config()), root / PROCESSED / "choices.yaml")
    tables = sorted(path.relative_to(root) for path in (root / PROCESSED).rglob("*.parquet"))
    others = [PROCESSED / "statline.json", PROCESSED / "choices.yaml"]
    write_json(
        data_package(tables, others, register, read_tables(root / "config/tables.yaml"), root),
        root / PROCESSED / "datapackage.json",
    )
    files = RunFiles(
        evidence=sorted(path.relative_to(root) for path in (root / RAW_EVIDENCE).glob("*.csv")),
        choices=[Path("config/tables.yaml"), PROCESSED / "choices.yaml"],
        reports=[Path("reports/wijkteams.html")],
        tables=[PROCESSED / "datapackage.json", *tables],
        code=[Path("workflow/rules/panel.smk"), Path("workflow/scripts/classify.py")],
    )
    write_json(run_crate(register, files, Path("data/raw"), root), root / "ro-crate-metadata.json")


def stored(root: Path, number: str, title: str) -> dict[str, Any]:
    """Store a table of a few bytes and return its entry in the register."""
    version = f"example/{number}/2026-04-30-{number[:5]}"
    folder = root / "data/raw" / version
    folder.mkdir(parents=True)
    contents = {"data.parquet": b"figures of " + number.encode(), "metadata.json": b"{}"}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {
        "table": number,
        "title": title,
        "modified": "2026-04-30T02:00:00",
        "retrieved_at": "2026-05-02T10:11:12+00:00",
        "url": "http://127.0.0.1:1/table",
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        "licence": "CC BY 4.0",
        "attribution": f"Bron: {SOURCE}, tabel {number}",
        "version": version,
    }


def cells() -> pd.DataFrame:
    """Four municipalities in 2020: the duration and its count in one table, the counts of the share in another."""
    columns = {
        "mean_duration_days_zonder_verblijf": ("82971NED", "GemiddeldeDuur_18"),
        "ended_zonder_verblijf": ("82971NED", "TotaalBeeindigdeTrajecten_17"),
        "trajectories_wijkteam": ("84134NED", "Jeugdzorgtrajecten_3"),
        "trajectories_zonder_verblijf": ("84134NED", "Jeugdzorgtrajecten_3"),
    }
    regions = ["NL01", "GM0014", "GM0034", "GM0037", "GM0005"]
    rows = []
    for variable, (table, key) in columns.items():
        for place, region in enumerate(regions):
            withheld = variable == "trajectories_wijkteam" and region == "GM0037"
            reason = "no_municipality" if region == "GM0005" else "suppressed" if withheld else "published"
            rows.append(
                {
                    "table": table,
                    "variable": variable,
                    "region": region,
                    "period": "2020JJ00",
                    "year": 2020,
                    "division": 2020,
                    "is_year": True,
                    "period_status": "Definitief",
                    "column_key": key,
                    "row_ids": str(place),
                    "value": 100.0 + place if reason == "published" else float("nan"),
                    "low": 100.0,
                    "high": 110.0,
                    "reason": reason,
                    "source": SOURCE,
                }
            )
    return pd.DataFrame(rows)


def estimates() -> pd.DataFrame:
    row = {
        "contrast": "duration",
        "form": "zonder_verblijf",
        "weighting": "pooled",
        "term": "active",
        "value": 339.6,
        "lower": 327.8,
        "upper": 351.4,
        "unit": "days",
        "municipalities": 2,
        "clusters": 2,
        "weight": 300.0,
        "left_out": 0,
        "contains_team_help": True,
        "years": "2020",
        "source": SOURCE,
    }
    return pd.DataFrame([{**row, "term": term} for term in ("active", "not_active")])


def claims(ledger: str) -> pd.DataFrame:
    """Three claims in the text and one in a table."""
    nan = float("nan")
    contrasts = "data/processed/estimates/contrasts.parquet"
    row = "contrast=duration, form=zonder_verblijf, weighting=pooled, term=active"
    tables = "82971NED, 84134NED"
    made_by, coded, nothing = (tables, "estimate_contrasts"), ("published_figures.csv", "load_evidence"), (nan, nan)
    published = f"{RAW_EVIDENCE}/published_figures.csv"
    text = [
        ("duration.active", "340 dagen", "328 tot 351 dagen", 339.6, 327.8, 351.4, "days", contrasts, row, *made_by),
        ("published.duration.active", "337 dagen", "", 337.0, *nothing, "days", published, "PF03", *coded),
        ("choice.threshold", "5%", "", 5.0, *nothing, "percent", "config/config.yaml", "threshold", "config.yaml", "-"),
    ]
    table = [("cell.duration.active.value", "339,6", "", 339.6, *nothing, "days", contrasts, "duration: active", *made_by)]
    listed = {"claims": text, "printed": table}[ledger]
    names = ["id", "text", "interval", "value", "lower", "upper", "unit", "file", "row", "tables", "rule"]
    frame = pd.DataFrame(listed, columns=names).assign(label="Gemiddelde duur", source=SOURCE)
    english = {f"{name}_en": frame[name] for name in ("label", "text", "interval")}
    return frame.assign(**english)[list(Claims.to_schema().columns)]


PAGE = """<!doctype html><html lang="nl"><head><title>Wijkteams</title></head><body><main><h1>Wijkteams</h1>
<p>Met een actief team <a class="claim" href="#claim-duration.active">340 dagen</a> (<a class="claim"
href="#claim-duration.active">328 tot 351 dagen</a>), zoals gepubliceerd <a class="claim"
href="#claim-published.duration.active">337 dagen</a>; de grens is <a class="claim" href="#claim-choice.threshold">5%</a>.</p>
<table><tr><td><a class="claim" href="#claim-cell.duration.active.value">339,6</a></td></tr></table>
</main></body></html>
"""
