"""Rerun, check and extend the Associatie Wijkteams study on neighbourhood teams."""

__version__ = "0.1.0"
