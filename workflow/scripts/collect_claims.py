"""Collect every number that the report may use."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Config
from wijkanalyse.files import write_table
from wijkanalyse.jobs import job
from wijkanalyse.report.claims import Claims
from wijkanalyse.report.claims.collect import collect_claims

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        claims = collect_claims(
            files={name: Path(path) for name, path in snakemake.input.items() if name not in ("code", "evidence")},
            evidence=[Path(path) for path in snakemake.input.evidence],
            raw_folder=Path(snakemake.params.raw),
            config=Config(**snakemake.params.config),
            recovery=Path(snakemake.params.recovery["file"]),
        )
        write_table(claims, Path(snakemake.output.claims), Claims)
