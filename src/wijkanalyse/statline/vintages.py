"""What CBS changed in a table: two stored versions side by side, cell by cell.

A new version sits beside the old one. Rows are put together on their dimension codes and columns on their keys, so that a
new region or a new period is an addition and not a shift. Texts are compared without the blanks around them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.snapshots import MANIFEST, Snapshot, SnapshotStore
from wijkanalyse.statline.titles import topics

LARGEST = 5


@dataclass(frozen=True)
class Revision:
    """How the newer of two versions of a table differs from the older.

    `cells` has one row for every cell that differs: the dimension codes, `topic` (its path of titles), `status` (of the
    period in the newer version), `kind` (changed, added or gone), `old` and `new` (texts) and `difference` (NaN unless both
    are numbers). `compared` counts the cells that both have.
    """

    older: Snapshot
    newer: Snapshot
    compared: int
    cells: pd.DataFrame

    @property
    def is_unannounced(self) -> bool:
        """Whether figures changed although the date of publication did not."""
        return self.older.manifest["modified"] == self.newer.manifest["modified"] and bool(self.counts["changed"])

    @property
    def counts(self) -> Counter[str]:
        """How many cells changed, were added and are gone."""
        return Counter(self.cells["kind"])

    def counts_by(self, column: str) -> pd.DataFrame:
        """How many cells changed, were added and are gone, for each `topic` or `status`."""
        return pd.crosstab(self.cells[column].replace("", "(none)"), self.cells["kind"])

    def largest(self, count: int = LARGEST) -> pd.DataFrame:
        """Return the cells whose number changed most."""
        order = self.cells["difference"].abs().sort_values(ascending=False, kind="stable").dropna().index
        return self.cells.loc[order[:count]]


def compare(older: Snapshot, newer: Snapshot) -> Revision:
    """Compare two versions of a table, both verified."""
    old, new = older.read(), newer.read()
    keys = [key for key in new.dimensions if key in old.dimensions]
    old_cells, new_cells = _cells(old, keys), _cells(new, keys)
    both = old_cells.merge(new_cells, on=[*keys, "key"], how="outer", suffixes=("_old", "_new"), indicator=True)
    kind = both["_merge"].map({"left_only": "gone", "right_only": "added", "both": "changed"}).astype(str)
    is_other = ~(both["_merge"].eq("both") & both["text_old"].eq(both["text_new"]))
    differing = both[is_other].reset_index(drop=True)
    titles = {topic.key: str(topic) for raw in (old, new) for topic in topics(raw.properties)}
    status = {str(row["Key"]).strip(): str(row.get("Status") or "").strip() for row in new.dimensions.get(_period(new), [])}
    numbers = {side: pd.to_numeric(differing[f"text_{side}"], errors="coerce") for side in ("old", "new")}
    cells = pd.DataFrame(
        {
            **{key: differing[key] for key in keys},
            "topic": differing["key"].map(titles),
            "status": differing[_period(new)].map(status).fillna("") if _period(new) in keys else "",
            "kind": kind[is_other].to_numpy(),
            "old": differing["text_old"].fillna(""),
            "new": differing["text_new"].fillna(""),
            "difference": numbers["new"] - numbers["old"],
        }
    )
    return Revision(older, newer, int(both["_merge"].eq("both").sum()), cells)


def revisions(raw_folder: Path, identifier: str | None = None) -> list[Revision]:
    """Return, for each stored table (or one) with two versions of one service and one selection, how the newest two differ."""
    found = []
    for table_folder in sorted({path.parent.parent for path in raw_folder.glob(f"*/*/*/{MANIFEST}")}):
        if identifier is not None and table_folder.name.lower() != identifier.lower():
            continue
        store = SnapshotStore(table_folder.parent)
        by_kind: dict[tuple[str, str | None], list[Snapshot]] = {}
        for snapshot in store.all_versions(table_folder.name):
            by_kind.setdefault((snapshot.manifest["origin"], snapshot.manifest["filter"]), []).append(snapshot)
        found += [compare(*versions[-2:]) for versions in by_kind.values() if len(versions) > 1]
    return found


def describe(revision: Revision) -> str:
    """Return what changed as text for a terminal."""
    manifest, counts = revision.newer.manifest, revision.counts
    lines = [
        f"{manifest['table']} {manifest['title']} ({manifest['origin']})",
        f"  {revision.older.folder.name} -> {revision.newer.folder.name}: {revision.compared} cells compared, "
        f"{counts['changed']} changed, {counts['added']} added, {counts['gone']} gone",
    ]
    if revision.is_unannounced:
        lines.append(f"  NOTE: figures changed under the same date of publication, {manifest['modified']}")
    lines += [f"  {change}" for change in manifest["schema_changes"]]
    for by in ("topic", "status"):
        if len(revision.cells):
            lines.append(f"  by {by}:")
            lines += [f"    {line}" for line in revision.counts_by(by).to_string(index_names=False).splitlines()]
    largest = revision.largest()
    if len(largest):
        lines += ["  largest changes:", *(f"    {line}" for line in largest.to_string(index=False).splitlines())]
    return "\n".join(lines)


def _cells(raw: RawTable, keys: list[str]) -> pd.DataFrame:
    """The table with one row for each cell: dimension codes, key of the topic, text."""
    names = [topic.key for topic in topics(raw.properties)]
    long = raw.data[[*keys, *names]].melt(id_vars=keys, value_vars=names, var_name="key", value_name="text")
    return long.assign(**{name: long[name].str.strip() for name in [*keys, "text"]})


def _period(raw: RawTable) -> str:
    return next((row["Key"] for row in raw.properties if row["Type"] == "TimeDimension"), "")
