"""Try the estimators on one chunk of the made-up countries of a scenario."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.files import write_table
from wijkanalyse.jobs import job
from wijkanalyse.validation.estimators import estimators_named
from wijkanalyse.validation.recovery import Results, run_recovery
from wijkanalyse.validation.scenarios import scenario_named
from wijkanalyse.validation.studies import part

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        study = snakemake.params.study
        results = run_recovery(
            estimators_named(study["estimators"]),
            scenario_named(snakemake.wildcards.scenario),
            part(study["replications"], snakemake.params.chunk, study["chunks"]),
            study["seed"],
        )
        write_table(results, Path(snakemake.output.results), Results, csv=False)
