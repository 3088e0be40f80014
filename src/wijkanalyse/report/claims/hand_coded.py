"""Claims on the other hand-coded records: polls, studies, the study's own figures, and how many records there are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from wijkanalyse.frames import rows
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.language import tr

FOLDER: Final = "data/processed/estimates"
EVIDENCE: Final = "data/processed/evidence"
RULE: Final = "synthesise_evidence"


def polls(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``poll.y<year>.*``: the share of municipalities with teams, and how low and high non-response leaves it."""
    for row in rows(table.drop_duplicates("year", keep="first")):
        where = Origin(f"{FOLDER}/polls.parquet", f"poll_id={row.poll_id}", "municipal_polls.csv", RULE)
        source, key = tr(row.source), f"poll.y{row.year}"
        label = tr("Gemeenten met wijkteams, {source}", source=source)
        yield Claim(f"{key}.share", row.percent, "percent", label, where, row.lower, row.upper, 0)
        yield Claim(f"{key}.year", float(row.year), "year", tr("Jaar van de peiling, {source}", source=source), where)
        lowest, highest = (
            tr("{poll}, als niemand anders een team had", poll=label),
            tr("{poll}, als ieder ander een team had", poll=label),
        )
        yield Claim(f"{key}.lowest", row.lowest_pct, "percent", lowest, where, decimals=0)
        yield Claim(f"{key}.highest", row.highest_pct, "percent", highest, where, decimals=0)
        response = math.nan if pd.isna(row.response_pct) else float(row.response_pct)
        yield Claim(f"{key}.response", response, "percent", tr("Respons, {source}", source=source), where, decimals=0)
    first = table.iloc[int(table["percent"].to_numpy().argmax())]
    where = Origin(f"{FOLDER}/polls.parquet", f"poll_id={first['poll_id']}", "municipal_polls.csv", RULE)
    yield Claim("polls.highest_year", float(first["year"]), "year", tr("Jaar van de hoogste uitkomst"), where)
    yield Claim("polls.highest", float(first["percent"]), "percent", tr("Hoogste uitkomst"), where, decimals=0)


def poll_answers(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``answer.<indicator>.<poll>``: what municipalities said that teams do and run into."""
    for row in rows(table):
        where = Origin(
            f"{FOLDER}/poll_answers.parquet", f"poll_id={row.poll_id}, indicator={row.indicator}", "municipal_polls.csv", RULE
        )
        name = f"answer.{row.indicator}.{row.poll_id.lower()}"
        label = f"{tr(row.label_nl)}, {tr(row.source)}"
        yield Claim(name, row.percent, "percent", label, where, row.lower, row.upper, 0)


def studies(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``studies.<direction>``, ``studies.all`` and ``studies.quasi_experiment.*``: what studies found, counted."""
    quasi = table[table["design"].eq("quasi-experiment")]
    all_of_them, experiments = tr("Onderzoeken"), tr("Quasi-experimenten")
    for key, found, what in (("studies", table, all_of_them), ("studies.quasi_experiment", quasi, experiments)):
        designs = "all designs" if found is table else "design=quasi-experiment"
        where = Origin(f"{FOLDER}/studies.parquet", f"count by direction, {designs}", "local_studies.csv", RULE)
        counts = found.groupby("direction")["count"].sum()
        for direction, text in words.DIRECTIONS.items():
            label = tr("{studies} met uitkomst {outcome}", studies=what, outcome=text)
            yield Claim(f"{key}.{direction}", int(counts.get(direction, 0)), "count", label, where)
        yield Claim(f"{key}.all", int(found["count"].sum()), "count", what, where)
        label = tr("{studies} waarvan de uitkomst te zien is", studies=what)
        yield Claim(f"{key}.seen", int(found.loc[found["is_evidence"], "count"].sum()), "count", label, where)


def flagged(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``cpb.<study>.*``: the results of the CPB that stand beside a published figure; table as in `Studies`."""
    for row in rows(table[table["is_flagged"]]):
        where = Origin(f"{FOLDER}/study_list.parquet", f"study_id={row.study_id}", "local_studies.csv", RULE)
        key, label = f"cpb.{row.study_id.lower()}", f"CPB: {row.title}"
        is_stated = not pd.isna(row.effect_stated)
        stated = words.cpb_in_words(row.study_id, str(row.effect_stated)) if is_stated else tr("Uitkomst niet vastgelegd.")
        yield Claim(f"{key}.found", math.nan, "text", label, where, words=stated)
        yield Claim(
            f"{key}.year", math.nan if pd.isna(row.year) else float(row.year), "year", tr("{study}, jaar", study=label), where
        )
    where = Origin(f"{FOLDER}/study_list.parquet", "is_flagged", "local_studies.csv", RULE)
    label = tr("Uitkomsten van het CPB naast die van de studie")
    yield Claim("cpb.all", int(table["is_flagged"].sum()), "count", label, where)


def published_figures(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``study.<indicator>``: other figures of the study that the text names."""
    for row in rows(table[table["group"].isin(["all", "active"])].drop_duplicates("indicator")):
        yield Claim(
            f"study.{row.indicator}",
            float(row.value),
            str(row.unit),
            tr("Studie: {figure}", figure=words.STUDY_FIGURES[row.indicator]),
            Origin("data/raw/evidence/published_figures.csv", str(row.figure_id), "published_figures.csv", "load_evidence"),
            decimals=0 if float(row.value).is_integer() else 1,
        )


def record_counts(tables: Mapping[str, pd.DataFrame]) -> Iterator[Claim]:
    """Claims ``records.<table>``: how many hand-coded records there are."""
    for name, table in tables.items():
        origin = Origin(f"{EVIDENCE}/{name}.parquet", "rows", f"{name}.csv", "load_evidence")
        yield Claim(f"records.{name}", len(table), "count", tr("Vastleggingen in {file}", file=f"{name}.csv"), origin)
    surveys = tables["client_surveys"]
    yield Claim(
        "records.surveys",
        surveys["survey_id"].nunique(),
        "count",
        tr("Cliëntervaringsonderzoeken"),
        Origin(f"{EVIDENCE}/client_surveys.parquet", "distinct survey_id", "client_surveys.csv", "load_evidence"),
    )
