"""Make the page of all municipalities."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.classification import Classified
from wijkanalyse.config import Classification
from wijkanalyse.config import Panel as PanelChoices
from wijkanalyse.files import read_table, write_text
from wijkanalyse.jobs import job
from wijkanalyse.panel.schemas import Panel, PanelLong
from wijkanalyse.report.municipal import make_page

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        page = make_page(
            panel=read_table(Path(snakemake.input.panel), Panel),
            long=read_table(Path(snakemake.input.long), PanelLong),
            classification=read_table(Path(snakemake.input.classification), Classified),
            run=json.loads(Path(snakemake.input.register).read_text(encoding="utf-8")),
            choices=Classification(**snakemake.params.classification),
            panel_choices=PanelChoices(**snakemake.params.panel),
            sources={Path(path).name: Path(path).read_text(encoding="utf-8") for path in snakemake.input.sources},
        )
        write_text(page, Path(snakemake.output.page))
