"""The choices of a researcher: what the files say, and what is refused with the nearest key that exists."""

import json
from itertools import pairwise

import pytest
import yaml

from tests.small_world import ROOT
from wijkanalyse.config import Config, ConfigError, Contrast, read_config
from wijkanalyse.config_files import default_yaml, json_schema, write_generated

FOLDER = ROOT / "config"


def problem(values: object) -> str:
    with pytest.raises(ConfigError) as caught:
        read_config(values)  # type: ignore[arg-type]
    return str(caught.value)


def test_the_shipped_files_are_those_that_the_models_make(tmp_path):
    for path in write_generated(tmp_path):
        assert (FOLDER / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), (
            f"config/{path.name} is out of step with config.py: run `wijkanalyse config --write`"
        )


def test_the_shipped_choices_are_the_defaults():
    assert read_config(yaml.safe_load(default_yaml())) == Config() == read_config({})


def test_every_key_of_the_shipped_file_is_explained():
    """Above each key stands a comment."""
    lines = (FOLDER / "config.yaml").read_text(encoding="utf-8").splitlines()
    contrasts = tuple(f"  {name}:" for name in Config().contrasts)
    for before, line in pairwise(lines):
        if line.strip() and not line.strip().startswith("#") and not line.startswith(contrasts):
            assert before.strip().startswith("#"), line


def test_the_schema_refuses_unknown_keys_as_the_models_do():
    schema = json.loads(json_schema())
    sections = [schema, *schema["$defs"].values()]
    assert sections
    assert all(section["additionalProperties"] is False for section in sections)


@pytest.mark.parametrize(
    ("values", "where", "nearest"),
    [
        ({"statlin": {}}, "statlin", "statline"),
        ({"statline": {"catalogue_url": "x"}}, "statline.catalogue_url", "catalog_url"),
        ({"example": {"seeds": 1}}, "example.seeds", "seed"),
        ({"panel": {"boundary_year": 2025}}, "panel.boundary_year", "boundaries_year"),
        ({"classification": {"treshold_pct": 5}}, "classification.treshold_pct", "threshold_pct"),
        ({"contrasts": {"usage": {}}}, "contrasts.usage", "use"),
        ({"contrasts": {"use": {"kind": "change", "outcome": "begun", "yeers": [2019, 2020]}}}, "contrasts.use.yeers", "years"),
        ({"inference": {"clusters": "gm_code"}}, "inference.clusters", "cluster"),
        ({"evidence": {"reportlevel": "monitor"}}, "evidence.reportlevel", "report_level"),
        ({"report": {"render": "pandoc"}}, "report.render", "renderer"),
        ({"form": ["zonder_verblijf"]}, "form", "forms"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest(values: dict, where: str, nearest: str):
    message = problem(values)
    assert f'unknown key {where}; did you mean "{nearest}"?' in message


def test_an_unknown_key_like_no_other_lists_the_known_ones():
    assert "known: boundaries_year, suppressed_value" in problem({"panel": {"zzz": 1}})


def test_every_problem_has_a_line_of_its_own():
    message = problem({"panel": {"boundaries_year": 1999, "zzz": 1}, "classification": {"threshold_pct": 120}})
    assert len(message.splitlines()) == 4
    assert "panel.boundaries_year: found 1999" in message
    assert "classification.threshold_pct: found 120" in message


@pytest.mark.parametrize(
    "values",
    [
        {"statline": {"source": "csb"}},
        {"statline": {"catalog_url": "https://opendata.cbs.nl"}},
        {"statline": {"attempts": 0}},
        {"statline": {"read_timeout_seconds": 0}},
        {"example": {"seed": -1}},
        {"panel": {"suppressed_value": 8}},
        {"panel": {"suppressed_value": -0.1}},
        {"panel": {"boundaries_year": 2014}},
        {"panel": {"boundaries_year": 2027}},
        {"panel": None},
        {"classification": {"threshold_pct": -1}},
        {"classification": {"threshold_pct": "five"}},
        {"classification": {"measure": "clients"}},
        {"classification": {"denominator": []}},
        {"classification": {"years": []}},
        {"classification": {"minimum_count": -1}},
        {"inference": {"level": 95}},
        {"inference": {"cluster": "province_code"}},
        {"evidence": {"populations": []}},
        {"forms": ["met_verblijf"]},
        {"report": {"renderer": "word"}},
    ],
    ids=str,
)
def test_values_that_cannot_be_meant_are_refused(values: dict):
    section = next(iter(values))
    assert section in problem(values)


@pytest.mark.parametrize("years", [[2020, 2021], [2015, 2025]])
def test_no_choice_of_years_crosses_the_trend_break(years: list[int]):
    assert "both sides of the 2020/2021 break" in problem({"classification": {"years": years}})
    for kind, denominator in (("change", None), ("share", "begun"), ("mean", "begun")):
        with pytest.raises(ValueError, match="both sides of the 2020/2021 break"):
            Contrast(kind=kind, outcome="begun", denominator=denominator, years=years)


def test_years_on_one_side_of_the_break_are_fine():
    assert read_config({"classification": {"years": [2021, 2022]}}).classification.years == [2021, 2022]


@pytest.mark.parametrize("years", [[2020], [2020, 2019], [2020, 2020], [2018, 2019, 2020]])
def test_a_change_runs_from_an_earlier_to_a_later_year(years: list[int]):
    with pytest.raises(ValueError, match="needs two years, the earlier first"):
        Contrast(kind="change", outcome="begun", denominator=None, years=years)


@pytest.mark.parametrize("kind", ["share", "mean"])
def test_a_share_and_a_mean_need_a_denominator(kind: str):
    with pytest.raises(ValueError, match=f"a {kind} needs a denominator"):
        Contrast(kind=kind, outcome="begun", denominator=None, years=[2020])  # type: ignore[arg-type]


def test_all_four_contrasts_are_needed():
    use = {"kind": "change", "outcome": "begun", "years": [2019, 2020]}
    assert "contrasts: crisis, duration, reach missing" in problem({"contrasts": {"use": use}})


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"years": [2020, 2020]}, "names something twice"),
        ({"denominator": ["wijkteam", "wijkteam"]}, "names something twice"),
        ({"denominator": ["zonder_verblijf", "wijkteam"]}, "counts wijkteam twice: zonder_verblijf contains it"),
        ({"denominator": ["wijkteam", "niet_wijkteam", "netwerk"]}, "counts netwerk twice: niet_wijkteam contains it"),
    ],
)
def test_nothing_counts_twice_in_the_share(choice: dict, words: str):
    message = problem({"classification": choice})
    assert words in message


