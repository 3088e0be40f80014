"""Try the joint test of the multiverse on one chunk of the made-up countries of a scenario."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.effects.multiverse.declaration import read_declaration
from wijkanalyse.files import write_table
from wijkanalyse.jobs import job
from wijkanalyse.validation.joint_test import CountryTests, run_joint_tests
from wijkanalyse.validation.scenarios import scenario_named
from wijkanalyse.validation.studies import part

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        study = snakemake.params.study
        results = run_joint_tests(
            read_declaration(Path(snakemake.input.declaration)),
            scenario_named(snakemake.wildcards.scenario),
            part(snakemake.params.replications, snakemake.params.chunk, study["chunks"]),
            study["seed"],
            study["specifications"],
            study["permutations"],
        )
        write_table(results, Path(snakemake.output.results), CountryTests, csv=False)
