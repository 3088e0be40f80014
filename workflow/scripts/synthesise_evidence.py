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
        records = {path.stem: pd.read_parquet(path) for path in Path(snakemake.params.evidence).glob("*.parquet")}
        surveys, published = records["client_surveys"], records["published_figures"]
        select = {"populations": choices.populations, "include_precision": choices.precision}
        results = {
            "indicators": pool_client_indicators(surveys, published, **select),
            "surveys": survey_values(surveys, **select),
            "themes": theme_prevalence(records["annual_reports"], published, source_level=choices.report_level),
            "polls": poll_series(records["municipal_polls"]),
            "studies": direction_table(records["local_studies"]),
        }
        for name, frame in results.items():
            write_frame(frame, Path(snakemake.output[name]))
