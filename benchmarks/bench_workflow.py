"""How long a researcher waits: the whole line cold, with nothing to do, and after a change of the text: `make bench`.

In a copy of this checkout, on the made-up country at full size, with the environment that is active: set-up is not counted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEMANDED = {"cold": 180.0, "nothing to do": 4.0, "text changed": 15.0}
"""Seconds on two cores."""


def copy(folder: Path) -> None:
    """Copy what is, or is about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    subprocess.run(
        ["tar", "--null", "--files-from=-", "-cf", str(folder.with_suffix(".tar"))],
        cwd=ROOT, input=listed.stdout, text=True, check=False,
    )  # fmt: skip
    folder.mkdir()
    subprocess.run(["tar", "-xf", str(folder.with_suffix(".tar"))], cwd=folder, check=True)


def seconds(folder: Path, cores: int) -> float:
    """Wall time of one run of the workflow."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--config", "statline={source: example}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return time.perf_counter() - began


def main() -> None:
    """Run the line three times and print how long each took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cores", type=int, default=2)
    cores = parser.parse_args().cores
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "wijkanalyse"
        copy(folder)
        found = {"cold": seconds(folder, cores), "nothing to do": seconds(folder, cores)}
        text = folder / "reports" / "nl" / "_conclusies.qmd"
        text.write_text(text.read_text(encoding="utf-8") + "\nEen zin erbij.\n", encoding="utf-8")
        found["text changed"] = seconds(folder, cores)
    print(f"the whole line on {cores} cores")
    for name, taken in found.items():
        print(f"  {name:14} {taken:6.1f} s (demanded: under {DEMANDED[name]:g} s)")


if __name__ == "__main__":
    main()
