"""What the study says of the teams' work, element by element, beside how often it is seen in reports.

The study's lists stand on its slides ("Toegevoegde waarde", "Werkzame elementen", "Belemmeringen", "Wat helpt het wijkteam?").
Its coding of the 34 reports was never published; only prevention has a figure. Elements that the codebook has no column for
are listed all the same: that they were not counted here is no finding about them.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.contracts import Contract
from wijkanalyse.evidence.codes import SOURCE_LEVELS, THEMES
from wijkanalyse.frames import rows as records

KINDS: Final = ("added_value", "working_element", "barrier", "helps", "hinders")


class _Element(NamedTuple):
    kind: str
    wording: str
    theme: str | None


STUDY_ELEMENTS: Final = (
    _Element("added_value", "aandacht voor eigen kracht", "eigen_kracht"),
    _Element("added_value", "inzet netwerk", "netwerk"),
    _Element("added_value", "inzet op preventie", "preventie"),
    _Element("added_value", "laagdrempelig aanwezig", "laagdrempelig"),
    _Element("added_value", "draagt bij aan vroegsignalering", "vroegsignalering"),
    _Element("added_value", "draagt bij aan samenwerking", "samenwerking"),
    _Element("added_value", "bredere benadering, oplossingen op maat", "brede_aanpak"),
    _Element("working_element", "verbinding", None),
    _Element("working_element", "vertrouwen", None),
    _Element("working_element", "verantwoordelijkheid", None),
    _Element("barrier", "onvoldoende tijd, werkdruk", "tijd_werkdruk"),
    _Element("barrier", "administratieve druk", "administratieve_druk"),
    _Element("barrier", "onvoldoende kennis en deskundigheid", "kennis"),
    _Element("barrier", "gebrek aan samenwerking", "samenwerking_gebrek"),
    _Element("helps", "consistente opdracht", "consistente_opdracht"),
    _Element("helps", "tijd en ruimte om te leren en verbeteren", "ruimte_leren"),
    _Element("helps", "mandaat, handelingsruimte", "mandaat"),
    _Element("hinders", "administratieve lasten", "administratieve_druk"),
    _Element("hinders", "niet-specifieke opdracht", None),
    _Element("hinders", "gebrek aan data", None),
    _Element("hinders", "te laat ingezet worden", None),
)
"""The elements in the order of the slides, and the column of annual_reports.csv that codes each."""


class Elements(Contract):
    """One row per element of the study and kind of text."""

    element: Series[int] = pa.Field(ge=1, description="number of the element, in the order of the slides")
    kind: Series[str] = pa.Field(isin=list(KINDS), description="list of the study that it stands in")
    wording: Series[str] = pa.Field(description="the element, after the slides (Dutch)")
    theme: Series[str] = pa.Field(isin=list(THEMES), nullable=True, description="column that codes it; empty where none does")
    source_level: Series[str] = pa.Field(isin=list(SOURCE_LEVELS), description="whose texts")
    is_base: Series[bool] = pa.Field(description="the level of the configuration")
    published_pct: Series[float] = pa.Field(nullable=True, description="figure of the study, where it has one, percent")
    n: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="reports: organisation-years")
    seen: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="of which with the element in the visible text")
    share_pct: Series[float] = pa.Field(nullable=True, description="seen of n, percent; not seen is not absent")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the Wilson interval")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of it")
    is_prevalence: Series[bool] = pa.Field(description="false for barriers, and where nothing was coded")
    status: Series[str] = pa.Field(description="how the share may be read")


def published_against_seen(themes: pd.DataFrame, consensus: str) -> pd.DataFrame:
    """Set every element of the study beside how often it is seen; a frame as in `Elements`.

    themes: frame as in `themes.Themes`; consensus: the rule whose rows are used.
    """
    by_theme = {(row.source_level, row.theme): row for row in records(themes[themes["consensus"].eq(consensus)])}
    found = []
    for source_level in SOURCE_LEVELS:
        is_base = bool(themes.loc[themes["source_level"].eq(source_level), "is_base"].any())
        for number, element in enumerate(STUDY_ELEMENTS, start=1):
            row = by_theme.get((source_level, element.theme))
            found.append(
                {
                    "element": number,
                    **element._asdict(),
                    "source_level": source_level,
                    "is_base": is_base,
                    "published_pct": math.nan if row is None or pd.isna(row.published_pct) else float(row.published_pct),
                    **{name: None if row is None else getattr(row, name) for name in ("n", "seen")},
                    **{name: math.nan if row is None else getattr(row, name) for name in ("share_pct", "lower", "upper")},
                    "is_prevalence": row is not None and row.is_prevalence,
                    "status": "not coded: annual_reports.csv has no column for it" if row is None else row.meaning,
                }
            )
    return pd.DataFrame(found).astype({"n": "Int64", "seen": "Int64"})
