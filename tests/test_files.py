"""The project's own files appear whole or not at all, and the same content gives the same bytes."""

import json
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing.pandas import Series

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.files import read_table, replacing, write_frame, write_json, write_table, write_text


class Contract(pa.DataFrameModel):
    """A municipality and a count."""

    gm_code: Series[str] = pa.Field(str_matches=r"^GM\d{4}$")
    youths: Series[float] = pa.Field(nullable=True, ge=0)

    class Config:
        strict = True
        ordered = True
        coerce = True


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"gm_code": ["GM0344", "GM0310"], "youths": [95.0, None]})


def write_half(path: Path) -> None:
    with replacing(path) as temporary:
        temporary.write_text("half a ne", encoding="utf-8")
        raise RuntimeError


def test_a_block_that_fails_leaves_the_old_file(tmp_path: Path):
    path = tmp_path / "register.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError):
        write_half(path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["register.json"]


def test_a_block_that_fails_makes_no_file(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "new" / "panel.parquet"):
        raise KeyboardInterrupt
    assert list((tmp_path / "new").iterdir()) == []


def test_a_block_that_ends_well_replaces_the_file_at_its_end(tmp_path: Path):
    path = tmp_path / "register.json"
    path.write_text("old", encoding="utf-8")
    with replacing(path) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_text(encoding="utf-8") == "new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_who_is_reading_the_old_file_reads_it_to_the_end(tmp_path: Path):
    """The new file takes the place of the old one at once; it is not written over it."""
    path = tmp_path / "register.json"
    write_text("old", path)
    with path.open(encoding="utf-8") as reader:
        write_text("new", path)
        assert reader.read() == "old"
    assert path.read_text(encoding="utf-8") == "new"


def test_a_frame_that_cannot_be_written_leaves_the_old_files(tmp_path: Path, frame: pd.DataFrame):
    path = tmp_path / "panel.parquet"
    write_frame(frame, path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(Exception, match="object"):
        write_frame(frame.assign(mixed=[object(), 1]), path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_the_same_table_twice_is_the_same_bytes(tmp_path: Path, frame: pd.DataFrame):
    for name in ("one", "two"):
        write_table(frame, tmp_path / name / "panel.parquet", Contract)
    for name in ("panel.parquet", "panel.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_table_is_read_as_it_was_written(tmp_path: Path, frame: pd.DataFrame):
    path = tmp_path / "panel.parquet"
    write_table(frame, path, Contract)
    pd.testing.assert_frame_equal(read_table(path, Contract), frame)
    assert (tmp_path / "panel.csv").read_text(encoding="utf-8") == "gm_code,youths\nGM0344,95.0\nGM0310,\n"


def test_columns_are_put_in_the_order_of_the_contract(tmp_path: Path, frame: pd.DataFrame):
    write_table(frame[["youths", "gm_code"]], tmp_path / "panel.parquet", Contract)
    assert list(pd.read_parquet(tmp_path / "panel.parquet")) == ["gm_code", "youths"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"youths": [-1.0, 5.0]}, "-1.0"),
        ({"gm_code": ["GM344", "GM0310"]}, "GM344"),
        ({"extra": [1, 2]}, "extra"),
    ],
)
def test_what_breaks_the_contract_is_not_written(
    tmp_path: Path, frame: pd.DataFrame, change: dict[str, list[object]], words: str
):
    path = tmp_path / "panel.parquet"
    with pytest.raises(WijkanalyseError, match="does not fit its contract Contract") as caught:
        write_table(frame.assign(**change), path, Contract)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)
    assert not path.exists()


def test_a_file_that_breaks_the_contract_is_not_read(tmp_path: Path, frame: pd.DataFrame):
    path = tmp_path / "panel.parquet"
    write_frame(frame.drop(columns="youths"), path)
    with pytest.raises(WijkanalyseError, match="youths"):
        read_table(path, Contract)


def test_text_is_utf8_and_json_readable(tmp_path: Path):
    write_text("Súdwest-Fryslân\n", tmp_path / "name.txt")
    assert (tmp_path / "name.txt").read_bytes() == "Súdwest-Fryslân\n".encode()
    write_json({"gemeente": "Súdwest-Fryslân"}, tmp_path / "name.json")
    assert json.loads((tmp_path / "name.json").read_bytes()) == {"gemeente": "Súdwest-Fryslân"}
    assert "Súdwest" in (tmp_path / "name.json").read_text(encoding="utf-8")
