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
        tables = load_evidence(raw)
        # a municipality's own records are checked with the others, and written by the rules that use them
        write_tidy({path.stem: tables[path.stem] for path in map(Path, snakemake.output.tables)}, processed)
