"""Our fetch of a table into the store, all checks on, against plain cbsodata and pandas; and the panel from what is stored.

`make bench`. Both fetch the same made-up table whole from the embedded StatLine, which runs in a process of its own: 85097NED
(few rows, many columns), and 85100NED and 84135NED at the size of CBS's own (1.4 and 2.6 million rows). Every fetch is a new
process that imports what it needs and nothing else; the two take turns, so that whatever else the machine does meets both.
Time runs from the first request to the file on disk, without imports; memory is the highest of the whole process, and above
what it takes once all is imported. The panel is built from all tables of the default made-up country, read from the store.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLES = {"85097NED": 5, "85100NED": 2, "84135NED": 2}
"""Pairs of fetches of each table."""
KINDS = {"ours": "wijkanalyse, all checks", "plain": "cbsodata + pandas"}
PANEL_SECONDS = 5.0


def serve(table: str) -> None:
    """Serve one table of the whole made-up country at full size until the input closes."""
    from wijkanalyse.example import StatLineServer, World, make_tables

    with StatLineServer([each for each in make_tables(World(), full_size=True) if each.identifier == table]) as server:
        print(server.catalog_url, flush=True)
        sys.stdin.read()


def fetch_ours(address: str, table: str) -> dict[str, float]:
    """Fetch a table with our client and store it."""
    from wijkanalyse.statline.client import StatLineClient
    from wijkanalyse.statline.snapshots import SnapshotStore

    imported = _peak()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        raw = StatLineClient(address, use_https=False).fetch(table)
        rows = SnapshotStore(Path(folder)).store(raw, f"http://{address}", "embedded example").manifest["row_count"]
        return _measured(rows, began, imported)


def fetch_plain(address: str, table: str) -> dict[str, float]:
    """Fetch a table as the manual of cbsodata says, and write it as Parquet."""
    import cbsodata
    import pandas as pd

    imported = _peak()
    cbsodata.options.use_https = False
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        frame = pd.DataFrame(cbsodata.get_data(table, catalog_url=address))
        frame.to_parquet(Path(folder) / "data.parquet")
        return _measured(len(frame), began, imported)


def _measured(rows: int, began: float, imported: float) -> dict[str, float]:
    return {"rows": rows, "seconds": time.perf_counter() - began, "peak": _peak(), "above": _peak() - imported}


def _peak() -> float:
    """Highest memory of this process so far, in MB (ru_maxrss: KiB on Linux, bytes on macOS)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def compare(table: str, pairs: int) -> None:
    """Let both fetch in turn and print the medians and their ratios."""
    this = [sys.executable, __file__]
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    server = subprocess.Popen([*this, "--serve", table], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(kind: str) -> dict[str, float]:
        done = subprocess.run([*this, "--fetch", kind, address, table], check=True, capture_output=True, text=True)
        figures: dict[str, float] = json.loads(done.stdout)
        return figures

    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        # the first answers make the service write its columns as text: that is no part of either
        run("ours")
        for number in range(pairs):
            for kind in list(KINDS) if number % 2 else list(KINDS)[::-1]:
                found[kind].append(run(kind))
    finally:
        server.communicate("")
    middle = {kind: {name: statistics.median(run[name] for run in runs) for name in runs[0]} for kind, runs in found.items()}
    ours, plain = middle["ours"], middle["plain"]
    print(f"{table}, {ours['rows']:.0f} rows, medians of {pairs}")
    for kind, label in KINDS.items():
        figures = middle[kind]
        print(
            f"  {label:24} {figures['rows'] / figures['seconds']:9.0f} rows/s {figures['seconds']:6.2f} s   "
            f"peak {figures['peak']:5.0f} MB, {figures['above']:5.0f} MB above imports"
        )
    print(f"  speed ratio  {plain['seconds'] / ours['seconds']:.2f} (demanded: at least 1)")
    print(
        f"  memory ratio {ours['peak'] / plain['peak']:.2f} of the whole process (demanded: at most 0.5), "
        f"{ours['above'] / plain['above']:.2f} above imports",
        flush=True,
    )


def panel(times: int) -> None:
    """Build the panel from stored tables and print how long it took."""
    from wijkanalyse.config import Example, Panel, StatLine
    from wijkanalyse.files import write_json
    from wijkanalyse.panel.build import build_panel
    from wijkanalyse.statline.run import RunTables
    from wijkanalyse.statline.source import fetch_tables
    from wijkanalyse.statline.tables import read_tables

    register = read_tables(ROOT / "config/tables.yaml")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_json(fetch_tables(register, StatLine(source="example"), Example(), folder), folder / "statline.json")
        seconds = []
        for _ in range(times):
            began = time.perf_counter()
            tables = RunTables(folder / "statline.json", folder)
            built = build_panel(tables.read, register, Panel(), tables.source)
            seconds.append(time.perf_counter() - began)
    print(
        f"panel from raw: {len(built.cells)} cells, {statistics.median(seconds):.1f} s, median of {times} "
        f"(demanded: under {PANEL_SECONDS:g} s)"
    )


def main() -> None:
    """Run everything, or one of its parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", choices=TABLES, help="only this table")
    parser.add_argument("--pairs", type=int, help="pairs of fetches of each table")
    parser.add_argument("--panel", action="store_true", help="only the panel")
    parser.add_argument("--serve", metavar="TABLE", help="part of the comparison: serve a table")
    parser.add_argument("--fetch", nargs=3, metavar=("KIND", "ADDRESS", "TABLE"), help="part of the comparison: fetch once")
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve)
    elif chosen.fetch:
        kind, address, table = chosen.fetch
        print(json.dumps((fetch_ours if kind == "ours" else fetch_plain)(address, table)))
    else:
        for table in [] if chosen.panel else [chosen.table] if chosen.table else TABLES:
            compare(table, chosen.pairs or TABLES[table])
        if not chosen.table:
            panel(3)


if __name__ == "__main__":
    main()
