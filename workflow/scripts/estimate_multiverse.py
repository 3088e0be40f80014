"""Estimate one chunk of the specifications of the multiverse."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.effects.multiverse.declaration import read_declaration
from wijkanalyse.effects.multiverse.figures import figures_of
from wijkanalyse.effects.multiverse.gathering import chunk_of
from wijkanalyse.effects.multiverse.schemas import Declared, Specifications
from wijkanalyse.effects.multiverse.specifications import estimate
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        declaration = read_declaration(Path(snakemake.input.declaration))
        declared = read_table(Path(snakemake.input.declared), Declared)
        chunk = chunk_of(declared, snakemake.params.chunk, declaration.chunks.estimates)
        estimates = estimate(declaration, figures_of(snakemake.input, snakemake.params.boundaries), chunk)
        write_table(estimates, Path(snakemake.output.estimates), Specifications, csv=False)
