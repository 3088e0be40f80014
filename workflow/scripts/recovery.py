"""Judge the estimators by what is true in the made-up countries, and write it down."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkanalyse.files import read_table
from wijkanalyse.jobs import job
from wijkanalyse.validation.recovery import Results, summarise
from wijkanalyse.validation.studies import EstimatorStudy
from wijkanalyse.validation.table import write_recovery

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        results = pd.concat([read_table(Path(path), Results) for path in snakemake.input.results], ignore_index=True)
        study = EstimatorStudy.model_validate(snakemake.params.study)
        write_recovery(summarise(results), study, Path(snakemake.output.csv), Path(snakemake.output.text))
