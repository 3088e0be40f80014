"""The data dictionary is made from the contracts, all of them, and the shipped file is in step."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from tests.small_world import ROOT
from wijkanalyse import dictionary
from wijkanalyse.classification import Classified
from wijkanalyse.cli import main
from wijkanalyse.contracts import Contract
from wijkanalyse.effects.multiverse.schemas import JointTest, Permuted
from wijkanalyse.evidence.schemas import ALL_TABLES
from wijkanalyse.panel.schemas import Panel
from wijkanalyse.synthesis.business_tables import CONTRACTS


@cache
def text() -> str:
    return dictionary.data_dictionary(ROOT)


def section(title: str) -> str:
    [found] = [part for part in text().split("\n### ") if part.startswith(f"{title}\n")]
    return found


def test_the_shipped_file_is_what_the_contracts_say() -> None:
    shipped = (ROOT / dictionary.PATH).read_text(encoding="utf-8")
    assert shipped == text(), "docs/data-dictionary.md is out of step: run `wijkanalyse dictionary --write`"


def test_every_contract_and_every_evidence_table_has_its_columns_described() -> None:
    """Found by discovery: a contract that somebody adds is in it without being listed anywhere."""
    models = [*dictionary.contracts(), *ALL_TABLES.values()]
    assert {Panel, Classified, *CONTRACTS.values()} <= set(models)
    rows = set(text().splitlines())
    for model in models:
        for name, column in model.to_schema().columns.items():
            described = [row for row in rows if row.startswith(f"| {name} | ")]
            assert described, f"{model.__name__}.{name}"
            assert column.description, f"{model.__module__}.{model.__name__}.{name} has no description"


def test_a_new_contract_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fresh(Contract):
        """A table made a moment ago."""

    Fresh.__module__ = "wijkanalyse.fresh"
    try:
        assert Fresh in dictionary.contracts()
    finally:
        # a class vanishes from its parent's subclasses when nothing holds it
        Fresh.__module__ = "tests"
    assert Fresh not in dictionary.contracts()


def test_files_follow_from_the_workflow() -> None:
    files = dictionary.files_of_contracts(ROOT)
    # from write_table in its script
    assert files[Panel] == {"data/processed/panel.parquet", "data/processed/boundaries/{boundaries}/panel.parquet"}
    assert "data/processed/estimates/multiverse/chunks/permuted_{chunk}.parquet" in files[Permuted]
    assert files[JointTest] == {"data/processed/estimates/multiverse/joint_test.parquet"}  # from a dictionary in a class
    for stem, contract in CONTRACTS.items():  # from a dictionary of files and contracts
        assert files[contract] == {f"data/processed/estimates/{stem}.parquet"}


def test_how_columns_read() -> None:
    surveys = section("data/raw/evidence/client_surveys.csv")
    assert "One row per survey_id x indicator x subgroup." in surveys
    assert "| n | whole number, may be empty | a whole number, 1 or more | respondents behind this row" in surveys
    assert "| precision | text | one of exact, approx, lower_bound, upper_bound | " in surveys
    own = section("data/raw/evidence/own_business_cases.csv")
    assert "the file may be absent." in own
    assert "| who_gains | text, may be empty, may be left out | " in own
    summary = section("data/processed/estimates/business_summary.parquet")
    assert "| cases | whole number | 0 or more | cases with both amounts |" in summary
    assert "Further columns follow from `config/tables.yaml`." in section("data/processed/panel.parquet")


def test_values_of_a_check_without_words() -> None:
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(
        {"x": pa.Column(pd.Int64Dtype(), [pa.Check.gt(1), pa.Check.le(9), pa.Check.str_matches("^a|b$")], nullable=True)}
    )
    column = schema.columns["x"]
    assert dictionary._values(column) == "above 1; at most 9; of the form `^a|b$`"
    assert dictionary._type(column) == "whole number, may be empty"


def test_it_is_written_where_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dictionary, "data_dictionary", lambda: "text\n")
    assert main(["dictionary", "--write"]) == 0
    assert (tmp_path / "docs/data-dictionary.md").read_text() == "text\n"
    assert main(["dictionary"]) == 0
    assert capsys.readouterr().out == "written: docs/data-dictionary.md\ntext\n"
