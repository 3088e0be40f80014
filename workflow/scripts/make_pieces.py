"""Draw the figures and make the tables that the report includes."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from wijkanalyse.classification import Classified
from wijkanalyse.effects.contrasts import Estimates, Observations
from wijkanalyse.files import read_table
from wijkanalyse.jobs import job
from wijkanalyse.panel.schemas import Checks
from wijkanalyse.report.claims import Claims
from wijkanalyse.report.pieces import make_figures, make_tables

if TYPE_CHECKING:
    snakemake: Any

if __name__ == "__main__":
    with job(snakemake):
        files = {name: Path(path) for name, path in snakemake.input.items() if name != "code"}
        run = json.loads(files["register"].read_text(encoding="utf-8"))
        claims = read_table(files["claims"], Claims)
        indicators = pd.read_parquet(files["indicators"])
        mark, folder = run["source"] == "example", Path(snakemake.output.example).parent
        make_figures(
            claims=claims,
            classification=read_table(files["classification"], Classified),
            estimates=read_table(files["estimates"], Estimates),
            observations=read_table(files["observations"], Observations),
            indicators=indicators,
            themes=pd.read_parquet(files["themes"]),
            threshold_pct=snakemake.params.config["classification"]["threshold_pct"],
            mark=mark,
            folder=folder,
        )
        make_tables(claims, indicators, read_table(files["checks"], Checks), run, snakemake.params.config, mark, folder)
