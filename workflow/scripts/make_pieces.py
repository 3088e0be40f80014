"""Draw the figures and make the tables that the report includes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.files import write_table
from wijkanalyse.jobs import job
from wijkanalyse.report.claims import Claims
from wijkanalyse.report.pieces import make_pieces

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        printed = make_pieces(
            files={name: Path(path) for name, path in snakemake.input.items() if name != "code"},
            config=snakemake.params.config,
            folder=Path(snakemake.output.others[0]).parents[1],  # above the folders of the languages
        )
        write_table(printed, Path(snakemake.output.printed), Claims)
