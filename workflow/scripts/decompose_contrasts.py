"""Split the contrasts into what is counted and what differs within a form of help."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.classification import Classified
from wijkanalyse.config import Contrast, Inference
from wijkanalyse.effects.decomposition import decompose
from wijkanalyse.effects.results import Decomposition
from wijkanalyse.files import read_table, write_table
from wijkanalyse.jobs import job
from wijkanalyse.panel.schemas import Panel

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        parts = decompose(
            panel=read_table(Path(snakemake.input.panel), Panel),
            classification=read_table(Path(snakemake.input.classification), Classified),
            contrasts={name: Contrast(**values) for name, values in snakemake.params.contrasts.items()},
            inference=Inference(**snakemake.params.inference),
        )
        write_table(parts, Path(snakemake.output.decomposition), Decomposition)
