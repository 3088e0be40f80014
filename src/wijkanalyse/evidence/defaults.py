"""What a column most likely holds, from the answers already given and the records that are there: offered, never imposed."""

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from wijkanalyse.evidence import codes
from wijkanalyse.evidence.crosschecks import IDENTIFYING, SURVEY_WIDE
from wijkanalyse.evidence.schemas import id_column

_USUAL: Final = {
    "precision": "exact",
    "subgroup": "all",
    "respondent_type": "clients",
    "delivers_help": "unclear",
    **dict.fromkeys(codes.THEMES, "0"),
}
# Columns of client_surveys that rows of one survey mostly share, beside those that they must share.
_SURVEY_MOSTLY: Final = ("instrument", "url")


def default_answer(
    table: str,
    column: str,
    answers: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
) -> str:
    """Return the default for `column`, an empty text where there is none.

    answers: column -> text of the record so far; tables: the records that are there; names: municipality code -> name.
    """
    base = tables.get(table)
    if column == id_column(table):
        return _next_id(table, column, tables)
    is_shared = table == "client_surveys" and column in {*SURVEY_WIDE, *_SURVEY_MOSTLY}
    if is_shared and (same := _same_record(base, "survey_id", answers, column)) is not None:
        return same
    if table == "annual_reports_second_coder" and column in IDENTIFYING:
        return _same_record(tables.get("annual_reports"), "report_id", answers, column) or ""
    place = answers.get("gm_name") or answers.get("municipality")
    match column:
        case "gm_code":
            return next((code for code, name in names.items() if name == place), "")
        case "unit" if table == "client_surveys" and answers.get("indicator") in codes.INDICATORS:
            return codes.INDICATORS[answers["indicator"]].unit
        case "unit" if table == "published_figures":
            return codes.PUBLISHED_FIGURES.get(answers.get("indicator", ""), "")
        case "year_basis":
            return "stated" if answers.get("year") else "unknown"
        case "n_basis":
            return "exact" if answers.get("n") else "survey_only" if answers.get("n_survey") else "not_stated"
        case "scope":
            return "national" if answers.get("study_id", "").startswith("N") else "local"
        case "level" if table == "own_business_cases":
            return "case"
        case "horizon" if answers.get("level") == "case":
            return "1 year"
        case "coder" if base is not None and not base.empty:
            return str(base[column].iloc[-1])
    return _USUAL.get(column, "")


def _same_record(frame: pd.DataFrame | None, key: str, answers: Mapping[str, str], column: str) -> str | None:
    """The value of `column` in the first record with the same `key`; None where there is no such record."""
    if frame is None:
        return None
    rows = frame.loc[frame[key].eq(answers.get(key, "")), column]
    if rows.empty:
        return None
    return "" if pd.isna(rows.iloc[0]) else str(rows.iloc[0])


def _next_id(table: str, column: str, tables: Mapping[str, pd.DataFrame]) -> str:
    """The first report that is not coded twice; or the id after the highest where all are one word and a number; or nothing."""
    ids = [str(value) for value in tables[table][column]] if table in tables else []
    if table == "annual_reports_second_coder" and "annual_reports" in tables:
        return next((str(report) for report in tables["annual_reports"][column] if report not in ids), "")
    if table == "own_business_cases" and not ids:
        return "EIGEN-01"
    parts = [re.fullmatch(r"(\D+?)(\d+)", value) for value in ids]
    found = [match for match in parts if match]
    if not found or len(found) < len(parts) or len({match[1] for match in found}) > 1:
        return ""
    highest = max(found, key=lambda match: int(match[2]))
    return f"{highest[1]}{int(highest[2]) + 1:0{len(highest[2])}d}"
