"""Judge the joint test of the multiverse by what is true in the made-up countries, and write it down."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkanalyse.files import read_table
from wijkanalyse.jobs import job
from wijkanalyse.validation.joint_test import CountryTests, rejections
from wijkanalyse.validation.joint_test_table import write_rejections
from wijkanalyse.validation.studies import JointTestStudy

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        results = pd.concat([read_table(Path(path), CountryTests) for path in snakemake.input.results], ignore_index=True)
        study = JointTestStudy.model_validate(snakemake.params.study)
        write_rejections(rejections(results), study, Path(snakemake.output.csv), Path(snakemake.output.text))
