"""Estimate the primary effects again under every other choice."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Classification, Inference
from wijkanalyse.effects.estimands import check_variables, read_estimands
from wijkanalyse.effects.results import Curves, Sensitivity
from wijkanalyse.effects.sensitivity import probe_sensitivity
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job
from wijkanalyse.panel.schemas import Panel, PanelLong

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        panel = read_table(Path(snakemake.input.panel), Panel)
        estimands = read_estimands(Path(snakemake.input.estimands))
        check_variables(estimands, list(panel.columns))
        sensitivity, curves = probe_sensitivity(
            panel=panel,
            long=read_table(Path(snakemake.input.long), PanelLong),
            estimands=estimands,
            choices=Classification(**snakemake.params.classification),
            inference=Inference(**snakemake.params.inference),
        )
        write_table(sensitivity, Path(snakemake.output.sensitivity), Sensitivity)
        write_table(curves, Path(snakemake.output.curves), Curves)
