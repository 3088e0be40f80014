"""Rules that a single row cannot show: municipality codes, rows of one survey, and references between files."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from wijkanalyse.errors import nearest
from wijkanalyse.evidence.problems import Problem, found
from wijkanalyse.evidence.schemas import id_column

# Columns that hold the name belonging to gm_code.
_NAME_COLUMN: Final = {
    "client_surveys": "gm_name",
    "client_surveys_without_values": "gm_name",
    "annual_reports": "gm_name",
    "local_studies": "gm_name",
    "business_case": "municipality",
    "own_business_cases": "municipality",
}
# Everyday names, as written on the pages coded, of municipalities whose official name is another.
_EVERYDAY_NAMES: Final = {"Den Haag": "'s-Gravenhage", "Den Bosch": "'s-Hertogenbosch"}
IDENTIFYING: Final = ("organisation", "gm_code", "year", "source_level", "url")
"""Columns of annual_reports that name the report coded; a second coder's file may repeat them."""

# What rows of one survey have in common; instrument, url and respondents may differ (subsamples, several pages).
SURVEY_WIDE: Final = ("organisation", "gm_name", "gm_code", "year", "year_basis", "population", "n_survey")


def all_checks(tables: Mapping[str, pd.DataFrame], known_codes: frozenset[str], names: Mapping[str, str]) -> list[Problem]:
    """Return every fault that shows across rows and files; tables that could not be read are passed over.

    tables: table name -> frame indexed by line number; names: municipality code -> official name, may be empty.
    """
    return [
        *_unknown_codes(tables, known_codes, names),
        *_names_off(tables, known_codes, names),
        *_survey_rows_differ(tables),
        *_unknown_reports(tables),
        *_other_reports(tables),
        *_surveys_twice(tables),
    ]


def _unknown_codes(
    tables: Mapping[str, pd.DataFrame], known_codes: frozenset[str], names: Mapping[str, str]
) -> Iterator[Problem]:
    code_of = {name: code for code, name in names.items()}
    for table, name_column in _NAME_COLUMN.items():
        if table not in tables:
            continue
        frame = tables[table]
        # Codes of another shape than GM0000 are reported by the schema.
        shaped = frame["gm_code"].str.fullmatch(r"GM\d{4}").fillna(False).astype(bool)
        for row in frame.index[shaped & ~frame["gm_code"].isin(known_codes)]:
            code, name = str(frame.at[row, "gm_code"]), str(frame.at[row, name_column])
            hint = f"; {name} is {code_of[name]}" if name in code_of else ""
            text = f"found {code}, expected the code of a municipality that existed in 2015-2026{hint}"
            yield Problem(f"{table}.csv", int(row), "gm_code", text, _identity(table, frame, row), "municipality")


def _names_off(tables: Mapping[str, pd.DataFrame], known_codes: frozenset[str], names: Mapping[str, str]) -> Iterator[Problem]:
    """Names that do not go with their code, by the list of municipalities or else by the records among themselves."""
    seen: dict[str, Counter[str]] = {}
    places: list[tuple[str, int, str, str]] = []
    for table, name_column in _NAME_COLUMN.items():
        if table not in tables:
            continue
        frame = tables[table]
        for row, code, name in zip(frame.index, frame["gm_code"], frame[name_column], strict=True):
            if pd.isna(code) or pd.isna(name) or code not in known_codes:
                continue
            official = _EVERYDAY_NAMES.get(name, name)
            places.append((table, int(row), code, official))
            seen.setdefault(code, Counter())[official] += 1
    for table, row, code, official in places:
        expected = names.get(code) or seen[code].most_common(1)[0][0]
        if official != expected:
            source = "" if code in names else " as in the other records with this code"
            text = f"{found(official)} with {code}, expected {expected}{source}"
            record = _identity(table, tables[table], row)
            yield Problem(f"{table}.csv", row, _NAME_COLUMN[table], text, record, "municipality")


def _survey_rows_differ(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    if "client_surveys" not in tables:
        return
    frame = tables["client_surveys"]
    for column in SURVEY_WIDE:
        text = frame[column].astype("str").fillna("")
        first = text.groupby(frame["survey_id"], sort=False).transform("first")
        for row in frame.index[text.ne(first) & frame["survey_id"].notna()]:
            survey = str(frame.at[row, "survey_id"])
            expected = first[row] or "nothing"
            yield Problem(
                "client_surveys.csv",
                int(row),
                column,
                f"{found(text[row])}, expected {expected} as in the first row of {survey}",
                survey,
                "survey",
            )


def _unknown_reports(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    if "annual_reports" not in tables or "annual_reports_second_coder" not in tables:
        return
    second = tables["annual_reports_second_coder"]["report_id"]
    first = set(tables["annual_reports"]["report_id"])
    for row, report in second[second.notna() & ~second.isin(first)].items():
        text = f"found {report}, expected a report_id of annual_reports.csv{nearest(report, first)}"
        yield Problem("annual_reports_second_coder.csv", int(str(row)), "report_id", text, str(report), "reference")


def _other_reports(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Fields that name a report must say the same to both coders; the second file may leave them out."""
    if "annual_reports" not in tables or "annual_reports_second_coder" not in tables:
        return
    second = tables["annual_reports_second_coder"]
    first = tables["annual_reports"].drop_duplicates("report_id").set_index("report_id")
    shared = second[second["report_id"].isin(first.index)]
    for column in [name for name in IDENTIFYING if name in second]:
        expected = first.loc[shared["report_id"], column].fillna("").to_numpy()
        actual = shared[column].fillna("").to_numpy()
        for row, report, here, there in zip(shared.index, shared["report_id"], actual, expected, strict=True):
            if here != there:
                text = f"{found(here)}, expected {there or 'nothing'} as {report} has it in annual_reports.csv"
                yield Problem("annual_reports_second_coder.csv", int(row), column, text, str(report), "second_coder")


def _surveys_twice(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """A survey has values or has none."""
    if "client_surveys" not in tables or "client_surveys_without_values" not in tables:
        return
    without = tables["client_surveys_without_values"]["survey_id"]
    for row, survey in without[without.isin(tables["client_surveys"]["survey_id"])].items():
        text = f"found {survey}, expected a survey that has no row in client_surveys.csv"
        yield Problem("client_surveys_without_values.csv", int(str(row)), "survey_id", text, str(survey), "reference")


def _identity(table: str, frame: pd.DataFrame, row: object) -> str:
    return str(frame.at[row, id_column(table)])
