"""Say what the hand-coded sources say together."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkanalyse.classification import Classified
from wijkanalyse.config import Evidence, Inference
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job
from wijkanalyse.synthesis.results import CONTRACTS, synthesise

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        results = synthesise(
            records={path.stem: pd.read_parquet(path) for path in map(Path, snakemake.input.tables)},
            classification=read_table(Path(snakemake.input.classification), Classified),
            choices=Evidence(**snakemake.params.choices),
            inference=Inference(**snakemake.params.inference),
        )
        for path in map(Path, snakemake.output):
            write_table(results[path.stem], path, CONTRACTS[path.stem])