@pytest.mark.parametrize("denominator", [["zonder_verblijf"], ["wijkteam", "ambulant_locatie"], ["wijkteam", "niet_wijkteam"]])
def test_readings_of_ambulatory_help_are_open(denominator: list[str]):
    assert read_config({"classification": {"denominator": denominator}}).classification.denominator == denominator


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8123", "[::1]:8123", "localhost:8123/run7", "opendata.cbs.nl/", "dataderden.cbs.nl"]
)
def test_addresses_of_services(address: str):
    assert read_config({"statline": {"catalog_url": address}}).statline.catalog_url == address


@pytest.mark.parametrize("address", ["http://127.0.0.1:8123", "1:2:3", "opendata.cbs.nl?x", "opendata cbs", "", "host//x"])
def test_what_is_no_address_is_refused(address: str):
    assert "statline.catalog_url: found" in problem({"statline": {"catalog_url": address}})


def test_a_local_service_may_be_chosen():
    chosen = read_config({"statline": {"source": "cbs", "catalog_url": "127.0.0.1:8123", "use_https": False}}).statline
    assert (chosen.source, chosen.catalog_url, chosen.use_https) == ("cbs", "127.0.0.1:8123", False)


def test_the_trend_break_is_crossed_only_when_asked():
    across = {"kind": "change", "outcome": "begun", "years": [2019, 2022]}
    with pytest.raises(ConfigError, match=r"across_break: true does it all the same"):
        read_config({"contrasts": {**plain_contrasts(), "use": across}})
    asked = read_config({"contrasts": {**plain_contrasts(), "use": {**across, "across_break": True}}})
    assert asked.contrasts["use"].years == [2019, 2022]
    with pytest.raises(ConfigError, match="break"):
        read_config({"classification": {"years": [2020, 2021]}})
    assert read_config({"classification": {"years": [2020, 2021], "across_break": True}}).classification.across_break


def plain_contrasts() -> dict[str, object]:
    return {name: contrast.model_dump() for name, contrast in Config().contrasts.items()}
