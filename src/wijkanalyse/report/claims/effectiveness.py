"""Claims on the contrasts between active and not active municipalities, and the published pair beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product

import pandas as pd

from wijkanalyse.frames import rows
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.grammar import COMPARED, Finding
from wijkanalyse.report.language import tr
from wijkanalyse.report.words import CONTRASTS, FORMS, GROUPS, WEIGHTINGS, difference_in_words

PUBLISHED_AS = {"use": "use_change", "duration": "mean_duration", "crisis": "crisis_start"}
"""Names of the contrasts among the published figures; reach has no published pair."""

DECIMALS = {"use": 1, "duration": 0, "crisis": 1, "reach": 1}
ESTIMATES = "data/processed/estimates/contrasts.parquet"
PUBLISHED = "data/raw/evidence/published_figures.csv"


def published_pairs(published: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``published.<contrast>.<group>``: the figures of the study itself."""
    slides = published[published["source"].eq("study-slides")]
    for contrast, indicator in PUBLISHED_AS.items():
        for row in rows(slides[slides["indicator"].eq(indicator)]):
            yield Claim(
                id=f"published.{contrast}.{row.group}",
                value=float(row.value),
                unit=str(row.unit),
                label=tr("{contrast}, {group}, zoals gepubliceerd", contrast=CONTRASTS[contrast], group=GROUPS[str(row.group)]),
                origin=Origin(PUBLISHED, str(row.figure_id), "published_figures.csv", "load_evidence"),
                decimals=0 if float(row.value).is_integer() else 1,
            )


def contrasts(estimates: pd.DataFrame, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims ``<contrast>.<form>.<weighting>.<term>`` and, per contrast, what the difference allows to say."""
    for row in rows(estimates):
        is_difference = row.term == "difference"
        unit = "points" if is_difference and row.unit == "percent" else str(row.unit)
        yield Claim(
            id=f"{row.contrast}.{row.form}.{row.weighting}.{row.term}",
            value=float(row.value),
            unit=unit,
            label=f"{CONTRASTS[row.contrast]}, {FORMS[row.form]}, {GROUPS[row.term]}, {WEIGHTINGS[row.weighting]}, {row.years}",
            lower=float(row.lower),
            upper=float(row.upper),
            decimals=DECIMALS[row.contrast],
            origin=_from_estimates(row, tables[row.contrast]),
        )
        if is_difference:
            yield Claim(
                id=f"{row.contrast}.{row.form}.{row.weighting}.verdict",
                value=float("nan"),
                unit="text",
                label=tr(
                    "Wat het interval van dit verschil toelaat te zeggen: {contrast}, {form}",
                    contrast=CONTRASTS[row.contrast],
                    form=FORMS[row.form],
                ),
                words=difference_in_words(float(row.lower), float(row.upper)),
                origin=_from_estimates(row, tables[row.contrast]),
            )
    for row in rows(estimates[estimates["weighting"].eq("pooled")]):
        term = "" if row.term == "difference" else f"_{row.term}"
        yield Claim(
            id=f"{row.contrast}.{row.form}.municipalities{term}",
            value=float(row.municipalities),
            unit="count",
            label=tr(
                "Gemeenten in {contrast}, {form}, {group}",
                contrast=CONTRASTS[row.contrast].lower(),
                form=FORMS[row.form],
                group=GROUPS[row.term],
            ),
            origin=_from_estimates(row, tables[row.contrast]),
        )


def not_estimated(estimates: pd.DataFrame, tables: Mapping[str, str]) -> Iterator[Claim]:
    """Claims for what the text speaks of but this run could not estimate, because the service does not offer the columns."""
    done = set(zip(estimates["contrast"], estimates["form"], strict=True))
    for contrast, form in product(CONTRASTS, ("zonder_verblijf", "niet_wijkteam")):
        if (contrast, form) in done:
            continue
        label = tr("{contrast}, {form}: niet te berekenen", contrast=CONTRASTS[contrast], form=FORMS[form])
        origin = Origin(ESTIMATES, f"contrast={contrast}, form={form}: absent", tables[contrast], "estimate_contrasts")
        for weighting, term in product(WEIGHTINGS, GROUPS):
            yield Claim(f"{contrast}.{form}.{weighting}.{term}", math.nan, "percent", label, origin)
        for weighting in WEIGHTINGS:
            words = COMPARED[Finding.UNKNOWN]
            yield Claim(f"{contrast}.{form}.{weighting}.verdict", math.nan, "text", label, origin, words=words)
        for term in ("municipalities", "municipalities_active", "municipalities_not_active"):
            yield Claim(f"{contrast}.{form}.{term}", 0, "count", label, origin)


def _from_estimates(row: object, tables: str) -> Origin:
    keys = ("contrast", "form", "weighting", "term")
    return Origin(ESTIMATES, ", ".join(f"{key}={getattr(row, key)}" for key in keys), tables, "estimate_contrasts")
