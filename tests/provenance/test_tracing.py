"""A number is followed back to its row, the cells behind it and the code that made it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.small_world import ROOT
from wijkanalyse.cli import main
from wijkanalyse.config import Config
from wijkanalyse.effects.estimands import read_estimands
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.provenance.behind import Behind
from wijkanalyse.provenance.code import commit, functions_of, rule_file
from wijkanalyse.provenance.telling import as_text
from wijkanalyse.provenance.tracing import Run, Trace, describe


def traced(root: Path, name: str) -> Trace:
    ledgers = [pd.read_parquet(root / f"data/processed/{part}.parquet") for part in ("claims", "printed")]
    return describe(name, Run(pd.concat(ledgers), root))


def test_an_estimate_names_its_tables_columns_and_cells(undamaged: Path) -> None:
    trace = traced(undamaged, "duration.active")
    assert (trace.text, trace.interval, trace.value, trace.unit) == ("340 dagen", "328 tot 351 dagen", 339.6, "days")
    assert [(table.number, table.modified, table.status, table.cells) for table in trace.tables] == [
        ("82971NED", "2026-04-30T02:00:00", "2020 Definitief", 6),
        ("84134NED", "2026-04-30T02:00:00", "2020 Definitief", 6),
    ]
    served = {(column.serves_for, column.variable): column for column in trace.columns}
    assert set(served) == {
        ("outcome", "mean_duration_days_zonder_verblijf"),
        ("outcome", "ended_zonder_verblijf"),
        ("groups", "trajectories_wijkteam"),
        ("groups", "trajectories_zonder_verblijf"),
    }
    duration = served["outcome", "mean_duration_days_zonder_verblijf"]
    assert (duration.table, duration.key, duration.years) == ("82971NED", "GemiddeldeDuur_18", (2020,))
    assert duration.title == "Totaal jeugdhulp zonder verblijf > Gemiddelde duur | Totaal verwijzer"
    # the Netherlands and a municipality that was gone are no cells of the estimate
    assert (duration.cells, duration.published) == (3, 3)
    assert duration.first == ("GM0014 2020JJ00: 101", "GM0034 2020JJ00: 102", "GM0037 2020JJ00: 103")
    team = served["groups", "trajectories_wijkteam"]
    assert (team.cells, team.published) == (3, 2)
    assert team.first[-1] == "GM0037 2020JJ00: suppressed"
    assert trace.cells == 12


def test_an_estimate_names_its_rule_its_script_and_the_function(undamaged: Path) -> None:
    trace = traced(undamaged, "duration.active")
    assert trace.rule == "estimate_contrasts"
    file, line = trace.rule_file.split(":")
    assert (undamaged / file).read_text().splitlines()[int(line) - 1] == "rule estimate_contrasts:"
    assert (undamaged / trace.script).is_file()
    [function] = trace.functions
    assert (undamaged / function.file).read_text().splitlines()[function.line - 1].startswith(f"def {function.name}(")


def test_a_published_figure_names_its_record(undamaged: Path) -> None:
    trace = traced(undamaged, "published.duration.active")
    [records] = trace.records
    assert (records.file, records.records) == ("data/raw/evidence/published_figures.csv", 1)
    number = int(records.first[0].split()[1])
    lines = (undamaged / records.file).read_text().splitlines()
    assert lines[number - 1].startswith("PF03,")
    assert trace.tables == trace.columns == ()


def test_a_number_of_a_table_of_the_report_is_followed_too(undamaged: Path) -> None:
    assert {column.variable for column in traced(undamaged, "cell.duration.active.value").columns} >= {"trajectories_wijkteam"}


def test_a_choice_has_no_rule(undamaged: Path) -> None:
    trace = traced(undamaged, "choice.threshold")
    assert (trace.file, trace.rule_file, trace.script, trace.functions) == ("config/config.yaml", "", "", ())


def test_the_terminal_prints_it_without_a_path_of_this_machine(undamaged: Path) -> None:
    text = as_text(traced(undamaged, "duration.active"))
    assert "printed    340 dagen (328 tot 351 dagen)" in text
    assert "value      339.6, 327.8 to 351.4 (unit: days)" in text
    assert "82971NED Jeugdhulptrajecten in natura" in text
    assert "3 cells, 1 without a figure; first: GM0014 2020JJ00: 101" in text
    assert "workflow/scripts/estimate_contrasts.py" in text
    assert str(undamaged) not in text
    assert "nan" not in as_text(traced(undamaged, "published.duration.active"))


@pytest.mark.parametrize(
    ("typed", "near"),
    [("duration.activ", "duration.active"), ("published", "published.duration.active"), ("duration.aktive", "duration.active")],
)
def test_a_typo_is_answered_with_names_near_it(undamaged: Path, typed: str, near: str) -> None:
    with pytest.raises(WijkanalyseError, match=f'there is no claim "{typed}"; near it: .*{near}'):
        traced(undamaged, typed)


def test_the_command(undamaged: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(undamaged)
    assert main(["trace", "duration.active"]) == 0
    assert "claim      duration.active" in capsys.readouterr().out
    assert main(["trace", "nonsense.xyz"]) == 1
    assert "data/processed/claims.csv has all names" in capsys.readouterr().err


def test_before_there_is_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["trace", "duration.active"]) == 1
    assert "is not there; run `snakemake --cores 4` first." in capsys.readouterr().err


@pytest.mark.parametrize("name", ["statline.json", "cells.parquet", "claims.parquet"])
def test_a_damaged_file_is_named(
    run: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (run / "data/processed" / name).write_bytes(b"{}")
    monkeypatch.chdir(run)
    assert main(["trace", "duration.active"]) == 1
    assert name in capsys.readouterr().err


@pytest.fixture(scope="module")
def behind() -> Behind:
    return Behind(Config(), read_estimands(ROOT / "config/estimands.yaml"))


def test_an_adjusted_estimate_rests_on_its_covariates_of_the_baseline_year(behind: Behind) -> None:
    outcome, groups, covariates = behind.parts("estimate_effects", "estimand=use_change, unit=percent")
    assert (outcome.variables, outcome.years) == (("trajectories_niet_wijkteam", "population_0_22"), (2021, 2025))
    assert groups.years == (2017, 2018, 2019)
    assert (covariates.serves_for, covariates.years) == ("covariates", (2015,))
    assert "mean_income_1000_eur" in covariates.variables


def test_a_number_of_a_table_or_figure_is_known_by_the_piece_that_prints_it(behind: Behind) -> None:
    outcome, _ = behind.parts("estimate_contrasts", "zonder_verblijf active: low", "cell.use.zonder_verblijf_active.low")
    assert outcome.variables == ("begun_zonder_verblijf", "begun")
    [covariates] = behind.parts("estimate_effects", "income: before", "cell.balance.income.before")
    assert covariates.serves_for == "covariates"


def test_in_a_yearly_design_the_groups_are_of_the_years_before(behind: Behind) -> None:
    yearly = next(one for one in behind.estimands.estimands if one.design == "yearly" and one.lag)
    outcome, groups = behind.parts("estimate_effects", f"estimand={yearly.id}")
    assert groups.years == tuple(year - yearly.lag for year in outcome.years)


def test_a_year_that_is_classified_by_itself_rests_on_that_year(behind: Behind) -> None:
    assert [part.years for part in behind.parts("classify", "2018: active")] == [(2018,)]
    years = tuple(behind.config.classification.years)
    assert [part.years for part in behind.parts("classify", "count of active")] == [years]


def test_years_of_switchers_are_those_of_the_era(behind: Behind) -> None:
    outcome, groups = behind.parts("estimate_switchers", "outcome=trajectories_niet_wijkteam, era=2017-2020")
    assert outcome.years == groups.years == (2017, 2018, 2019, 2020)


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("gather_multiverse", "contrast=use, side=mechanical"),
        ("estimate_effects", "all"),
        ("estimate_contrasts", "contrast=x"),
        ("-", ""),
    ],
)
def test_where_a_row_does_not_tell_nothing_is_named(behind: Behind, rule: str, row: str) -> None:
    assert behind.parts(rule, row) == ()


def test_every_rule_with_a_script_is_found_with_functions_of_the_package() -> None:
    for script in (ROOT / "workflow/scripts").glob("*.py"):
        assert rule_file(script.stem, ROOT), script
        assert functions_of(script.stem, ROOT), script


def test_outside_version_control_there_is_no_commit(tmp_path: Path) -> None:
    assert commit(tmp_path) == ""
    assert functions_of("no_such_rule", ROOT) == ()


def test_a_function_that_a_package_only_passes_on_is_found_where_it_is_written(tmp_path: Path) -> None:
    package = tmp_path / "src/wijkanalyse/evidence"
    shutil.copytree(ROOT / "src/wijkanalyse/evidence", package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "workflow/scripts").mkdir(parents=True)
    shutil.copy(ROOT / "workflow/scripts/load_evidence.py", tmp_path / "workflow/scripts")
    assert {one.file for one in functions_of("load_evidence", tmp_path)} == {"src/wijkanalyse/evidence/loading.py"}
