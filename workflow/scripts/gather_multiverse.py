"""Judge the multiverse as a whole and take it apart by choice."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkanalyse.effects.multiverse import schemas
from wijkanalyse.effects.multiverse.declaration import read_declaration
from wijkanalyse.effects.multiverse.figures import figures_of
from wijkanalyse.effects.multiverse.gathering import gather
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        gathered = gather(
            declaration=read_declaration(Path(snakemake.input.declaration)),
            figures=figures_of(snakemake.input, snakemake.params.boundaries),
            specifications=read_table(Path(snakemake.input.specifications), schemas.Specifications),
            permuted=[read_table(Path(path), schemas.Permuted) for path in snakemake.input.permuted],
            published_figures=pd.read_parquet(snakemake.input.published),
        )
        for name, contract in gathered.contracts.items():
            write_table(getattr(gathered, name), Path(snakemake.output[name]), contract)
