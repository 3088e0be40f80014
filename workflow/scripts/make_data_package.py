"""Describe the processed tables as a Frictionless data package, and keep the choices of the run beside them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Config
from wijkanalyse.files import write_json, write_text
from wijkanalyse.jobs import job
from wijkanalyse.provenance.datapackage import choices_yaml, data_package
from wijkanalyse.statline.tables import read_tables

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        write_text(choices_yaml(Config(**snakemake.params.config)), Path(snakemake.output.choices))
        package = data_package(
            tables=[Path(path) for path in snakemake.input.tables],
            others=[Path(snakemake.input.register), Path(snakemake.output.choices)],
            register=json.loads(Path(snakemake.input.register).read_text(encoding="utf-8")),
            variables=read_tables(Path(snakemake.input.variables)),
        )
        write_json(package, Path(snakemake.output.package))
