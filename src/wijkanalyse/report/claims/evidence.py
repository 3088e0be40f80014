"""All claims on the hand-coded evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import pandas as pd

from wijkanalyse.contracts import Contract
from wijkanalyse.files import read_table
from wijkanalyse.report.claims import costs, hand_coded, reports, surveys
from wijkanalyse.report.claims.ledger import Claim
from wijkanalyse.synthesis.business_tables import CONTRACTS as BUSINESS
from wijkanalyse.synthesis.results import CONTRACTS as SYNTHESIS


def on_evidence(files: Mapping[str, Path], records: Mapping[str, pd.DataFrame], classified_on: str) -> Iterator[Claim]:
    """Return the claims on surveys, reports, studies, polls and business cases.

    files: the tables of `synthesis.results` and `synthesis.business_tables`, by file name; records: the tidy evidence;
    classified_on: the StatLine tables that municipalities are classified on.
    """
    contracts: Mapping[str, type[Contract]] = {**SYNTHESIS, **BUSINESS}

    def table(name: str) -> pd.DataFrame:
        return read_table(files[name], contracts[name])

    estimates = table("client_estimates")
    return chain(
        surveys.indicators(estimates),
        surveys.together(estimates),
        surveys.sensitivity(estimates),
        surveys.leave_one_out(table("client_leave_one_out")),
        surveys.small_studies(table("client_small_studies")),
        surveys.survey_populations(table("client_survey_values")),
        surveys.activity(table("client_activity"), classified_on),
        reports.themes(table("themes_all")),
        reports.elements(table("elements")),
        reports.coders(table("coder_agreement")),
        hand_coded.polls(table("polls")),
        hand_coded.poll_answers(table("poll_answers")),
        hand_coded.studies(table("studies")),
        hand_coded.flagged(table("study_list")),
        hand_coded.published_figures(records["published_figures"]),
        hand_coded.record_counts(records),
        costs.compared(table("business_summary")),
        costs.cases(table("business_cases")),
        costs.listed(table("business_listed"), table("business_payers")),
    )
