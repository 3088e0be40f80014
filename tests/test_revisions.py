"""A revised table: what changed, and what that alone did to the contrasts."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from tests.small_world import fetched_tables, register
from wijkanalyse.classification import classify
from wijkanalyse.config import Config
from wijkanalyse.effects.contrasts import estimate_contrasts
from wijkanalyse.effects.revised import Revised, RevisedContrasts
from wijkanalyse.files import write_json
from wijkanalyse.panel.build import build_panel
from wijkanalyse.report.tables import data as report_tables
from wijkanalyse.report.tables.printed import Book, Printed
from wijkanalyse.revisions import describe_revisions, effect_of_revisions, older_versions
from wijkanalyse.statline.run import RunTables
from wijkanalyse.statline.snapshots import SnapshotStore

ORIGIN = "https://statline.example"
REVISED = "82971NED"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunTables, Path]:
    """A run of which one table was revised: Utrecht had ten times as many trajectories begin in 2020 as was said at first."""
    raw = tmp_path_factory.mktemp("raw")
    store = SnapshotStore(raw / "cbs")
    entries = {}
    for name, table in fetched_tables().items():
        snapshot = store.store(table, ORIGIN, "CBS StatLine")
        if name == REVISED:
            key = next(row["Key"] for row in table.properties if row["Key"].startswith("TotaalBegonnenTrajecten_12"))
            is_cell = table.data["RegioS"].str.strip().eq("GM0344") & table.data["Perioden"].eq("2020JJ00")
            data = table.data.assign(**{key: table.data[key].mask(is_cell, table.data[key].str.rstrip() + "0")})
            newer = dataclasses.replace(
                table,
                data=data,
                infos={**table.infos, "Modified": "2026-10-31T02:00:00"},
                catalogue={**table.catalogue, "Modified": "2026-10-31T02:00:00"},
                retrieved=table.retrieved + timedelta(days=1),
            )
            snapshot = store.store(newer, ORIGIN, "CBS StatLine")
        entries[name] = {**snapshot.manifest, "version": str(snapshot.folder.relative_to(raw))}
    register_file = raw / "statline.json"
    write_json({"source": "cbs", "source_text": "CBS StatLine", "tables": entries}, register_file)
    return RunTables(register_file, raw), raw


def printed() -> list[Printed]:
    """What the two tables of the report print from the two files."""
    return [Printed(Book(), name, f"{name}.parquet", "compare_vintages", "all") for name in ("revisions", "revised_contrasts")]


def test_only_the_revised_table_is_compared_and_its_cells_are_counted(run: tuple[RunTables, Path]) -> None:
    pairs = older_versions(*run)
    assert list(pairs) == [REVISED]
    found = Revised.validate(describe_revisions(pairs, "CBS StatLine"), lazy=True)
    row = found.iloc[0]
    assert (row["table"], row["older"][:10], row["newer"][:10]) == (REVISED, "2026-04-30", "2026-10-31")
    # nine referrers of Utrecht in 2020, those of them that were printed
    assert 1 <= row["changed"] <= 9
    assert row["added"] == row["gone"] == 0
    assert row["largest"] > 1000
    assert row["status"] == "Definitief"


def test_the_effect_on_a_contrast_is_that_of_the_revision_alone(run: tuple[RunTables, Path]) -> None:
    tables, raw = run
    config = Config()
    panel = build_panel(tables.read, register(), config.panel, tables.source)
    classification = classify(panel.wide, panel.long, config.classification)
    contrasts = {str(name): contrast for name, contrast in config.contrasts.items()}
    estimates, _ = estimate_contrasts(panel.wide, classification, contrasts, list(config.forms), config.inference)
    effect = effect_of_revisions(older_versions(tables, raw), tables, register(), config, estimates)
    effect = RevisedContrasts.validate(effect, lazy=True)
    changed = set(effect.loc[effect["change"].abs().gt(1e-9), "contrast"])
    # begun trajectories are the outcome of use and the denominator of crisis; nothing else rests on them
    assert changed == {"use", "crisis"}
    utrecht = classification.set_index("gm_code").at["GM0344", "group"]
    use = effect[effect["contrast"].eq("use") & effect["term"].eq(utrecht) & effect["form"].eq("zonder_verblijf")]
    assert (use["change"] > 0).all()

    text = report_tables.revisions(describe_revisions(older_versions(tables, raw), "CBS StatLine"), effect, *printed())
    assert "30 april 2026 → 31 oktober 2026" in text
    assert "{#tbl-herzien-verschil}" in text


def test_without_older_versions_the_report_says_so(tmp_path: Path) -> None:
    write_json({"source": "example", "source_text": "VOORBEELDCIJFERS", "tables": {}}, tmp_path / "statline.json")
    tables = RunTables(tmp_path / "statline.json", tmp_path)
    assert older_versions(tables, tmp_path) == {}
    revised = Revised.validate(describe_revisions({}, "x"), lazy=True)
    nothing = RevisedContrasts.validate(effect_of_revisions({}, tables, register(), Config(), revised), lazy=True)
    assert "niets te vergelijken" in report_tables.revisions(revised, nothing, *printed())
