"""Claims on the trial in made-up countries: what the comparisons find where it is known that there is nothing to find."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.language import tr
from wijkanalyse.report.words import CONTRASTS

RECOVERY = Path("docs/validation/recovery.csv")
"""Stored with the project; made anew only when asked for (`snakemake recovery`)."""

_NO_EFFECT, _RELABELLED = "zero", "reclassification"


def read_recovery(path: Path) -> pd.DataFrame:
    """Return the results of the recovery study (`validation.recovery.Summary`); without rows where there is no such file."""
    if not path.is_file():
        return pd.DataFrame(columns=["scenario", "estimator", "question", "unit", "replications", "mean", "rejection"])
    return pd.read_csv(path)


def made_up_countries(recovery: pd.DataFrame, primary: Sequence[str]) -> Iterator[Claim]:
    """Claims ``trial.*``: what the published way of comparing finds in countries without any effect, and how often it is clear.

    ``trial.<duration|crisis>.mean`` and ``.rejects``; ``trial.<estimand>.rejects`` for the `primary` estimands, where 5 % is
    what a 95 % interval allows; ``trial.relabelled.rejects``: the first of them where work of others is counted as the team's.
    """
    found = recovery.set_index(["scenario", "estimator", "question"])

    def claim(name: str, key: tuple[str, str, str], column: str, unit: str, label: str, decimals: int | None = None) -> Claim:
        value = float(found[column].to_dict()[key]) if key in found.index else math.nan
        row = ", ".join(f"{part}={given}" for part, given in zip(found.index.names, key, strict=True))
        origin = Origin(RECOVERY.as_posix(), f"{row}: {column}", tr("nagebootste landen"), "recovery")
        value *= 100 if column == "rejection" else 1
        return Claim(f"trial.{name}", value, unit, label, origin, decimals=decimals)

    said = tr("aandeel van de nagebootste landen zonder effect waarin het interval nul niet bevat")
    for contrast, (unit, decimals) in {"duration": ("days", 0), "crisis": ("points", 2)}.items():
        key = (_NO_EFFECT, "published", f"published_{contrast}_zonder_verblijf")
        label = tr("{contrast}, zoals gepubliceerd vergeleken", contrast=CONTRASTS[contrast])
        average = tr("{contrast}: gemiddeld verschil in nagebootste landen zonder effect", contrast=label)
        yield claim(f"{contrast}.mean", key, "mean", unit, average, decimals)
        yield claim(f"{contrast}.rejects", key, "rejection", "percent", f"{label}: {said}", 1)
    wrong = [
        claim(f"{name}.rejects", (_NO_EFFECT, "primary", name), "rejection", "percent", f"{name}: {said}", 1)
        for name in primary
    ]
    yield from wrong
    words = _judged([one.value for one in wrong], float(found["replications"].max()))
    label = tr("Hoe vaak de hoofdvragen ten onrechte een verschil vinden, naast wat een interval toelaat")
    yield Claim("trial.primary", math.nan, "text", label, wrong[0].origin, words=words)
    relabelled = tr("aandeel van de nagebootste landen waarin alleen anders wordt geteld, en het interval nul niet bevat")
    key = (_RELABELLED, "primary", "use_change")
    yield claim("relabelled.rejects", key, "rejection", "percent", f"use_change: {relabelled}", 1)
    first = (_NO_EFFECT, "published", "published_duration_zonder_verblijf")
    yield claim("countries", first, "replications", "count", tr("Nagebootste landen per proef"))


def _judged(rejected: Sequence[float], countries: float) -> str:
    """Whether shares of wrong findings (percent of `countries`) are what a 95 % interval allows, give or take chance."""
    if any(map(math.isnan, rejected)):
        return tr("niet te zeggen")
    most = 5 + 2 * math.sqrt(5 * 95 / countries)
    return tr("niet vaker dan een interval toelaat") if max(rejected) <= most else tr("vaker dan een interval toelaat")
