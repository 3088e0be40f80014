"""Classify municipalities as active or not."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.classification import ActivityByYear, Classified, activity_by_year, classify
from wijkanalyse.config import Classification
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job
from wijkanalyse.panel.schemas import Panel, PanelLong

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        panel = read_table(Path(snakemake.input.panel), Panel)
        long = read_table(Path(snakemake.input.long), PanelLong)
        choices = Classification(**snakemake.params.choices)
        write_table(classify(panel, long, choices), Path(snakemake.output.classification), Classified)
        write_table(activity_by_year(panel, long, choices), Path(snakemake.output.by_year), ActivityByYear)
