"""Our fetch of a table into the store, with all its checks, against plain cbsodata and pandas: `make bench`.

Both fetch the full-size made-up 85097NED from the embedded StatLine, which runs in a process of its own. Every fetch is a
new process; the two take turns, so that whatever else the machine does meets both. Time runs from the first request to the
file on disk, without imports; memory is the highest of the whole process, and above what it takes once all is imported.
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

TABLE = "85097NED"
KINDS = ("ours", "plain")


def serve(table: str) -> None:
    """Serve one table of the whole made-up country until the input closes."""
    from wijkanalyse.example import StatLineServer, World, make_tables

    with StatLineServer([each for each in make_tables(World()) if each.identifier == table]) as server:
        print(server.catalog_url, flush=True)
        sys.stdin.read()


def fetch(kind: str, address: str, table: str) -> None:
    """Fetch a table once and print rows, seconds and memory."""
    import cbsodata
    import pandas as pd

    from wijkanalyse.statline.client import StatLineClient
    from wijkanalyse.statline.snapshots import SnapshotStore

    imported = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        if kind == "ours":
            raw = StatLineClient(address, use_https=False).fetch(table)
            rows = SnapshotStore(Path(folder)).store(raw, f"http://{address}", "embedded example").manifest["row_count"]
        else:
            cbsodata.options.use_https = False
            frame = pd.DataFrame(cbsodata.get_data(table, catalog_url=address))
            frame.to_parquet(Path(folder) / "data.parquet")
            rows = len(frame)
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"rows": rows, "seconds": seconds, "peak": peak / 1024, "above": (peak - imported) / 1024}))


def compare(table: str, pairs: int) -> None:
    """Let both fetch in turn and print the medians and their ratios."""
    this = [sys.executable, __file__]
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    server = subprocess.Popen([*this, "--serve", table], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        # the first answers make the service write its columns as text: that is no part of either
        for number in range(pairs + 1):
            for kind in KINDS if number % 2 else KINDS[::-1]:
                done = subprocess.run([*this, "--fetch", kind, address, table], check=True, capture_output=True, text=True)
                if number:
                    found[kind].append(json.loads(done.stdout))
    finally:
        server.communicate("")
    middle = {kind: {name: statistics.median(run[name] for run in runs) for name in runs[0]} for kind, runs in found.items()}
    ours, plain = middle["ours"], middle["plain"]
    print(f"{table}, {ours['rows']:.0f} rows, {pairs} pairs, medians")
    for kind, label in {"ours": "wijkanalyse, all checks", "plain": "cbsodata + pandas"}.items():
        run = middle[kind]
        print(
            f"  {label:24} {run['rows'] / run['seconds']:9.0f} rows/s {run['seconds']:6.2f} s   "
            f"peak {run['peak']:5.0f} MB, {run['above']:5.0f} MB above imports"
        )
    print(f"  speed ratio  {plain['seconds'] / ours['seconds']:.2f} (demanded: at least 1)")
    print(
        f"  memory ratio {ours['peak'] / plain['peak']:.2f} of the whole process, {ours['above'] / plain['above']:.2f} above "
        "imports (demanded: at most 0.5)"
    )


def main() -> None:
    """Run the comparison, or one of its parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", default=TABLE)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--serve", metavar="TABLE", help="part of the comparison: serve a table")
    parser.add_argument("--fetch", nargs=3, metavar=("KIND", "ADDRESS", "TABLE"), help="part of the comparison: fetch once")
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve)
    elif chosen.fetch:
        fetch(*chosen.fetch)
    else:
        compare(chosen.table, chosen.pairs)


if __name__ == "__main__":
    main()
