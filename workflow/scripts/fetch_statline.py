"""Fetch every table of the register, from one source."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Example, StatLine
from wijkanalyse.files import write_json
from wijkanalyse.jobs import job
from wijkanalyse.statline.source import fetch_tables
from wijkanalyse.statline.tables import read_tables

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        run = fetch_tables(
            register=read_tables(Path(snakemake.input.tables)),
            statline=StatLine(**snakemake.params.statline),
            example=Example(**snakemake.params.example),
            raw_folder=Path(snakemake.params.raw),
        )
        write_json(run, Path(snakemake.output.register))
