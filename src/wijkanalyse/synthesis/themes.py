"""How often themes, barriers and enabling factors are seen in the reports of the teams.

Reports are counted by organisation and year, as the codebook asks: several rows can be sections of one report, and a
theme counts as seen when any section names it. The organisation is its name up to the first bracket, because the
coder's addition in brackets differs between sections ("De SMD (maatschappelijke dienstverlening)"). A report over a
span of years is a report of its own; reports without a year are merged with nothing but each other.
"""

from typing import Any, Final, Literal

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.config import Evidence
from wijkanalyse.contracts import Contract
from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.evidence.codes import HEADLINE_SOURCE, SOURCE_LEVELS, THEMES
from wijkanalyse.synthesis.meta import LEVEL
from wijkanalyse.synthesis.proportions import wilson

Consensus = Literal["first", "second", "both", "either"]
CONSENSUS: Final[tuple[Consensus, ...]] = ("first", "second", "both", "either")

_MEANING: Final = {
    "theme": "share of organisation-years whose visible text names it; 0 = not seen in the visible text, not absence: "
    "a lower bound",
    "barrier": "share of organisation-years whose visible text names it; 0 = not seen in the visible text, not absence; "
    "pages were looked for because of barriers: no prevalence",
    "enabling": "share of organisation-years whose visible text names it; 0 = not seen in the visible text, not absence: "
    "a lower bound",
}


class Themes(Contract):
    """How often each theme is seen: one row per kind of text, consensus rule and theme."""

    source_level: Series[str] = pa.Field(
        isin=list(SOURCE_LEVELS), description="whose texts: of the team, or of others about it"
    )
    consensus: Series[str] = pa.Field(isin=list(CONSENSUS), description="what counts as seen in a report that two coders read")
    is_base: Series[bool] = pa.Field(description="the level and rule of the configuration")
    theme: Series[str] = pa.Field(isin=list(THEMES), description="theme, barrier or enabling factor")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    kind: Series[str] = pa.Field(isin=["theme", "barrier", "enabling"], description="theme, barrier or enabling factor")
    n: Series[int] = pa.Field(ge=0, description="reports: organisation-years")
    n_two_coders: Series[int] = pa.Field(ge=0, description="of which read, in whole or in part, by two coders")
    seen: Series[int] = pa.Field(ge=0, description="of n, with the theme in the visible text")
    share_pct: Series[float] = pa.Field(nullable=True, description="seen of n, percent; a lower bound: not seen is not absent")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of the Wilson interval, percent")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of it")
    is_prevalence: Series[bool] = pa.Field(description="false for barriers: their pages were looked for because of them")
    meaning: Series[str] = pa.Field(description="what the share says and does not say")
    published_pct: Series[pd.Float64Dtype] = pa.Field(nullable=True, description="figure of the study, where it has one")
    published_wording: Series[str] = pa.Field(nullable=True, description="how the study puts it")


def coded_reports(annual_reports: pd.DataFrame, second: pd.DataFrame, consensus: Consensus) -> pd.DataFrame:
    """Return `annual_reports` with the codes that the consensus rule gives, and a column `two_coders`.

    second: tidy `annual_reports_second_coder` (report_id and the 14 themes). Rules for a report that both read: `first` or
    `second` coder alone, `both` (seen only when both saw it), `either` (seen when one did). Other reports keep their codes.
    """
    if consensus not in CONSENSUS:
        raise WijkanalyseError(f'Unknown consensus "{consensus}"{nearest(consensus, CONSENSUS)} (known: {listing(CONSENSUS)}).')
    if unknown := sorted(set(second["report_id"]) - set(annual_reports["report_id"])):
        raise WijkanalyseError(
            f"annual_reports_second_coder.csv codes {listing(unknown)}, which annual_reports.csv does not have. "
            "Correct the report_id, or add the report."
        )
    names = list(THEMES)
    first = annual_reports.set_index("report_id")[names]
    other = second.set_index("report_id")[names]
    mine = first.loc[other.index]
    agreed = {"first": mine, "second": other, "both": mine.where(other.eq(1), 0), "either": mine.where(mine.eq(1), other)}
    codes = first.copy()
    codes.loc[other.index] = agreed[consensus]
    result = annual_reports.copy()
    result[names] = codes.to_numpy()
    return result.astype(dict.fromkeys(names, "Int64")).assign(two_coders=result["report_id"].isin(other.index))


