"""The second coder's file is held against the first: the same reports, named the same."""

import pandas as pd
import pytest

from wijkanalyse.evidence import TABLES, load_evidence, write_tidy
from wijkanalyse.evidence.checking import check
from wijkanalyse.evidence.codes import THEMES

from .conftest import KNOWN_CODES, RAW, Records

SECOND = "annual_reports_second_coder"


def with_columns(records: Records, *columns: str) -> None:
    """Copy identifying columns of the first coder's file to the second's."""
    first = {row[0]: row for row in records.rows("annual_reports")}
    records.write(
        SECOND, [[*row, *(first[row[0]][first["report_id"].index(name)] for name in columns)] for row in records.rows(SECOND)]
    )


def test_both_coders_are_read_with_the_same_rules_into_tables_of_the_same_types(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tables = load_evidence(RAW, known_codes=KNOWN_CODES)
    folder = tmp_path_factory.mktemp("tidy")
    write_tidy(tables, folder)
    second = pd.read_parquet(folder / f"{SECOND}.parquet")
    assert len(second) == 46
    assert set(second["report_id"]) <= set(tables["annual_reports"]["report_id"])
    for theme in [*THEMES, "delivers_help"]:
        assert second[theme].dtype == tables["annual_reports"][theme].dtype
        assert TABLES[SECOND].to_schema().columns[theme].checks == TABLES["annual_reports"].to_schema().columns[theme].checks


def test_who_did_not_code_what_is_told() -> None:
    told = check([RAW]).splitlines()
    assert "Second coder: 46 of 107 reports coded twice. Not coded twice:" in told
    assert "  team_report: 1 of 32 (AR33)" in told


def test_a_second_coder_may_repeat_what_names_the_report(records: Records) -> None:
    with_columns(records, "organisation", "gm_code", "year", "source_level", "url")
    loaded = load_evidence(records.folder, known_codes=KNOWN_CODES)
    assert set(loaded[SECOND].columns) > {"organisation", "gm_code", "year", "source_level", "url"}


@pytest.mark.parametrize(
    ("column", "value"), [("organisation", "De Smd"), ("year", "2011"), ("gm_code", ""), ("source_level", "monitor")]
)
def test_another_report_under_the_same_id_is_named(records: Records, column: str, value: str) -> None:
    with_columns(records, column)
    row = records.find(SECOND, report_id="AR15")
    first = dict(zip(records.rows("annual_reports")[0], records.rows("annual_reports")[15], strict=True))
    assert first["report_id"] == "AR15"
    records.set(SECOND, row, **{column: value})
    [problem] = records.problems()
    expected = first[column] or "nothing"
    assert problem.startswith(f"{SECOND}.csv row {row} (AR15), column {column}: found ")
    assert problem.endswith(f"expected {expected} as AR15 has it in annual_reports.csv")


def test_a_report_coded_twice_by_the_same_coder(records: Records) -> None:
    rows = records.rows(SECOND)
    records.write(SECOND, [*rows, rows[1]])
    assert records.problems()[0].endswith("found AR15 again (first in row 2), expected each report_id once")


def test_extra_reports_are_named_each(records: Records) -> None:
    rows = records.rows(SECOND)
    records.write(SECOND, [*rows, ["AR900", *rows[1][1:]], ["AR901", *rows[1][1:]]])
    assert [text.split(",")[1].strip() for text in records.problems()] == [
        "column report_id: found AR900",
        "column report_id: found AR901",
    ]
