"""Describe the run as a Workflow Run RO-Crate."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.files import write_json
from wijkanalyse.jobs import job
from wijkanalyse.provenance.crate import RunFiles, run_crate

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        given = snakemake.input
        files = RunFiles(
            evidence=[Path(path) for path in given.evidence],
            choices=[Path(path) for path in given.choices],
            reports=[Path(path) for path in given.reports],
            tables=[Path(path) for path in given.tables],
            code=[Path(path) for path in given.workflow],
        )
        register = json.loads(Path(given.register).read_text(encoding="utf-8"))
        write_json(run_crate(register, files, Path(given.evidence[0]).parents[1]), Path(snakemake.output.crate))
