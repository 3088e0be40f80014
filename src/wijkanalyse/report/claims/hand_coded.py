"""Claims on the hand-coded evidence: client indicators, themes in reports, polls, studies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from wijkanalyse.frames import rows
from wijkanalyse.report.claims.ledger import Claim, Origin

ESTIMATES = "data/processed/estimates"
EVIDENCE = "data/processed/evidence"


def indicators(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``indicator.<name>.*``: pooled, unweighted and published value, with how many surveys and respondents."""
    for row in rows(table):
        name, unit = str(row.indicator), str(row.unit)
        decimals = 1 if unit == "grade" else 0
        where = Origin(
            f"{ESTIMATES}/client_indicators.parquet", f"indicator={name}", "client_surveys.csv", "synthesise_evidence"
        )

        def claim(
            part: str,
            value: float,
            label: str,
            unit: str = unit,
            lower: float = math.nan,
            upper: float = math.nan,
            *,
            name: str = name,
            decimals: int = decimals,
            where: Origin = where,
        ) -> Claim:
            places = 0 if unit == "count" else decimals
            return Claim(f"indicator.{name}.{part}", value, unit, label, where, lower=lower, upper=upper, decimals=places)

        label = str(row.label_nl)
        yield claim("pooled", row.pooled, f"{label}, gewogen naar respondenten", unit, row.lower, row.upper)
        yield claim(
            "unweighted",
            row.unweighted,
            f"{label}, gemiddelde van onderzoeken",
            unit,
            row.unweighted_lower,
            row.unweighted_upper,
        )
        is_pooled = row.headline == "pooled"
        lower, upper = (row.lower, row.upper) if is_pooled else (row.unweighted_lower, row.unweighted_upper)
        yield claim("headline", row.headline_value, f"{label}, hoofdcijfer", unit, lower, upper)
        yield claim("published", row.published, f"{label}, zoals gepubliceerd")
        yield claim("published_n", row.published_n, f"{label}, respondenten in de studie", "count")
        yield claim("k", row.k, f"{label}, onderzoeken", "count")
        yield claim("k_with_n", row.k_with_n, f"{label}, onderzoeken met aantal respondenten", "count")
        yield claim("n", row.n, f"{label}, respondenten", "count")
    inside = table[table["headline_value"].notna()]
    bounds = inside.assign(
        lower=inside["lower"].where(inside["headline"].eq("pooled"), inside["unweighted_lower"]),
        upper=inside["upper"].where(inside["headline"].eq("pooled"), inside["unweighted_upper"]),
    )
    within = bounds["published"].between(bounds["lower"], bounds["upper"])
    file = f"{ESTIMATES}/client_indicators.parquet"
    for part, value, text in (
        ("within", int(within.sum()), "Gepubliceerde cijfers binnen het interval van de herhaling"),
        ("all", len(table), "Gepubliceerde cliëntcijfers"),
    ):
        yield Claim(f"indicators.{part}", value, "count", text, Origin(file, part, "client_surveys.csv", "synthesise_evidence"))


def themes(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``theme.<name>.*``: how often a theme is seen, with its Wilson interval."""
    for row in rows(table):
        where = Origin(f"{ESTIMATES}/themes.parquet", f"theme={row.theme}", "annual_reports.csv", "synthesise_evidence")
        yield Claim(
            f"theme.{row.theme}.share",
            float(row.share_pct),
            "percent",
            f"Thema gezien: {row.label_nl}",
            where,
            lower=float(row.lower),
            upper=float(row.upper),
            decimals=0,
        )
        yield Claim(f"theme.{row.theme}.seen", row.seen, "count", f"Verslagen met thema: {row.label_nl}", where)
    ranked = table[table["kind"].eq("theme")].sort_values("share_pct", ascending=False, kind="stable")
    for place, row in zip(("first", "second", "third"), rows(ranked), strict=False):
        where = Origin(f"{ESTIMATES}/themes.parquet", f"theme={row.theme}", "annual_reports.csv", "synthesise_evidence")
        label = "Vaakst geziene thema's"
        yield Claim(f"themes.{place}", math.nan, "text", label, where, words=str(row.label_nl))
        yield Claim(f"themes.{place}_share", float(row.share_pct), "percent", label, where, decimals=0)
    where = Origin(f"{ESTIMATES}/themes.parquet", "n", "annual_reports.csv", "synthesise_evidence")
    yield Claim("themes.n", int(table["n"].iloc[0]), "count", "Verslagen van teams (organisatie en jaar)", where)


def survey_populations(values: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``surveys.*``: the client surveys that are pooled, and how many are among users of the Wmo."""
    distinct = values.drop_duplicates("survey_id")
    where = Origin(
        f"{ESTIMATES}/client_survey_values.parquet", "distinct survey_id", "client_surveys.csv", "synthesise_evidence"
    )
    yield Claim("surveys.pooled", len(distinct), "count", "Samengevoegde cliëntervaringsonderzoeken", where)
    wmo = int(distinct["population"].eq("wmo").sum())
    yield Claim("surveys.wmo", wmo, "count", "Waarvan onder Wmo-cliënten", where)


def polls(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``poll.<year>.*`` for the polls among municipalities, and the first and last of them."""
    for row in rows(table.drop_duplicates("year", keep="first")):
        where = Origin(f"{ESTIMATES}/polls.parquet", f"poll_id={row.poll_id}", "municipal_polls.csv", "synthesise_evidence")
        lower, upper = float(row.lower), float(row.upper)
        label = f"Gemeenten met wijkteams, {row.source}"
        percent = float(row.percent)
        yield Claim(f"poll.y{row.year}.share", percent, "percent", label, where, lower=lower, upper=upper, decimals=0)
        yield Claim(f"poll.y{row.year}.year", float(row.year), "year", f"Jaar van de peiling, {row.source}", where)


def studies(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``studies.<direction>`` and ``studies.all``: what local and national studies found, counted."""
    where = Origin(f"{ESTIMATES}/studies.parquet", "count by direction", "local_studies.csv", "synthesise_evidence")
    for direction, count in table.groupby("direction")["count"].sum().items():
        yield Claim(f"studies.{direction}", int(count), "count", f"Onderzoeken met uitkomst {direction}", where)
    yield Claim("studies.all", int(table["count"].sum()), "count", "Lokale en landelijke onderzoeken", where)


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
