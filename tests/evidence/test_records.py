"""The project's own records keep every rule, and come out typed."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from wijkanalyse import municipalities
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.evidence import OWN_TABLES, TABLES, load_evidence, write_tidy
from wijkanalyse.evidence.codes import PUBLISHED_INDICATORS

from .conftest import KNOWN_CODES, RAW


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return load_evidence(RAW, known_codes=KNOWN_CODES)


def test_every_file_is_read_in_full(tables: dict[str, pd.DataFrame]) -> None:
    sizes = {table: len(frame) for table, frame in tables.items()}
    assert sizes == {
        "client_surveys": 223,
        "client_surveys_without_values": 16,
        "annual_reports": 107,
        "annual_reports_second_coder": 46,
        "local_studies": 52,
        "municipal_polls": 30,
        "business_case": 33,
        "published_figures": 27,
    }
    assert list(tables) == list(TABLES)


def test_columns_keep_the_order_of_the_file_and_their_type(tables: dict[str, pd.DataFrame]) -> None:
    surveys = tables["client_surveys"]
    header = (RAW / "client_surveys.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert list(surveys.columns) == header
    assert surveys["n"].dtype == "Int64"
    assert surveys["value"].dtype == "Float64"
    assert pd.api.types.is_string_dtype(surveys["survey_id"])
    # Empty is missing, zero is zero.
    assert surveys["n"].isna().sum() == 168
    assert tables["annual_reports"]["preventie"].eq(0).sum() == 78


def test_official_names_go_with_the_codes() -> None:
    assert municipalities.known_codes() >= KNOWN_CODES
    load_evidence(RAW)


def test_loading_leaves_the_raw_files_alone(tmp_path: Path) -> None:
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in RAW.iterdir()}
    write_tidy(load_evidence(RAW, known_codes=KNOWN_CODES), tmp_path)
    assert before == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in RAW.iterdir()}


def test_tidy_tables_come_back_as_they_went(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    paths = write_tidy(tables, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [f"{table}.parquet" for table in TABLES]
    for path in paths:
        pd.testing.assert_frame_equal(pd.read_parquet(path), tables[path.stem])
    again = [path.read_bytes() for path in write_tidy(tables, tmp_path / "again")]
    assert again == [path.read_bytes() for path in paths]


def test_a_table_that_does_not_exist_is_not_written(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    with pytest.raises(WijkanalyseError, match=r'client_survey; did you mean "client_surveys"'):
        write_tidy({"client_survey": tables["client_surveys"]}, tmp_path)


def test_every_published_figure_is_recorded(tables: dict[str, pd.DataFrame]) -> None:
    slides = tables["published_figures"].query("source == 'study-slides'").set_index(["indicator", "group"])
    value = slides["value"]
    assert (value["use_change", "active"], value["use_change", "not_active"]) == (-10, -5)
    assert (value["mean_duration", "active"], value["mean_duration", "not_active"]) == (337, 389)
    assert (value["crisis_start", "active"], value["crisis_start", "not_active"]) == (2.3, 3.6)
    clients = slides.xs("all", level="group").loc[list(PUBLISHED_INDICATORS)]
    assert list(clients["value"]) == [7.7, 75, 80, 79, 72, 81, 76, 67]
    assert list(clients["n"]) == [9892, 5146, 7547, 3621, 6338, 4644, 5780, 5357]
    counts = slides.xs("all", level="group")["value"]
    assert [counts[name] for name in ("annual_reports", "client_surveys", "local_studies")] == [34, 18, 27]
    others = tables["published_figures"].set_index("indicator")["value"]
    assert others["active_threshold"] == 5
    assert others["questions_handled_by_team"] == 80
    assert set(others["organisations"]) == {33}


def test_the_codebook_names_every_file_and_no_path_of_one_machine() -> None:
    codebook = (RAW / "codebook.md").read_text(encoding="utf-8")
    for table in [*TABLES, *OWN_TABLES]:
        assert f"{table}.csv" in codebook
    assert "shared/" not in codebook
    assert "reference/" not in codebook