def all_themes(
    annual_reports: pd.DataFrame, second: pd.DataFrame, published: pd.DataFrame, choices: Evidence, level: float = LEVEL
) -> pd.DataFrame:
    """Return the prevalence of every theme in every kind of text under every consensus rule; a frame as in `Themes`."""
    parts = []
    for rule in CONSENSUS:
        reports = coded_reports(annual_reports, second, rule)
        for source_level in SOURCE_LEVELS:
            part = theme_prevalence(reports, published, source_level=source_level, level=level)
            is_base = source_level == choices.report_level and rule == choices.consensus
            parts.append(part.assign(source_level=source_level, consensus=rule, is_base=is_base))
    return pd.concat(parts, ignore_index=True)[list(Themes.to_schema().columns)]


def organisation_years(annual_reports: pd.DataFrame, *, source_level: str = "team_report") -> pd.DataFrame:
    """Merge the sections of one report: one row per organisation and year, sorted by both.

    annual_reports: tidy table of that name. Columns: organisation (without the coder's addition in brackets), year (text;
    missing where not stated), report_ids (joined by a comma), each of the 14 themes (1 = named in any section, else 0), and
    two_coders (a section was read by two; all False where `annual_reports` does not say).
    """
    if source_level not in SOURCE_LEVELS:
        raise WijkanalyseError(
            f'Unknown source_level "{source_level}"{nearest(source_level, SOURCE_LEVELS)} (known: {listing(SOURCE_LEVELS)}).'
        )
    rows = annual_reports[annual_reports["source_level"].eq(source_level)].copy()
    rows["organisation"] = rows["organisation"].str.replace(r"\s*\(.*", "", regex=True).str.strip()
    rows["report_ids"] = rows["report_id"]
    if "two_coders" not in rows:
        rows["two_coders"] = False
    how: dict[str, Any] = {"report_ids": ", ".join, **dict.fromkeys(THEMES, "max"), "two_coders": "max"}
    return rows.groupby(["organisation", "year"], dropna=False, sort=True).agg(how).reset_index()


def theme_prevalence(
    annual_reports: pd.DataFrame,
    published: pd.DataFrame | None = None,
    *,
    source_level: str = "team_report",
    level: float = LEVEL,
) -> pd.DataFrame:
    """Count in how many organisation-years each theme is seen; one row per theme, in order of the codebook.

    Columns as in `Themes`, but for the three that say which texts and rule it is about. Published figures are those of
    the slides in `published` (preventie, "circa 50 %"), missing for other themes.
    """
    reports = organisation_years(annual_reports, source_level=source_level)
    rows = []
    for name, theme in THEMES.items():
        n, seen = len(reports), int(reports[name].sum())
        lower, upper = wilson(seen, n, level)
        figure, wording = _published(published, name)
        rows.append(
            {
                "theme": name,
                "label_nl": theme.label_nl,
                "kind": theme.kind,
                "n": n,
                "n_two_coders": int(reports["two_coders"].sum()),
                "seen": seen,
                "share_pct": 100 * seen / n if n else float("nan"),
                "lower": lower,
                "upper": upper,
                "is_prevalence": theme.kind != "barrier",
                "meaning": _MEANING[theme.kind],
                "published_pct": figure,
                "published_wording": wording,
            }
        )
    return pd.DataFrame(rows).astype({"published_pct": "Float64", "published_wording": "str"})


def _published(published: pd.DataFrame | None, theme: str) -> tuple[float | None, str | None]:
    if published is None:
        return None, None
    rows = published[published["indicator"].eq(theme) & published["source"].eq(HEADLINE_SOURCE)]
    if rows.empty:
        return None, None
    return float(rows["value"].iloc[0]), str(rows["wording"].iloc[0])
