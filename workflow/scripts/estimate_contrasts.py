"""Estimate the contrasts between active and not active municipalities."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.classification import Classified
from wijkanalyse.config import Contrast, Inference
from wijkanalyse.effects.contrasts import Estimates, Observations, estimate_contrasts
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job
from wijkanalyse.panel.schemas import Panel

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        estimates, observations = estimate_contrasts(
            panel=read_table(Path(snakemake.input.panel), Panel),
            classification=read_table(Path(snakemake.input.classification), Classified),
            contrasts={name: Contrast(**values) for name, values in snakemake.params.contrasts.items()},
            forms=snakemake.params.forms,
            inference=Inference(**snakemake.params.inference),
        )
        write_table(estimates, Path(snakemake.output.estimates), Estimates)
        write_table(observations, Path(snakemake.output.observations), Observations)
