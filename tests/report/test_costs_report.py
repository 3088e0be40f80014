"""What the report says of business cases: nothing where there are none, each case where a municipality adds its own."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.report.evidence_world import GROUPS, QUICK, ROOT, bare, context_of, made_up_surveys, own_cases, plain, valued
from wijkanalyse.config import Evidence
from wijkanalyse.evidence import load_evidence
from wijkanalyse.report.claims import as_frame
from wijkanalyse.report.claims import costs as cost_claims
from wijkanalyse.report.figures.costs import draw_tornado
from wijkanalyse.report.language import LANGUAGES, Language, speaking
from wijkanalyse.report.pieces import costs as pieces
from wijkanalyse.report.pieces.context import Context
from wijkanalyse.report.tables import costs as cost_tables
from wijkanalyse.report.tables.markdown import Ledger
from wijkanalyse.report.tables.printed import Book, Printed
from wijkanalyse.report.tracked import NUMBER
from wijkanalyse.synthesis.results import synthesise


@pytest.fixture(scope="module")
def records() -> dict[str, pd.DataFrame]:
    return {**load_evidence(ROOT / "data/raw/evidence"), "client_surveys": made_up_surveys()}


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory, records: dict[str, pd.DataFrame]) -> Context:
    """A run without own cases."""
    return context_of(tmp_path_factory.mktemp("run"), synthesise(records, GROUPS, Evidence(), QUICK), records)


def test_without_cases_the_report_says_so_and_shows_no_empty_table(context: Context) -> None:
    texts = {name: plain(text) for name, text in pieces.tables(context)}
    assert "niets te vergelijken" in texts["costs"]
    assert "|" not in texts["costs"]
    assert "include" not in texts["costs"]
    assert "Zaanstad, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}20 ([BC05]" in texts["costs_listed"]
    assert "4 tot 15 procent maatschappelijk rendement" in texts["costs_listed"]
    assert {"BC02", "BC06"} <= set(re.findall(r"BC\d\d", texts["costs_listed"]))


def said_of(found: dict[str, pd.DataFrame], language: Language = "nl") -> str:
    """What the report says of valued cases."""
    claims = as_frame(
        lambda: [*cost_claims.compared(found["business_summary"]), *cost_claims.cases(found["business_cases"])], "x"
    )
    with speaking(language):
        each, paying = (Printed(Book(), piece, "file", "rule", "tables") for piece in ("costs", "payers"))
        return cost_tables.cases(Ledger(claims), found["business_cases"], found["business_payers"], each, paying)


def test_own_cases_are_compared_case_by_case(tmp_path: Path, records: dict[str, pd.DataFrame]) -> None:
    own = own_cases((10_000, 8_000), (20_000, 15_000), (5_000, 6_000), (40_000, 30_000), (12_000, 9_000))
    found = valued(records, own)
    text = plain(said_of(found))
    assert "4 van de 5 casussen goedkoper" in text
    assert "gemiddeld \N{MINUS SIGN}3.800 euro (" in text
    assert "te smal" in text
    assert "| EIGEN-3 | eigen | 5.000 | 6.000 | 1.000 | 20 | — |" in text
    assert "| gemeente | zorgverzekeraar | 5 | \N{MINUS SIGN}19.000 |" in text
    assert "{{< include /_generated/nl/fig_tornado.md >}}" in text
    drawn = draw_tornado(found["business_tornado"].query("origin == 'own'"), tmp_path / "tornado.svg")
    assert "looptijd" in drawn.alt
    assert "zoals gekozen \N{MINUS SIGN}3.800 euro" in drawn.alt
    assert set(drawn.data["at_base_eur"]) == {-3800}
    assert len(drawn.data) == found["business_tornado"]["assumption"].nunique()


def test_every_number_of_own_cases_is_a_claim_in_both_languages(records: dict[str, pd.DataFrame]) -> None:
    found = valued(records, own_cases((10_000, 8_000), (20_000, 15_000), (5_000, 6_000), (40_000, 30_000), (12_000, 9_000)))
    for language in LANGUAGES:
        text = re.sub(r"(?m)^\|[-:|]+\|$", "", bare(said_of(found, language)))
        assert NUMBER.findall(text) == [], language
    english = plain(said_of(found, "en"))
    assert "4 of the 5 cases are cheaper" in english
    assert "| EIGEN-3 | own | 5,000 | 6,000 | 1,000 | 20 | — |" in english
    assert "{{< include /_generated/en/fig_tornado.md >}}" in english


def test_too_few_own_cases_have_a_difference_without_interval(records: dict[str, pd.DataFrame]) -> None:
    text = plain(said_of(valued(records, own_cases((10_000, 8_000), (20_000, 15_000)))))
    assert "3.500 euro, zonder interval" in text
    assert "nan" not in text
