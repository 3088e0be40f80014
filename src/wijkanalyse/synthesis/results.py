"""All tables of the synthesis in one go: what the workflow writes into data/processed/estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from wijkanalyse.config import Evidence, Inference
from wijkanalyse.contracts import Contract
from wijkanalyse.synthesis.activity import Activity, satisfaction_by_activity
from wijkanalyse.synthesis.coders import Agreement, Disagreements, coder_agreement, coder_disagreements
from wijkanalyse.synthesis.elements import Elements, published_against_seen
from wijkanalyse.synthesis.forest import Forest, forest_rows
from wijkanalyse.synthesis.indicators import ClientEstimates, LeaveOneOut, estimate_indicators
from wijkanalyse.synthesis.polls import Polls, poll_answers, poll_series
from wijkanalyse.synthesis.small_studies import SmallStudies, small_study_effects
from wijkanalyse.synthesis.studies import Studies, Votes, direction_table, study_list
from wijkanalyse.synthesis.surveys import ClientIndicators, SurveyValues, pool_client_indicators, survey_values
from wijkanalyse.synthesis.themes import Themes, all_themes

CONTRACTS: Final[Mapping[str, type[Contract]]] = {
    "client_indicators": ClientIndicators,
    "client_survey_values": SurveyValues,
    "client_estimates": ClientEstimates,
    "client_leave_one_out": LeaveOneOut,
    "client_forest": Forest,
    "client_small_studies": SmallStudies,
    "client_activity": Activity,
    "themes": Themes,
    "themes_all": Themes,
    "elements": Elements,
    "coder_agreement": Agreement,
    "coder_disagreements": Disagreements,
    "polls": Polls,
    "poll_answers": Polls,
    "studies": Votes,
    "study_list": Studies,
}
"""Name of each table, as its file is called, and its contract."""


def synthesise(
    records: Mapping[str, pd.DataFrame], classification: pd.DataFrame, choices: Evidence, inference: Inference
) -> dict[str, pd.DataFrame]:
    """Return every table of `CONTRACTS`.

    records: the tidy evidence tables by name; classification: frame as in `classification.Classified`.
    """
    surveys, published = records["client_surveys"], records["published_figures"]
    reports, second = records["annual_reports"], records["annual_reports_second_coder"]
    level = inference.level
    values = survey_values(surveys, populations=choices.populations, include_precision=choices.precision)
    estimates, left_out = estimate_indicators(surveys, published, choices, level)
    themes = all_themes(reports, second, published, choices, level)
    return {
        "client_indicators": pool_client_indicators(
            surveys,
            published,
            populations=choices.populations,
            include_precision=choices.precision,
            cluster=choices.cluster,
            fewest_with_n=choices.fewest_surveys,
            level=level,
        ),
        "client_survey_values": values,
        "client_estimates": estimates,
        "client_leave_one_out": left_out,
        "client_forest": forest_rows(values, estimates, choices.grade_sd[1], level),
        "client_small_studies": small_study_effects(values, level),
        "client_activity": satisfaction_by_activity(values, classification, choices.fewest_surveys, level),
        "themes": themes[themes["is_base"]],
        "themes_all": themes,
        "elements": published_against_seen(themes, choices.consensus),
        "coder_agreement": coder_agreement(reports, second, inference.draws, inference.seed, level),
        "coder_disagreements": coder_disagreements(reports, second, choices),
        "polls": poll_series(records["municipal_polls"], level=level),
        "poll_answers": poll_answers(records["municipal_polls"], level),
        "studies": direction_table(records["local_studies"]),
        "study_list": study_list(records["local_studies"], published),
    }
