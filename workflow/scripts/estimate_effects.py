"""Estimate the declared effects, and how the groups differed before."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Classification, Inference
from wijkanalyse.effects.estimands import check_variables, read_estimands
from wijkanalyse.effects.estimate import compare_groups_before, estimate_effects
from wijkanalyse.effects.results import Balance, Effects, Overlap
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job
from wijkanalyse.panel.schemas import Panel, PanelLong

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        panel = read_table(Path(snakemake.input.panel), Panel)
        long = read_table(Path(snakemake.input.long), PanelLong)
        estimands = read_estimands(Path(snakemake.input.estimands))
        check_variables(estimands, list(panel.columns))
        choices = Classification(**snakemake.params.classification)
        effects = estimate_effects(panel, long, estimands, choices, Inference(**snakemake.params.inference))
        balance, overlap = compare_groups_before(panel, long, estimands, choices)
        write_table(effects, Path(snakemake.output.effects), Effects)
        write_table(balance, Path(snakemake.output.balance), Balance)
        write_table(overlap, Path(snakemake.output.overlap), Overlap)
