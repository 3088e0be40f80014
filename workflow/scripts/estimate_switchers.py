"""Follow the municipalities that became active."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Classification, Inference
from wijkanalyse.effects.estimands import read_estimands
from wijkanalyse.effects.results import Switchers, TrendBounds
from wijkanalyse.effects.switching import estimate_switchers
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job
from wijkanalyse.panel.schemas import Panel, PanelLong

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        switchers, bounds = estimate_switchers(
            panel=read_table(Path(snakemake.input.panel), Panel),
            long=read_table(Path(snakemake.input.long), PanelLong),
            choices=Classification(**snakemake.params.classification),
            baseline=read_estimands(Path(snakemake.input.estimands)).baseline,
            inference=Inference(**snakemake.params.inference),
        )
        write_table(switchers, Path(snakemake.output.switchers), Switchers)
        write_table(bounds, Path(snakemake.output.bounds), TrendBounds)
