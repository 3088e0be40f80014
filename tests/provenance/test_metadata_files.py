"""CITATION.cff, codemeta.json and codecheck.yml are valid, say what pyproject.toml says, and make nothing up."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.small_world import ROOT
from wijkanalyse import __version__
from wijkanalyse.provenance.crate import AUTHORS

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CFF_KEYS = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license",
    "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact", "repository-code",
    "title", "type", "url", "version",
}  # fmt: skip
CFF_REFERENCE_TYPES = {"article", "book", "data", "database", "report", "slides", "software", "website"}


def citation() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "CITATION.cff").read_text())


def codemeta() -> dict[str, Any]:
    return json.loads((ROOT / "codemeta.json").read_text())


def codecheck() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "codecheck.yml").read_text())


def test_version_name_and_licence_are_the_same_everywhere() -> None:
    assert __version__ == PROJECT["version"]
    for found in (citation(), codemeta()):
        assert found["version"] == PROJECT["version"]
    assert citation()["title"] == codemeta()["name"] == PROJECT["name"]
    assert citation()["license"] == PROJECT["license"]
    assert codemeta()["license"] == f"https://spdx.org/licenses/{PROJECT['license']}"
    assert codemeta()["description"] == PROJECT["description"]
    assert codemeta()["softwareRequirements"] == PROJECT["dependencies"]
    assert codemeta()["runtimePlatform"] == f"Python {PROJECT['requires-python']}"
    assert citation()["keywords"] == codemeta()["keywords"]
    assert [one["name"] for one in citation()["authors"]] == [one["name"] for one in codemeta()["author"]] == [AUTHORS]


def test_the_citation_has_the_form_of_cff_1_2() -> None:
    found = citation()
    assert found["cff-version"] == "1.2.0"
    assert {"authors", "cff-version", "message", "title"} <= set(found) <= CFF_KEYS
    assert found["type"] in ("software", "dataset")
    assert all(isinstance(value, str) for key, value in found.items() if key not in ("authors", "keywords", "references"))
    for reference in found["references"]:
        assert {"authors", "title", "type"} <= set(reference)
        assert reference["type"] in CFF_REFERENCE_TYPES
        assert re.match(r"https?://", reference["url"])


def test_codemeta_is_of_version_3() -> None:
    found = codemeta()
    assert (found["@context"], found["@type"]) == ("https://w3id.org/codemeta/3.0", "SoftwareSourceCode")
    for key in ("readme", "buildInstructions"):
        assert (ROOT / found[key]).is_file()


def test_the_manifest_follows_codecheck_2() -> None:
    text = (ROOT / "codecheck.yml").read_text()
    assert text.startswith("---\n")
    found = codecheck()
    assert found["version"] == "https://codecheck.org.uk/spec/config/2.0/"
    assert found["paper"]["title"]
    files = [item["file"] for item in found["manifest"]]
    assert len(files) == len(set(files)) > 5
    assert all(item["comment"] for item in found["manifest"])
    assert not [file for file in files if file.startswith(("/", "."))]
    title = re.search(r'^title: "(.*)"$', (ROOT / "reports/wijkteams.qmd").read_text(), re.M).group(1)
    assert found["paper"]["title"] == title


def test_what_people_must_add_is_open_and_named_as_such() -> None:
    text = (ROOT / "codecheck.yml").read_text()
    for key in ("codechecker", "certificate", "report", "repository", "check_time", "summary"):
        assert key not in codecheck()
        assert key in text
    for key in ("doi", "identifiers", "date-released", "repository-code"):
        assert key not in citation()


@pytest.mark.parametrize("name", ["CITATION.cff", "codemeta.json", "codecheck.yml"])
def test_no_identifier_is_made_up_and_no_placeholder_left(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"FIXME|TODO|XXXX|0000-000|10\.5281|zenodo", text, re.I)
