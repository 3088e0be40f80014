"""What the hand-coded sources say together: client surveys, themes in reports, polls and local studies.

Every function takes the tidy frames of `wijkanalyse.evidence` and returns a tidy frame; nothing is read or written here.
"""

from wijkanalyse.synthesis.polls import poll_series
from wijkanalyse.synthesis.studies import direction_table
from wijkanalyse.synthesis.surveys import pool_client_indicators, survey_values
from wijkanalyse.synthesis.themes import theme_prevalence

__all__ = ["direction_table", "poll_series", "pool_client_indicators", "survey_values", "theme_prevalence"]
