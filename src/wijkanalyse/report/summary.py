"""What a person is told when a run has ended."""

from __future__ import annotations

import json
from pathlib import Path


def describe_run(folder: Path = Path()) -> str:
    """Return where the report is and which figures it rests on, for the project in `folder`; empty before there is one."""
    reports = {kind: folder / "reports" / f"wijkteams.{kind.lower()}" for kind in ("HTML", "PDF")}
    path = folder / "data/processed/statline.json"
    if not all(file.is_file() for file in (path, *reports.values())):
        return ""
    register = json.loads(path.read_text(encoding="utf-8"))
    lines = [f"  {kind:6} {report}, in English {report.stem}.en{report.suffix}" for kind, report in reports.items()]
    lines.append(f"  lookup {folder / 'reports' / 'gemeenten.html'}, every municipality by itself")
    newest = max(str(table["modified"]) for table in register["tables"].values())[:10]
    lines.append(f"  source {register['source_text']}, {len(register['tables'])} tables, newest version {newest}")
    if register["source"] == "example":
        lines.append("         These figures are MADE UP. For CBS figures: see README, 'Real figures'.")
    return "\n".join(["The report is ready:", *lines])
