"""What local and national studies found: counted by design and direction, and the CPB results beside the study's."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.contracts import Contract
from wijkanalyse.evidence.codes import DIRECTIONS, HEADLINE_SOURCE, STUDY_DESIGNS, STUDY_SCOPES

UNCLEAR: Final = "unclear"
CONTRADICTS, PARTLY = "contradicts", "partly"


class _Beside(NamedTuple):
    published: str
    relation: str
    remark: str


CPB_RESULTS: Final = {
    "NS02": _Beside("use_change", CONTRADICTS, "more referrals where there are teams; about the Wmo, not youth help; any team"),
    "NS03": _Beside(
        "use_change", PARTLY, "little difference in second-line youth help; it grew less, residential too, with much team help"
    ),
    "NS04": _Beside(
        "use_change", PARTLY, "use grew more with active teams among groups that use little: more reach, not less use"
    ),
}
"""The three CPB studies: which published figure each stands beside, and how far it goes against it. This is our reading of
summaries and press texts (see url in local_studies.csv). Seen in two texts or more: the 14 % of NS02, the 7 % and the weaker
growth with much team help of NS03. In one only: the 23 and 40 % of NS04 (CPB's own page), the 11 and 25 % of NS03 (press)."""


class Votes(Contract):
    """Studies counted by scope, design and direction; every design that occurs in a scope has all five directions."""

    scope: Series[str] = pa.Field(isin=list(STUDY_SCOPES), description="local or national")
    design: Series[str] = pa.Field(isin=list(STUDY_DESIGNS), description="kind of study")
    direction: Series[str] = pa.Field(isin=list(DIRECTIONS), description="what came out for the teams")
    count: Series[int] = pa.Field(ge=0, description="studies")
    is_evidence: Series[bool] = pa.Field(description="false for unclear: outcome not visible, neither for nor against")


class Studies(Contract):
    """Every study, with what it stands beside in the original study where it is one of the CPB's."""

    study_id: Series[str] = pa.Field(unique=True, description="study: LS local, NS national")
    title: Series[str] = pa.Field(description="title")
    author_institute: Series[str] = pa.Field(description="who made it")
    year: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="year of publication, where known")
    scope: Series[str] = pa.Field(isin=list(STUDY_SCOPES), description="local or national")
    design: Series[str] = pa.Field(isin=list(STUDY_DESIGNS), description="kind of study")
    outcome: Series[str] = pa.Field(description="what was looked at")
    direction: Series[str] = pa.Field(isin=list(DIRECTIONS), description="what came out for the teams")
    is_evidence: Series[bool] = pa.Field(description="false for unclear")
    effect_stated: Series[str] = pa.Field(nullable=True, description="paraphrase with the numbers")
    is_flagged: Series[bool] = pa.Field(description="a result that goes against a published figure, wholly or partly")
    published_indicator: Series[str] = pa.Field(nullable=True, description="that figure")
    published_active: Series[float] = pa.Field(nullable=True, description="its value for active municipalities")
    published_not_active: Series[float] = pa.Field(nullable=True, description="its value for the others")
    relation: Series[str] = pa.Field(isin=[CONTRADICTS, PARTLY], nullable=True, description="how far it goes against it")
    remark: Series[str] = pa.Field(nullable=True, description="in what, and what is not the same")
    url: Series[str] = pa.Field(description="page")


def direction_table(local_studies: pd.DataFrame) -> pd.DataFrame:
    """Count studies by scope, design and direction; a frame as in `Votes`.

    local_studies: tidy table of that name. Counts are of studies seen, not of effects: studies differ in size, quality and
    outcome, and a study that found something is easier to find.
    """
    counts = local_studies.groupby(["scope", "design", "direction"]).size()
    present = set(zip(local_studies["scope"], local_studies["design"], strict=True))
    rows = [
        {
            "scope": scope,
            "design": design,
            "direction": direction,
            "count": int(counts.get((scope, design, direction), 0)),
            "is_evidence": direction != UNCLEAR,
        }
        for scope in STUDY_SCOPES
        for design in STUDY_DESIGNS
        if (scope, design) in present
        for direction in DIRECTIONS
    ]
    return pd.DataFrame(rows, columns=list(Votes.to_schema().columns))


def study_list(local_studies: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """List every study, the CPB results beside the published figure that they speak of; a frame as in `Studies`.

    local_studies, published: the tidy tables. A CPB study that is no longer among the records is left out.
    """
    slides = published[published["source"].eq(HEADLINE_SOURCE)].set_index(["indicator", "group"])["value"]
    beside = local_studies["study_id"].map(CPB_RESULTS)
    known = beside.notna()

    def figure(group: str) -> list[float]:
        return [float(slides.get((row.published, group), math.nan)) if isinstance(row, _Beside) else math.nan for row in beside]

    def text(field: str) -> pd.Series:
        return beside.map(lambda row: getattr(row, field) if isinstance(row, _Beside) else None)

    frame = local_studies.assign(
        is_evidence=local_studies["direction"].ne(UNCLEAR),
        is_flagged=known,
        published_indicator=text("published"),
        published_active=figure("active"),
        published_not_active=figure("not_active"),
        relation=text("relation"),
        remark=text("remark"),
    )
    return frame[list(Studies.to_schema().columns)].reset_index(drop=True)
