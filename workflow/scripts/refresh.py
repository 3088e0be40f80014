"""Fetch every table of the register again; the next run then rests on the new versions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Example, StatLine
from wijkanalyse.jobs import job
from wijkanalyse.statline.source import fetch_tables
from wijkanalyse.statline.tables import read_tables

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        fetch_tables(
            register=read_tables(Path(snakemake.input.tables)),
            # refreshing is a question to the service: the made-up example is no answer to it
            statline=StatLine(**{**snakemake.params.statline, "source": "cbs"}),
            example=Example(),
            raw_folder=Path(snakemake.params.raw),
            refresh=True,
        )
        Path(snakemake.params.register).unlink(missing_ok=True)
