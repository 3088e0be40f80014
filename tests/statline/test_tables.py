"""config/tables.yaml: what it says, and what it may not say."""

from pathlib import Path

import pytest
import yaml

from tests.small_world import ROOT, register
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.statline.tables import read_tables

TABLE = {
    "title": "T",
    "series": "s",
    "years": [2015, 2020],
    "variables": {"begun": {"topic": "Begonnen"}, "duration": {"topic": "Duur", "mean_of": "begun"}},
}
REGISTER = {"tables": {"1NED": TABLE}, "areas": {"tables": {2020: "84721NED"}, "regions": {"jeugdregio": "JZ"}}}


def problem(tmp_path: Path, **table: object) -> str:
    path = tmp_path / "tables.yaml"
    path.write_text(yaml.safe_dump({**REGISTER, "tables": {"1NED": {**TABLE, **table}}}), encoding="utf-8")
    with pytest.raises(WijkanalyseError) as caught:
        read_tables(path)
    return str(caught.value)


@pytest.mark.parametrize(("accepted", "is_right"), [("3f2a9c1b04d2", True), ("3f2a", False), ("", False), ("alles", False)])
def test_a_description_is_accepted_by_its_sha256(tmp_path: Path, accepted: str, is_right: bool):
    path = tmp_path / "tables.yaml"
    path.write_text(yaml.safe_dump({**REGISTER, "accept": {"1NED": accepted}}), encoding="utf-8")
    if is_right:
        assert read_tables(path).accept == {"1NED": accepted}
    else:
        with pytest.raises(WijkanalyseError, match=r"accept\.1NED"):
            read_tables(path)


def test_the_register_names_the_tables_that_the_study_needs():
    assert {"84134NED", "85099NED", "82971NED", "85097NED"} <= set(register().tables)
    assert set(register().areas.tables) == set(range(2015, 2027))


def test_the_two_series_offer_the_same_variables():
    tables = register().tables
    assert tables["84134NED"].variables == tables["85099NED"].variables
    assert tables["82971NED"].variables == tables["85097NED"].variables


def test_no_column_number_is_in_the_register():
    text = (ROOT / "config" / "tables.yaml").read_text(encoding="utf-8")
    known = {str(row["Key"]) for table in _served() for row in table.properties if row["Type"] == "Topic"}
    assert [key for key in known if key in text] == []


def _served():
    from tests.small_world import served_tables

    return served_tables().values()


def test_one_category_may_be_written_without_a_list(tmp_path: Path):
    path = tmp_path / "tables.yaml"
    path.write_text(yaml.safe_dump({**REGISTER, "tables": {"1NED": {**TABLE, "where": {"Vorm": "A"}}}}), encoding="utf-8")
    table = read_tables(path).tables["1NED"]
    assert table.categories(table.variables["begun"]) == {"Vorm": ["A"]}


def test_an_unknown_key_is_named_with_the_nearest(tmp_path: Path):
    message = problem(tmp_path, variables={"begun": {"topci": "Begonnen"}})
    assert "tables.1NED.variables.begun.topci" in message
    assert 'did you mean "topic"?' in message


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"years": [2020, 2015]}, "years run from the first to the last"),
        ({"variables": {"duration": {"topic": "Duur", "mean_of": "begn"}}}, "duration is a mean_of begn"),
        ({"variables": {}}, "variables"),
        ({"fetch": "half"}, "fetch"),
        ({"rounded_to": 0}, "rounded_to"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, table: dict[str, object], words: str):
    assert words in problem(tmp_path, **table)


def test_a_variable_comes_from_one_table_a_year(tmp_path: Path):
    """Else a municipality's count would be that of both tables together."""
    path = tmp_path / "tables.yaml"
    both = {"1NED": TABLE, "2NED": {**TABLE, "years": [2020, 2025]}}
    path.write_text(yaml.safe_dump({**REGISTER, "tables": both}), encoding="utf-8")
    with pytest.raises(WijkanalyseError, match=r"begun comes from both 1NED \(2015-2020\) and 2NED \(2020-2025\)"):
        read_tables(path)


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path):
    path = tmp_path / "tables.yaml"
    path.write_text("tables: [", encoding="utf-8")
    with pytest.raises(WijkanalyseError, match=r"tables\.yaml: not valid YAML"):
        read_tables(path)
