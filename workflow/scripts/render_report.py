"""Render the report as HTML and PDF."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wijkanalyse.config import Config
from wijkanalyse.files import read_table
from wijkanalyse.jobs import job
from wijkanalyse.report.build import build_report
from wijkanalyse.report.claims import Claims

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        build_report(
            text=Path(snakemake.input.text),
            sections=[Path(section) for section in snakemake.input.sections],
            claims=read_table(Path(snakemake.input.claims), Claims),
            printed=read_table(Path(snakemake.input.printed), Claims),
            config=Config(**snakemake.params.config),
            html=Path(snakemake.output.html),
            pdf=Path(snakemake.output.pdf),
            renderer=snakemake.params.renderer,
            language=snakemake.params.language,
        )
