"""Gathering all claims of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import pandas as pd

from wijkanalyse.classification import Classified
from wijkanalyse.config import Config
from wijkanalyse.effects.contrasts import Estimates
from wijkanalyse.files import read_table
from wijkanalyse.panel.schemas import Panel
from wijkanalyse.report.claims import effectiveness, evidence, municipalities, run
from wijkanalyse.report.claims.ledger import as_frame


def collect_claims(files: Mapping[str, Path], evidence_folder: Path, raw_folder: Path, config: Config) -> pd.DataFrame:
    """Return the ledger (`Claims`) of the run.

    `files` names the register, panel, classification, estimates, indicators, themes, polls and studies; the checked evidence
    lies in `evidence_folder`. For made-up figures the truth that was put in is read from `raw_folder`.
    """
    register = json.loads(files["register"].read_text(encoding="utf-8"))
    panel = read_table(files["panel"], Panel)
    classification = read_table(files["classification"], Classified)
    estimates = read_table(files["estimates"], Estimates)
    records = {path.stem: pd.read_parquet(path) for path in sorted(evidence_folder.glob("*.parquet"))}
    key_figures = ", ".join(name for name in register["tables"] if name in ("84134NED", "85099NED"))
    all_tables = ", ".join(register["tables"])
    claims = [
        run.origin(register),
        effectiveness.published_pairs(records["published_figures"]),
        effectiveness.contrasts(estimates, all_tables),
        municipalities.counts(classification, key_figures),
        municipalities.choices(config, panel, key_figures),
        evidence.indicators(pd.read_parquet(files["indicators"])),
        evidence.themes(pd.read_parquet(files["themes"])),
        evidence.polls(pd.read_parquet(files["polls"])),
        evidence.studies(pd.read_parquet(files["studies"])),
        evidence.published_figures(records["published_figures"]),
        evidence.record_counts(records),
    ]
    if "truth" in register:
        truth = json.loads((raw_folder / register["truth"]).read_text(encoding="utf-8"))
        claims.append(run.truth(truth["settings"]))
    return as_frame(chain.from_iterable(claims), str(register["source_text"]))
