"""Check the hand-coded records and write them as typed tables."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.evidence import load_evidence, write_tidy
from wijkanalyse.jobs import job

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        raw, processed = Path(snakemake.input.records[0]).parent, Path(snakemake.output.tables[0]).parent
        write_tidy(load_evidence(raw), processed)
