"""Build the municipality x year panel from the tables of the run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.files import write_table
from wijkanalyse.jobs import job
from wijkanalyse.panel.build import build_panel
from wijkanalyse.panel.schemas import Cells, Checks, Panel, PanelLong
from wijkanalyse.statline.run import RunTables
from wijkanalyse.statline.tables import read_tables

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        tables = RunTables(Path(snakemake.input.register), Path(snakemake.params.raw))
        built = build_panel(
            read=tables.read,
            register=read_tables(Path(snakemake.input.tables)),
            choices=PanelChoices(**snakemake.params.choices),
            source=tables.source,
            read_previous=tables.read_previous,
        )
        write_table(built.cells, Path(snakemake.output.cells), Cells, csv=False)
        write_table(built.long, Path(snakemake.output.long), PanelLong, csv=False)
        write_table(built.wide, Path(snakemake.output.panel), Panel)
        write_table(built.checks, Path(snakemake.output.checks), Checks)
