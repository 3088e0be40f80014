"""Gathering all claims of a run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from wijkanalyse.classification import Classified
from wijkanalyse.config import Classification, Config, Contrast
from wijkanalyse.effects.contrasts import Estimates
from wijkanalyse.effects.estimands import Estimand, read_estimands
from wijkanalyse.effects.multiverse.schemas import BranchShares, JointTest, Sizes, Summary
from wijkanalyse.effects.results import Balance, Decomposition, Effects, Sensitivity, Switchers
from wijkanalyse.files import read_table
from wijkanalyse.panel.schemas import Panel
from wijkanalyse.report.claims import effectiveness, effects, multiverse, municipalities, run
from wijkanalyse.report.claims.conclusions import concluded
from wijkanalyse.report.claims.evidence import on_evidence
from wijkanalyse.report.claims.ledger import Claim, as_frame
from wijkanalyse.report.claims.trials import RECOVERY, made_up_countries, read_recovery
from wijkanalyse.statline.tables import TableRegister, read_tables


def collect_claims(
    files: Mapping[str, Path], evidence: Sequence[Path], raw_folder: Path, config: Config, recovery: Path = RECOVERY
) -> pd.DataFrame:
    """Return the ledger (`Claims`) of the run.

    `files` names the tables of the run (the inputs of rule collect_claims); `evidence` the checked evidence. For made-up
    figures the truth that was put in is read from `raw_folder`. `recovery` holds what the estimators find in made-up countries.
    """
    register = json.loads(files["register"].read_text(encoding="utf-8"))
    panel = read_table(files["panel"], Panel)
    classification = read_table(files["classification"], Classified)
    estimates = read_table(files["estimates"], Estimates)
    records = {path.stem: pd.read_parquet(path) for path in evidence}
    tables = read_tables(files["table_register"])
    classified_on = _tables_under(tables, config.classification.years, _classification_variables(config.classification))
    compared_on: dict[str, str] = {
        name: _contrast_tables(tables, config, contrast) for name, contrast in config.contrasts.items()
    }
    estimands = read_estimands(files["estimands"])
    estimated_on = {estimand.id: _estimand_tables(tables, config, estimand) for estimand in estimands.estimands}
    followed_on = _tables_under(tables, range(2017, 2026), _classification_variables(config.classification))
    covariates = estimands.baseline.covariates.values()
    parts = [name for covariate in covariates for name in (covariate.part, *covariate.whole)]
    baseline_on = _tables_under(tables, [estimands.baseline.year], parts)
    truth = json.loads((raw_folder / register["truth"]).read_text(encoding="utf-8")) if "truth" in register else None

    tried = read_recovery(recovery)

    def claims() -> Iterator[Claim]:
        yield from run.origin(register)
        yield from effectiveness.published_pairs(records["published_figures"])
        yield from effectiveness.contrasts(estimates, compared_on)
        yield from effectiveness.not_estimated(estimates, compared_on)
        yield from effects.decomposition(read_table(files["decomposition"], Decomposition), compared_on)
        yield from effects.estimates(read_table(files["effects"], Effects), estimands, estimated_on)
        yield from effects.sensitivity(read_table(files["sensitivity"], Sensitivity), estimands, estimated_on)
        yield from effects.switchers(read_table(files["switchers"], Switchers), followed_on)
        yield from effects.balance(read_table(files["balance"], Balance), baseline_on)
        yield from multiverse.admissible(read_table(files["sizes"], Sizes))
        yield from multiverse.summaries(read_table(files["multiverse_summary"], Summary), compared_on)
        yield from multiverse.joint_tests(read_table(files["joint_test"], JointTest), compared_on)
        yield from multiverse.influential(read_table(files["branch_shares"], BranchShares))
        yield from made_up_countries(tried, [estimand.id for estimand in estimands.primary])
        yield from municipalities.counts(classification, classified_on)
        yield from municipalities.choices(config, panel, classified_on)
        yield from on_evidence(files, records, classified_on)
        if truth is not None:
            yield from run.truth(truth["settings"])

    return as_frame(lambda: concluded(claims()), str(register["source_text"]))


def _classification_variables(classification: Classification) -> list[str]:
    return [f"{classification.measure}_{form}" for form in (classification.numerator, *classification.denominator)]


def _contrast_tables(tables: TableRegister, config: Config, contrast: Contrast) -> str:
    """The tables under a contrast: those of its outcome and denominator, and those that the groups were formed on."""
    measures = [measure for measure in (contrast.outcome, contrast.denominator) if measure]
    variables = [*measures, *(f"{measure}_{form}" for measure in measures for form in config.forms)]
    outcome = _tables_under(tables, contrast.years, variables)
    groups = _tables_under(tables, config.classification.years, _classification_variables(config.classification))
    return ", ".join(dict.fromkeys([*outcome.split(", "), *groups.split(", ")]))


def _estimand_tables(tables: TableRegister, config: Config, estimand: Estimand) -> str:
    """The tables under an estimand: those of its outcome, and those that the municipalities were classified on."""
    outcome = _tables_under(tables, estimand.years, [estimand.outcome, estimand.per])
    classified = estimand.activity or estimand.years
    groups = _tables_under(tables, classified, _classification_variables(config.classification))
    return ", ".join(dict.fromkeys([*outcome.split(", "), *groups.split(", ")]))


def _tables_under(tables: TableRegister, years: Sequence[int], variables: Sequence[str]) -> str:
    """Numbers of the tables that hold one of `variables` for one of `years`."""
    return ", ".join(
        identifier
        for identifier, table in tables.tables.items()
        if set(variables) & set(table.variables) and any(table.years[0] <= year <= table.years[1] for year in years)
    )
