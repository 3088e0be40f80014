"""Value the business cases: those found on pages, and a municipality's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkanalyse.config import BusinessCases, Inference
from wijkanalyse.evidence import load_own, write_tidy
from wijkanalyse.files import write_table
from wijkanalyse.jobs import job
from wijkanalyse.synthesis.business_cases import value_business_cases
from wijkanalyse.synthesis.business_tables import CONTRACTS

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        files = [Path(path) for path in snakemake.input.own]
        own = load_own("own_business_cases", files[0] if files else None)
        write_tidy({"own_business_cases": own}, Path(snakemake.output.own).parent)
        results = value_business_cases(
            cases=pd.read_parquet(snakemake.input.cases),
            own=own,
            choices=BusinessCases(**snakemake.params.choices),
            inference=Inference(**snakemake.params.inference),
        )
        for path in map(Path, snakemake.output[1:]):
            write_table(results[path.stem], path, CONTRACTS[path.stem])
