"""Claims on the other hand-coded records: polls, studies, the study's own figures, and how many records there are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import pandas as pd

from wijkanalyse.frames import rows
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import Claim, Origin

FOLDER: Final = "data/processed/estimates"
EVIDENCE: Final = "data/processed/evidence"
RULE: Final = "synthesise_evidence"
NOT_RECORDED: Final = "uitkomst niet vastgelegd"


def polls(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``poll.y<year>.*``: the share of municipalities with teams, and how low and high non-response leaves it."""
    for row in rows(table.drop_duplicates("year", keep="first")):
        where = Origin(f"{FOLDER}/polls.parquet", f"poll_id={row.poll_id}", "municipal_polls.csv", RULE)
        label, key = f"Gemeenten met wijkteams, {row.source}", f"poll.y{row.year}"
        yield Claim(f"{key}.share", row.percent, "percent", label, where, row.lower, row.upper, 0)
        yield Claim(f"{key}.year", float(row.year), "year", f"Jaar van de peiling, {row.source}", where)
        yield Claim(f"{key}.lowest", row.lowest_pct, "percent", f"{label}, als niemand anders een team had", where, decimals=0)
        yield Claim(f"{key}.highest", row.highest_pct, "percent", f"{label}, als ieder ander een team had", where, decimals=0)
        response = math.nan if pd.isna(row.response_pct) else float(row.response_pct)
        yield Claim(f"{key}.response", response, "percent", f"Respons, {row.source}", where, decimals=0)
    highest = table.iloc[int(table["percent"].to_numpy().argmax())]
    where = Origin(f"{FOLDER}/polls.parquet", f"poll_id={highest['poll_id']}", "municipal_polls.csv", RULE)
    yield Claim("polls.highest_year", float(highest["year"]), "year", "Jaar van de hoogste uitkomst", where)
    yield Claim("polls.highest", float(highest["percent"]), "percent", "Hoogste uitkomst", where, decimals=0)


def poll_answers(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``answer.<indicator>.<poll>``: what municipalities said that teams do and run into."""
    for row in rows(table):
        where = Origin(
            f"{FOLDER}/poll_answers.parquet", f"poll_id={row.poll_id}, indicator={row.indicator}", "municipal_polls.csv", RULE
        )
        name = f"answer.{row.indicator}.{row.poll_id.lower()}"
        yield Claim(name, row.percent, "percent", f"{row.label_nl}, {row.source}", where, row.lower, row.upper, 0)


def studies(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``studies.<direction>``, ``studies.all`` and ``studies.quasi_experiment.*``: what studies found, counted."""
    quasi = table[table["design"].eq("quasi-experiment")]
    for key, found, what in (("studies", table, "Onderzoeken"), ("studies.quasi_experiment", quasi, "Quasi-experimenten")):
        where = Origin(f"{FOLDER}/studies.parquet", f"count by direction, {what.lower()}", "local_studies.csv", RULE)
        counts = found.groupby("direction")["count"].sum()
        for direction, text in words.DIRECTIONS.items():
            label = f"{what} met uitkomst {text}"
            yield Claim(f"{key}.{direction}", int(counts.get(direction, 0)), "count", label, where)
        yield Claim(f"{key}.all", int(found["count"].sum()), "count", what, where)
        yield Claim(f"{key}.seen", int(found.loc[found["is_evidence"], "count"].sum()), "count", f"{what} met uitkomst", where)


def flagged(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``cpb.<study>.*``: the results of the CPB that stand beside a published figure; table as in `Studies`."""
    for row in rows(table[table["is_flagged"]]):
        where = Origin(f"{FOLDER}/study_list.parquet", f"study_id={row.study_id}", "local_studies.csv", RULE)
        key, label = f"cpb.{row.study_id.lower()}", f"CPB: {row.title}"
        stated = NOT_RECORDED if pd.isna(row.effect_stated) else words.cpb_in_words(row.study_id, str(row.effect_stated))
        yield Claim(f"{key}.found", math.nan, "text", label, where, words=stated)
        yield Claim(f"{key}.year", math.nan if pd.isna(row.year) else float(row.year), "year", f"{label}, jaar", where)
    where = Origin(f"{FOLDER}/study_list.parquet", "is_flagged", "local_studies.csv", RULE)
    yield Claim("cpb.all", int(table["is_flagged"].sum()), "count", "Uitkomsten van het CPB naast die van de studie", where)


def published_figures(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``study.<indicator>``: other figures of the study that the text names."""
    for row in rows(table[table["group"].isin(["all", "active"])].drop_duplicates("indicator")):
        yield Claim(
            f"study.{row.indicator}",
            float(row.value),
            str(row.unit),
            f"Studie: {row.indicator}",
            Origin("data/raw/evidence/published_figures.csv", str(row.figure_id), "published_figures.csv", "load_evidence"),
            decimals=0 if float(row.value).is_integer() else 1,
        )


def record_counts(tables: Mapping[str, pd.DataFrame]) -> Iterator[Claim]:
    """Claims ``records.<table>``: how many hand-coded records there are."""
    for name, table in tables.items():
        origin = Origin(f"{EVIDENCE}/{name}.parquet", "rows", f"{name}.csv", "load_evidence")
        yield Claim(f"records.{name}", len(table), "count", f"Vastleggingen in {name}.csv", origin)
    surveys = tables["client_surveys"]
    yield Claim(
        "records.surveys",
        surveys["survey_id"].nunique(),
        "count",
        "Cliëntervaringsonderzoeken",
        Origin(f"{EVIDENCE}/client_surveys.parquet", "distinct survey_id", "client_surveys.csv", "load_evidence"),
    )
