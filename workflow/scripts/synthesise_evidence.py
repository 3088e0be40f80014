"""Say what the hand-coded sources say together."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkanalyse.config import Evidence
from wijkanalyse.files import write_frame
from wijkanalyse.jobs import job
from wijkanalyse.synthesis import direction_table, poll_series, pool_client_indicators, survey_values, theme_prevalence

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        choices = Evidence(**snakemake.params.choices)
        records = {path.stem: pd.read_parquet(path) for path in map(Path, snakemake.input.tables)}
        surveys, published = records["client_surveys"], records["published_figures"]
        population, precision = choices.populations, choices.precision
        results = {
            "indicators": pool_client_indicators(surveys, published, populations=population, include_precision=precision),
            "surveys": survey_values(surveys, populations=population, include_precision=precision),
            "themes": theme_prevalence(records["annual_reports"], published, source_level=choices.report_level),
            "polls": poll_series(records["municipal_polls"]),
            "studies": direction_table(records["local_studies"]),
        }
        for name, frame in results.items():
            write_frame(frame, Path(snakemake.output[name]))
