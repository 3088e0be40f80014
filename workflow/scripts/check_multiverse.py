"""Bring the chunks of the multiverse together and hold a random sample against statsmodels."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.effects.multiverse.declaration import read_declaration
from wijkanalyse.effects.multiverse.figures import figures_of
from wijkanalyse.effects.multiverse.gathering import whole
from wijkanalyse.effects.multiverse.reference import check_sample
from wijkanalyse.effects.multiverse.schemas import Checked, Declared, Specifications
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        declaration = read_declaration(Path(snakemake.input.declaration))
        chunks = (read_table(Path(path), Specifications) for path in snakemake.input.estimates)
        specifications = whole(read_table(Path(snakemake.input.declared), Declared), chunks)
        figures = figures_of(snakemake.input, snakemake.params.boundaries)
        checked = check_sample(declaration, figures, specifications)
        write_table(specifications, Path(snakemake.output.specifications), Specifications)
        write_table(checked, Path(snakemake.output.reference), Checked)
