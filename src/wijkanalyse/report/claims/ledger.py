"""What a claim is, and the two forms in which claims leave: a table for checking, variables for the text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.contracts import SOURCE_COLUMN, Contract
from wijkanalyse.frames import rows
from wijkanalyse.report.language import LANGUAGES, Language, speaking, tr
from wijkanalyse.report.numbers import interval, with_unit

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_]*)+")


def unknown() -> str:
    """What stands in place of a number that could not be made."""
    return tr("niet te berekenen")


@dataclass(frozen=True)
class Origin:
    """Where a number stands: file and row, the StatLine tables or evidence files under it, and the rule that made it."""

    file: str
    row: str
    tables: str
    rule: str


@dataclass(frozen=True)
class Claim:
    """One number of the report. `id` is dotted: ``{{< var use.zonder_verblijf.pooled.active >}}`` prints it.

    `unit` is percent, points, days, grade, count, ratio, p, year or text; `words` stands in place of the number for a text.
    """

    id: str
    value: float
    unit: str
    label: str
    origin: Origin
    lower: float = math.nan
    upper: float = math.nan
    decimals: int | None = None
    words: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"claim id {self.id!r} is not of the form part.part in lower case")

    @property
    def text(self) -> str:
        """The claim as it is printed."""
        if self.words:
            return self.words
        if math.isnan(self.value):
            return unknown()
        return with_unit(self.value, self.unit, self.decimals)

    @property
    def interval(self) -> str:
        """The interval as it is printed, or an empty text."""
        if math.isnan(self.lower) or math.isnan(self.upper):
            return ""
        return interval(self.lower, self.upper, self.unit, self.decimals)


class Claims(Contract):
    """The ledger: every number of the report, and where it comes from."""

    id: Series[str] = pa.Field(unique=True, description="name by which the text calls it")
    label: Series[str] = pa.Field(description="what the number is, in words")
    text: Series[str] = pa.Field(description="the number as printed")
    interval: Series[str] = pa.Field(description="its interval as printed, or empty")
    label_en: Series[str] = pa.Field(description="label in English")
    text_en: Series[str] = pa.Field(description="text in English")
    interval_en: Series[str] = pa.Field(description="interval in English")
    value: Series[float] = pa.Field(nullable=True, description="the number itself; empty for a text")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the interval")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of the interval")
    unit: Series[str] = pa.Field(description="percent, points, days, grade, count, ratio, p, year or text")
    file: Series[str] = pa.Field(description="file that holds the value")
    row: Series[str] = pa.Field(description="row of that file")
    tables: Series[str] = pa.Field(description="StatLine tables or evidence files under it")
    rule: Series[str] = pa.Field(description="rule of the workflow that made it")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


def as_frame(claims_in: Callable[[], Iterable[Claim]], source: str) -> pd.DataFrame:
    """Return the ledger, one row per claim, in the order given; `claims_in` makes the claims in the language that is spoken.

    Raises `ValueError` if what is claimed depends on the language: only its words may.
    """
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = [
                {**vars(claim), **vars(claim.origin), "text": claim.text, "interval": claim.interval, "source": source}
                for claim in claims_in()
            ]
    frames = {language: pd.DataFrame(records) for language, records in said.items()}
    ledger, translated = frames["nl"], frames["en"]
    same = [column for column in ("id", "value", "lower", "upper", "unit") if column in ledger]
    if not ledger[same].equals(translated[same]):
        raise ValueError("the claims in Dutch and in English are not the same ones")
    words = {f"{column}_en": translated[column] for column in ("label", "text", "interval")}
    return ledger.assign(**words)[list(Claims.to_schema().columns)]


def in_language(ledger: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the ledger with label, text and interval in `language`."""
    if language == "nl":
        return ledger
    return ledger.assign(**{column: ledger[f"{column}_{language}"] for column in ("label", "text", "interval")})


def linked(identifier: str, text: str) -> str:
    """Return `text` as Markdown that names its claim: a link to it in the HTML, plain text on paper (filters/claims.lua)."""
    escaped = text.replace("[", "\\[").replace("]", "\\]")
    return f'[{escaped}]{{.claim of="{identifier}"}}'


PLAIN = ("run.mark",)
"""Claims that stand outside the text, where a link makes no sense."""


def as_variables(ledger: pd.DataFrame) -> dict[str, Any]:
    """Return the nested mapping for `_variables.yml`: text ``a.b``, interval ``a.b_interval``; in English ``en.a.b``."""
    variables: dict[str, Any] = {}
    for language in LANGUAGES:
        place = variables if language == "nl" else variables.setdefault(language, {})
        with speaking(language):
            _fill(place, in_language(ledger, language))
    return variables


def _fill(variables: dict[str, Any], ledger: pd.DataFrame) -> None:
    for row in rows(ledger):
        *path, leaf = str(row.id).split(".")
        place = variables
        for part in path:
            place = place.setdefault(part, {})
        place[leaf] = row.text if row.id in PLAIN else linked(row.id, row.text)
        if row.unit != "text":
            place[f"{leaf}_interval"] = linked(row.id, row.interval) if row.interval else tr("geen interval")
