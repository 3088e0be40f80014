"""Compare the tables of the run with the versions stored before, and the contrasts on both."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Config
from wijkanalyse.effects.contrasts import Estimates
from wijkanalyse.effects.revised import Revised, RevisedContrasts
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job
from wijkanalyse.revisions import describe_revisions, effect_of_revisions, older_versions
from wijkanalyse.statline.run import RunTables
from wijkanalyse.statline.tables import read_tables

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        raw = Path(snakemake.params.raw)
        tables = RunTables(Path(snakemake.input.register), raw)
        pairs = older_versions(tables, raw)
        effect = effect_of_revisions(
            pairs,
            tables,
            register=read_tables(Path(snakemake.input.tables)),
            config=Config(**snakemake.params.config),
            estimates=read_table(Path(snakemake.input.estimates), Estimates),
        )
        write_table(describe_revisions(pairs, tables.source), Path(snakemake.output.revised), Revised)
        write_table(effect, Path(snakemake.output.contrasts), RevisedContrasts)
