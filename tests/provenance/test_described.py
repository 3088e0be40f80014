"""The data package and the RO-Crate of a run say what they must, and say it the same way twice."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pyarrow
import pytest
from frictionless import Package

from tests.provenance.conftest import PROCESSED, describe_again
from tests.provenance.profiles import faults_of_crate
from tests.small_world import ROOT
from wijkanalyse.config import Config, read_config
from wijkanalyse.contracts import Contract
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.provenance.crate import PROFILES
from wijkanalyse.provenance.datapackage import choices_yaml, data_package
from wijkanalyse.provenance.table_schema import meaning_of_variables, table_schema
from wijkanalyse.statline.tables import read_tables


def package(root: Path) -> dict[str, Any]:
    return json.loads((root / PROCESSED / "datapackage.json").read_text())


def crate(root: Path) -> dict[str, Any]:
    return json.loads((root / "ro-crate-metadata.json").read_text())


def entity(root: Path, identifier: str) -> dict[str, Any]:
    [found] = [one for one in crate(root)["@graph"] if one["@id"] == identifier]
    return found


def test_frictionless_finds_the_tables_as_described(undamaged: Path) -> None:
    descriptor = package(undamaged)
    assert Package.validate_descriptor(descriptor).valid
    # Parquet needs a reader of its own; of those tables the description itself is checked
    descriptor["resources"] = [one for one in descriptor["resources"] if one["format"] == "csv"]
    report = Package.from_descriptor(descriptor, basepath=str(undamaged / PROCESSED)).validate()
    assert report.valid, report.flatten(["title", "message"])
    assert len(report.tasks) == 3


def test_frictionless_sees_a_changed_byte(run: Path) -> None:
    path = run / PROCESSED / "claims.csv"
    path.write_bytes(path.read_bytes().replace(b"340", b"341", 1))
    descriptor = package(run)
    descriptor["resources"] = [one for one in descriptor["resources"] if one["name"] == "claims"]
    report = Package.from_descriptor(descriptor, basepath=str(run / PROCESSED)).validate()
    assert report.flatten(["type"]) == [["hash-count"]]


def test_made_up_figures_are_marked_and_sources_named(undamaged: Path) -> None:
    found = package(undamaged)
    assert found["mark"] == "VOORBEELDCIJFERS"
    assert found["title"].startswith("VOORBEELDCIJFERS")
    assert [source["version"] for source in found["sources"][:2]] == ["2026-04-30T02:00:00"] * 2
    assert all(source["licence"] == "CC BY 4.0" for source in found["sources"])
    # the port of a service on this machine says nothing to others
    assert "127.0.0.1" not in json.dumps(found)


def test_figures_of_cbs_are_not_marked_and_their_address_is_given(undamaged: Path) -> None:
    register = json.loads((undamaged / PROCESSED / "statline.json").read_text())
    register = {**register, "source": "cbs", "source_text": "CBS StatLine"}
    variables = read_tables(ROOT / "config/tables.yaml")
    found = data_package([PROCESSED / "claims.parquet"], [], register, variables, undamaged)
    assert "mark" not in found
    assert "VOORBEELDCIJFERS" not in found["title"] + found["description"]
    assert {source["path"] for source in found["sources"]} == {"http://127.0.0.1:1/table"}


def test_the_same_run_is_described_with_the_same_bytes(run: Path) -> None:
    files = [run / PROCESSED / "datapackage.json", run / PROCESSED / "choices.yaml", run / "ro-crate-metadata.json"]
    before = [path.read_bytes() for path in files]
    describe_again(run)
    assert [path.read_bytes() for path in files] == before
    assert all(str(run).encode() not in content for content in before)


def test_a_table_without_a_contract_is_refused(undamaged: Path) -> None:
    register = json.loads((undamaged / PROCESSED / "statline.json").read_text())
    with pytest.raises(WijkanalyseError, match=r"odd\.parquet has no contract"):
        data_package([PROCESSED / "odd.parquet"], [], register, read_tables(ROOT / "config/tables.yaml"), undamaged)


def test_a_schema_says_what_the_contract_says() -> None:
    class Table(Contract):
        """A table."""

        gm_code: str = pa.Field(str_matches=r"^GM\d{4}$", unique=True, description="municipality")
        prefix: str = pa.Field(str_matches=r"GM", description="begins with")
        share_pct: float = pa.Field(ge=0, lt=100, nullable=True, description="share")
        count: int = pa.Field(gt=0, description="how many")
        group: str = pa.Field(isin=["active", "", "not_active"], description="which group")

        class Config(Contract.Config):
            unique = ["gm_code", "group"]

    kinds = [
        ("gm_code", "string"),
        ("prefix", "string"),
        ("share_pct", "float64"),
        ("count", "int64"),
        ("group", "string"),
        ("households", "float64"),
    ]
    columns = pyarrow.schema([(name, getattr(pyarrow, kind)()) for name, kind in kinds])
    schema = table_schema(Table, columns, {"households": "Huishoudens, StatLine table 1"})
    fields = {field["name"]: field for field in schema["fields"]}
    assert fields["gm_code"]["constraints"] == {"unique": True, "pattern": r"^GM\d{4}$"}
    assert fields["prefix"]["constraints"] == {"pattern": "(?:GM).*"}
    assert fields["share_pct"] == {
        "name": "share_pct",
        "type": "number",
        "description": "share",
        "unit": "percent",
        "constraints": {"minimum": 0.0, "exclusiveMaximum": 100.0},
    }
    assert fields["count"]["constraints"] == {"required": True, "exclusiveMinimum": 0}
    assert fields["group"]["constraints"] == {"enum": ["active", "not_active"]}
    assert fields["households"]["description"] == "Huishoudens, StatLine table 1"
    assert schema["primaryKey"] == ["gm_code", "group"]


def test_every_variable_has_its_published_titles() -> None:
    register = read_tables(ROOT / "config/tables.yaml")
    meanings = meaning_of_variables(register)
    assert set(meanings) == set(register.variables)
    topic = "Uitgevoerd door het wijk- of buurtteam > Gemiddelde duur"
    assert (
        meanings["mean_duration_days_wijkteam"] == f"{topic} (Verwijzer jeugdzorg: Totaal verwijzer), StatLine table 85097NED"
    )


def test_the_choices_are_a_configuration_without_an_address_of_a_person() -> None:
    import yaml

    config = read_config({"statline": {"contact": "iemand@example.org"}, "classification": {"threshold_pct": 10}})
    text = choices_yaml(config)
    assert "iemand" not in text
    again = read_config(yaml.safe_load(text))
    assert again.classification == config.classification
    assert again == config.model_copy(update={"statline": Config().statline})


def test_the_crate_has_what_its_profiles_ask(undamaged: Path) -> None:
    assert faults_of_crate(crate(undamaged), undamaged) == []


@pytest.mark.parametrize(
    ("identifier", "key", "fault"),
    [
        ("#run", "instrument", "no action has the workflow as its instrument"),
        ("#statline", "workExample", "#statline: no workExample"),
        ("#statline", "additionalType", "#statline: no additionalType"),
        ("./", "datePublished", "./: no datePublished"),
        ("./", "conformsTo", "./: does not conform to https://w3id.org/ro/wfrun/process/0.5"),
        ("Snakefile", "programmingLanguage", "Snakefile: no programmingLanguage"),
    ],
)
def test_a_crate_without_it_would_be_seen(undamaged: Path, identifier: str, key: str, fault: str) -> None:
    damaged = crate(undamaged)
    for one in damaged["@graph"]:
        if one["@id"] == identifier:
            del one[key]
    assert fault in faults_of_crate(damaged, undamaged)


def test_the_crate_names_versions_and_bytes(undamaged: Path) -> None:
    table = entity(undamaged, "data/raw/example/84134NED/2026-04-30-84134/")
    assert (table["version"], table["identifier"]) == ("2026-04-30T02:00:00", "84134NED")
    report = entity(undamaged, "reports/wijkteams.html")
    assert report["sha256"] == hashlib.sha256((undamaged / "reports/wijkteams.html").read_bytes()).hexdigest()
    assert entity(undamaged, "#snakemake")["version"]
    assert entity(undamaged, "#pandas")["version"] == pd.__version__
    assert entity(undamaged, "./")["datePublished"] == "2026-05-02"
    assert "VOORBEELDCIJFERS" in entity(undamaged, "./")["description"]
    assert len(PROFILES) == 3


def test_no_moment_or_machine_is_in_the_crate(undamaged: Path) -> None:
    text = json.dumps(crate(undamaged))
    assert "127.0.0.1" not in text
    assert not {"endTime", "startTime", "agent"} & set(entity(undamaged, "#run"))
