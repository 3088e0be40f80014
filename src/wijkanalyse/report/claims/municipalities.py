"""Claims on the municipalities: how many there are, how many are active, how large the team's share is."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from wijkanalyse.config import Config, crosses_break
from wijkanalyse.frames import rows
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import enumeration
from wijkanalyse.report.words import CLUSTERS, CONTRASTS, FORMS, MEASURES, STATUSES

CLASSIFICATION = "data/processed/classification.parquet"
PANEL = "data/processed/panel.parquet"
CONFIG = "config/config.yaml"


def counts(classification: pd.DataFrame, tables: str) -> Iterator[Claim]:
    """Claims ``municipalities.*``: the flow from all municipalities to the two groups."""

    def origin(row: str) -> Origin:
        return Origin(CLASSIFICATION, row, tables, "classify")

    groups = classification["group"]
    classified = classification[groups.notna()]
    values = {
        "all": (len(classification), tr("Gemeenten in het panel")),
        "classified": (len(classified), tr("Ingedeelde gemeenten")),
        "unclassified": (int(groups.isna().sum()), tr("Gemeenten zonder indeling")),
        "active": (int(groups.eq("active").sum()), tr("Gemeenten met een actief wijkteam")),
        "not_active": (int(groups.eq("not_active").sum()), tr("Gemeenten zonder actief wijkteam")),
        "uncertain": (
            int((~classified["is_certain"]).sum()),
            tr("Gemeenten waarvan de indeling binnen afronding en onderdrukking kan omslaan"),
        ),
    }
    for name, (value, label) in values.items():
        yield Claim(f"municipalities.{name}", value, "count", label, origin(f"count of {name}"))
    for group in ("active", "not_active"):
        share = classified.loc[classified["group"].eq(group), "share_pct"]
        yield Claim(
            f"share.median.{group}",
            float(share.median()),
            "percent",
            tr("Mediaan van het aandeel van het wijkteam"),
            origin(f"median of share_pct where group={group}"),
        )
    total = classification[["numerator", "denominator"]].dropna().sum()
    yield Claim(
        "share.national",
        float(100 * total["numerator"] / total["denominator"]),
        "percent",
        tr("Aandeel van de wijkteams in alle gemeenten samen"),
        origin("sum of numerator over sum of denominator"),
    )


def choices(config: Config, panel: pd.DataFrame, tables: str) -> Iterator[Claim]:
    """Claims ``choice.*``: the choices of this run that the text names."""
    classification = config.classification

    def choice(name: str, label: str, value: float = float("nan"), unit: str = "text", words: str = "", **kw: int) -> Claim:
        return Claim(f"choice.{name}", value, unit, label, Origin(CONFIG, name, "config.yaml", "-"), words=words, **kw)

    threshold = classification.threshold_pct
    yield choice(
        "threshold", tr("Grens voor een actief wijkteam"), threshold, "percent", decimals=0 if threshold.is_integer() else 1
    )
    yield choice(
        "classification_years", tr("Jaren van de indeling"), words=enumeration([str(year) for year in classification.years])
    )
    yield choice("measure", tr("Wat geteld wordt"), words=MEASURES[classification.measure])
    yield choice("numerator", tr("Teller van het aandeel"), words=FORMS[classification.numerator])
    yield choice(
        "denominator", tr("Noemer van het aandeel"), words=enumeration([FORMS[form] for form in classification.denominator])
    )
    yield choice("minimum_count", tr("Kleinste noemer die wordt ingedeeld"), classification.minimum_count, "count")
    yield choice("boundaries_year", tr("Gemeentegrenzen"), config.panel.boundaries_year, "year")
    yield choice("suppressed_value", tr("Waarde van een onderdrukt aantal"), config.panel.suppressed_value, "count", decimals=1)
    yield choice("level", tr("Betrouwbaarheid van de intervallen"), 100 * config.inference.level, "percent", decimals=0)
    yield choice("cluster", tr("Eenheid van de onzekerheid"), words=CLUSTERS[config.inference.cluster])
    years = panel.dropna(subset=["trajectories_zonder_verblijf"])
    marked = {
        row.year: f"{row.year} ({STATUSES[row.period_status]})"
        for row in rows(years.drop_duplicates("year"))
        if row.period_status != "Definitief"
    }
    for name, contrast in config.contrasts.items():
        what = CONTRASTS[name].lower()
        words = enumeration([marked.get(year, str(year)) for year in contrast.years])
        yield choice(f"{name}_years", tr("Jaren van {what}", what=what), words=words)
        yield choice(f"{name}_last_year", tr("Laatste jaar van {what}", what=what), contrast.years[-1], "year")
        yield choice(f"{name}_first_year", tr("Eerste jaar van {what}", what=what), contrast.years[0], "year")
    crossing = [CONTRASTS[name].lower() for name, contrast in config.contrasts.items() if crosses_break(contrast.years)]
    crossing += [tr("de indeling")] if crosses_break(classification.years) else []
    none = tr("geen enkel cijfer hier overschrijdt die breuk")
    words = tr("{names} gaat over die breuk heen", names=enumeration(crossing)) if crossing else none
    yield choice("across_break", tr("Over de trendbreuk heen"), words=words)
    for part, value in {"first_year": int(years["year"].min()), "last_year": int(years["year"].max())}.items():
        yield Claim(f"panel.{part}", value, "year", tr("Jaren van het panel"), Origin(PANEL, "year", tables, "build_panel"))
    yield Claim(
        "panel.provisional_years",
        float("nan"),
        "text",
        tr("Jaren met cijfers die nog niet definitief zijn"),
        Origin(PANEL, "period_status", tables, "build_panel"),
        words=enumeration(list(marked.values())) or tr("geen"),
    )
