"""The table of how the estimators did, for people to read and for programs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse import __version__
from wijkanalyse.files import replacing, write_text
from wijkanalyse.frames import rows
from wijkanalyse.validation.scenarios import Scenario

_HEADER = (
    "estimator",
    "question",
    "unit",
    "truth",
    "mean",
    "bias",
    "spread",
    "reported SE",
    "coverage %",
    "rejects %",
    "no number %",
)
_DECIMALS = {"days": 1, "percentage points": 2, "log ratio": 3}


def write_recovery(summary: pd.DataFrame, scenarios: Mapping[str, Scenario], seed: int, folder: Path) -> list[Path]:
    """Write `summary` (`recovery.Summary`) as recovery.csv and recovery.md into `folder`; return both paths."""
    csv, markdown = folder / "recovery.csv", folder / "recovery.md"
    with replacing(csv) as temporary:
        summary.to_csv(temporary, index=False, lineterminator="\n", float_format="%.6g")
    write_text(as_markdown(summary, scenarios, seed), markdown)
    return [csv, markdown]


def as_markdown(summary: pd.DataFrame, scenarios: Mapping[str, Scenario], seed: int) -> str:
    """Return the table in words and Markdown, one part per scenario."""
    replications = int(summary["replications"].max())
    lines = [
        "# Do the methods find what is there?",
        "",
        f"{replications} made-up countries per scenario, seed {seed}, wijkanalyse {__version__}, {_commit()}.",
        "All columns are in recovery.csv. Made again by",
        "",
        f"    python -m wijkanalyse.validation --replications {replications} --seed {seed} \\",
        f"      --estimators {' '.join(summary['estimator'].unique())} \\",
        f"      --scenarios {' '.join(scenarios)}",
        "",
        "The truth is what the effects of the teams do to the very comparison that is estimated: its value on the expected",
        "figures of the country, minus that of the same country without the effects. Relabelling and late deliveries are no",
        "effects.",
        "",
        "- bias: mean of estimate minus truth; ± is its Monte Carlo standard error.",
        "- spread: standard deviation of estimate minus truth, to be compared with the mean reported standard error.",
        "- coverage: 95 % intervals that hold the truth, wanted 93 to 97 %; ± Monte Carlo error.",
        "- rejects: 95 % intervals without zero. **Where the truth is nil these are wrong findings**, wanted 3 to 7 %;",
        "  elsewhere they are the power.",
        "",
        "How much municipalities, youth regions and counts vary by chance is in `wijkanalyse/example/chance.py`, with reasons.",
    ]
    for scenario in scenarios.values():
        found = summary[summary["scenario"].eq(scenario.name)]
        lines += ["", f"## {scenario.name}", "", f"{scenario.words[:1].upper()}{scenario.words[1:]}.", "", *_table(found)]
    return "\n".join(lines) + "\n"


def _table(found: pd.DataFrame) -> Iterable[str]:
    yield _line(_HEADER)
    yield _line(["---", "---", "---", *["---:"] * (len(_HEADER) - 3)])
    for row in rows(found):
        digits = _DECIMALS.get(row.unit, 3)
        yield _line(
            [
                row.estimator,
                row.question or f"(all) {row.why}",
                row.unit,
                f"{row.truth:.{digits}f}",
                f"{row.mean:.{digits}f}",
                f"{row.bias:.{digits}f} ± {row.bias_error:.{digits}f}",
                f"{row.empirical_se:.{digits}f}",
                f"{row.mean_se:.{digits}f}",
                _share(row.coverage, row.coverage_error),
                _share(row.rejection, row.rejection_error),
                f"{100 * row.without_number:.0f}" + (f" ({row.why})" if row.why and row.question else ""),
            ]
        )


def _share(value: float, error: float) -> str:
    return f"{100 * value:.0f} ± {100 * error:.1f}"


def _line(cells: Iterable[Any]) -> str:
    # a bar within a cell would begin another one
    return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in cells) + " |"


def _commit() -> str:
    """The commit of this checkout, marked when files were changed since."""
    command = ["git", "describe", "--always", "--dirty=-changed"]
    try:
        answer = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return "outside version control"
    return f"commit {answer.stdout.strip()}"
