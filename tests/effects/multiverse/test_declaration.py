"""config/multiverse.yaml: what it must offer, what it refuses, and the seal of the primary."""

from pathlib import Path

import pytest
import yaml

from tests.effects.multiverse.country import ROOT, declaration
from wijkanalyse.effects.multiverse.declaration import BRANCHES, CONTRASTS, Declaration, read_declaration
from wijkanalyse.errors import WijkanalyseError

PATH = ROOT / "config" / "multiverse.yaml"


def changed(folder: Path, *replacements: tuple[str, str]) -> Path:
    text = PATH.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "multiverse.yaml"
    path.write_text(text)
    return path


def test_every_option_has_a_sentence_of_defence() -> None:
    for branch in BRANCHES:
        for name, option in declaration().options(branch).items():
            assert option.defence.endswith("."), (branch, name)


def test_the_primary_is_not_mechanical_by_choice_and_stands_as_frozen() -> None:
    assert declaration().deviation == ""
    for contrast in CONTRASTS:
        assert declaration().primary.of(contrast)["help"] == "without_team"
        assert declaration().primary.of(contrast)["timing"] == "year_before"


def test_another_primary_is_listed_as_a_deviation(tmp_path: Path) -> None:
    found = read_declaration(changed(tmp_path, ("    timing: year_before", "    timing: landmark")))
    assert "gewijzigd" in found.deviation


def test_an_option_of_the_primary_that_means_something_else_is_a_deviation_too(tmp_path: Path) -> None:
    found = read_declaration(changed(tmp_path, ("label: 5 %, percent: 5,", "label: 5 %, percent: 6,")))
    assert found.deviation
    # but its wording may be improved
    assert not read_declaration(changed(tmp_path, ("De drempel die de studie noemt.", "Zo staat het in de studie."))).deviation


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("timing: year_before", "timing: yaer_before", 'timing has no option yaer_before; did you mean "year_before"'),
        ("    threshold: five\n", "", "primary: no option for threshold"),
        ("percent: 7.5", "percent: -7.5", "greater than or equal to 0"),
        ("base: [level]}", "bass: [level]}", 'there is no branch bass; did you mean "base"'),
        ("years: [2018, 2019, 2020]", "years: [2018, 2020, 2019]", "not in order"),
        ("seed:", "seeds:", "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(WijkanalyseError) as refused:
        read_declaration(changed(tmp_path, (old, new)))
    assert message in str(refused.value)


def test_what_is_no_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "multiverse.yaml"
    path.write_text("seed: [1")
    with pytest.raises(WijkanalyseError, match="is no YAML"):
        read_declaration(path)


def test_the_file_says_nothing_twice() -> None:
    values = yaml.safe_load(PATH.read_text())
    assert set(values) == set(Declaration.model_fields)
