"""Count the specifications of the multiverse and draw those that are computed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.effects.multiverse.declaration import read_declaration
from wijkanalyse.effects.multiverse.figures import figures_of
from wijkanalyse.effects.multiverse.schemas import Declared, Sizes
from wijkanalyse.effects.multiverse.specifications import declare
from wijkanalyse.files import write_table
from wijkanalyse.jobs import job

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        declaration = read_declaration(Path(snakemake.input.declaration))
        declared, sizes = declare(declaration, figures_of(snakemake.input, snakemake.params.boundaries))
        write_table(declared, Path(snakemake.output.declared), Declared, csv=False)
        write_table(sizes, Path(snakemake.output.sizes), Sizes)
