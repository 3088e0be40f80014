"""What CBS revised since the versions that were stored before, and what that did to the contrasts.

A new version of a table lies beside the old one. Here the two are compared cell by cell, and the whole line from panel to
contrasts is run a second time on the older versions: the difference is what the revision alone did.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from wijkanalyse.classification import classify
from wijkanalyse.config import Config
from wijkanalyse.effects.contrasts import estimate_contrasts
from wijkanalyse.effects.revised import Revised, RevisedContrasts
from wijkanalyse.panel.build import build_panel
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.run import RunTables
from wijkanalyse.statline.snapshots import Snapshot
from wijkanalyse.statline.tables import TableRegister
from wijkanalyse.statline.vintages import compare

KEYS = ["contrast", "form", "weighting", "term"]


def older_versions(tables: RunTables, raw_folder: Path) -> dict[str, tuple[Snapshot, Snapshot]]:
    """Return, by table of the run, the version stored before and that of the run; only tables that have both.

    See `RunTables.previous`: made-up tables have no vintages.
    """
    found = {}
    for identifier, entry in tables.run["tables"].items():
        before = tables.previous(identifier)
        if before is not None:
            found[identifier] = (before, Snapshot(raw_folder / entry["version"], entry))
    return found


def describe_revisions(pairs: Mapping[str, tuple[Snapshot, Snapshot]], source: str) -> pd.DataFrame:
    """Return what differs between the two versions of each table (`Revised`)."""
    rows = []
    for identifier, (older, newer) in pairs.items():
        revision = compare(older, newer)
        common = {
            "table": identifier,
            "title": newer.manifest["title"],
            "older": str(older.manifest["modified"]),
            "newer": str(newer.manifest["modified"]),
            "compared": revision.compared,
            "source": source,
        }
        by_status = revision.cells.groupby("status") if len(revision.cells) else [("", revision.cells)]
        for status, cells in by_status:
            kinds = cells["kind"].value_counts()
            counts = {kind: int(kinds.get(kind, 0)) for kind in ("changed", "added", "gone")}
            rows.append({**common, **counts, "status": str(status), "largest": cells["difference"].abs().max()})
    return pd.DataFrame(rows, columns=list(Revised.to_schema().columns))


def effect_of_revisions(
    pairs: Mapping[str, tuple[Snapshot, Snapshot]],
    tables: RunTables,
    register: TableRegister,
    config: Config,
    estimates: pd.DataFrame,
) -> pd.DataFrame:
    """Return every estimate before and after the revision (`RevisedContrasts`); empty when nothing was revised."""
    if not pairs:
        return pd.DataFrame(columns=list(RevisedContrasts.to_schema().columns))

    def read(identifier: str) -> RawTable:
        return pairs[identifier][0].read() if identifier in pairs else tables.read(identifier)

    panel = build_panel(read, register, config.panel, tables.source)
    classification = classify(panel.wide, panel.long, config.classification)
    contrasts = {str(name): contrast for name, contrast in config.contrasts.items()}
    before, _ = estimate_contrasts(panel.wide, classification, contrasts, list(config.forms), config.inference)
    both = before[[*KEYS, "value"]].merge(estimates[[*KEYS, "value", "source"]], on=KEYS, suffixes=("_before", "_after"))
    both = both.rename(columns={"value_before": "before", "value_after": "after"})
    return both.assign(change=both["after"] - both["before"])[list(RevisedContrasts.to_schema().columns)]
