"""The evidence of a made-up run: real records, made-up surveys, and a municipality's own cases where a test wants them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from tests.synthesis.made_up import surveys
from wijkanalyse.config import BusinessCases, Config, Inference
from wijkanalyse.evidence import load_own
from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS
from wijkanalyse.files import write_table
from wijkanalyse.report.claims import Claims, as_frame, effectiveness
from wijkanalyse.report.claims.evidence import on_evidence
from wijkanalyse.report.pieces.context import Context
from wijkanalyse.synthesis.business_cases import value_business_cases
from wijkanalyse.synthesis.business_tables import CONTRACTS as BUSINESS
from wijkanalyse.synthesis.results import CONTRACTS

ROOT = Path(__file__).parents[2]
QUICK = Inference(draws=199)
OWN = load_own("own_business_cases", None)
GROUPS = pd.DataFrame(
    {
        "gm_code": [f"GM000{place}" for place in range(1, 9)],
        "group": ["active"] * 3 + ["not_active"] * 3 + [None] * 2,
        "source": "VOORBEELDCIJFERS (verzonnen, niet van CBS)",
    }
)


def made_up_surveys() -> pd.DataFrame:
    """Five places on every indicator, one of them without a number of respondents; of `helpend` two places only."""
    found: list[dict[str, Any]] = []
    for indicator, known in PUBLISHED_INDICATORS.items():
        for place in range(1, 3 if indicator == "helpend" else 6):
            value = 7 + 0.2 * place if known.unit == "grade" else 72 + 3 * place
            n = None if place == 5 else 100 * place
            survey = {"survey_id": f"CS{place}", "gm_code": f"GM000{place}", "gm_name": f"Plaats {place}"}
            found.append({**survey, "indicator": indicator, "value": value, "n": n})
    return surveys(*found)


def own_cases(*amounts: tuple[int, int]) -> pd.DataFrame:
    columns = {
        "case_id": [f"EIGEN-{case}" for case in range(1, len(amounts) + 1)],
        "level": "case",
        "approach": "wijkteam",
        "horizon": "1 year",
        "who_pays": "gemeente",
        "who_gains": "zorgverzekeraar",
        "cost_before_eur": [before for before, _ in amounts],
        "cost_wijkteam_eur": [after for _, after in amounts],
    }
    return pd.DataFrame(columns).reindex(columns=OWN.columns).astype(OWN.dtypes)


def valued(records: dict[str, pd.DataFrame], own: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return value_business_cases(records["business_case"], own, BusinessCases(), QUICK)


def context_of(
    folder: Path, tables: dict[str, pd.DataFrame], records: dict[str, pd.DataFrame], own: pd.DataFrame = OWN
) -> Context:
    """The tables and claims of a run, written into `folder` as the workflow does."""
    files = {}
    for name, frame in {**tables, **valued(records, own)}.items():
        files[name] = folder / f"{name}.parquet"
        write_table(frame, files[name], {**CONTRACTS, **BUSINESS}[name], csv=False)
    files["claims"], files["register"] = folder / "claims.parquet", folder / "statline.json"
    claims = as_frame(
        lambda: [*on_evidence(files, records, "84134NED"), *effectiveness.published_pairs(records["published_figures"])],
        "VOORBEELDCIJFERS",
    )
    write_table(claims, files["claims"], Claims, csv=False)
    files["register"].write_text(json.dumps({"source": "example", "tables": {}}))
    return Context(files, Config().model_dump())


def plain(markdown: str) -> str:
    """The Markdown as it reads, without the links from numbers to their claims."""
    return re.sub(r'\[((?:\\.|[^\]\\])*)\]\{\.claim of="[^"]*"\}', r"\1", markdown)


def bare(markdown: str) -> str:
    """What of the Markdown is no claim, no address, no code and no text alternative: there no number may stand."""
    text = re.sub(r'\[((?:\\.|[^\]\\])*)\]\{\.claim of="[^"]*"\}', "", markdown)
    return re.sub(r'fig-alt="[^"]*"|`[^`]*`|\]\([^)]*\)|\{[#.][^}]*\}|\{\{<.*?>\}\}', "", text)
