"""Compute the curves of one chunk of the permutations."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.effects.multiverse.declaration import read_declaration
from wijkanalyse.effects.multiverse.figures import figures_of
from wijkanalyse.effects.multiverse.gathering import range_of
from wijkanalyse.effects.multiverse.permutations import permute
from wijkanalyse.effects.multiverse.schemas import Declared, Permuted
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        declaration = read_declaration(Path(snakemake.input.declaration))
        declared = read_table(Path(snakemake.input.declared), Declared)
        numbers = range_of(declaration.permutations.number, snakemake.params.chunk, declaration.chunks.permutations)
        figures = figures_of(snakemake.input, snakemake.params.boundaries)
        write_table(permute(declaration, figures, declared, numbers), Path(snakemake.output.permuted), Permuted, csv=False)
