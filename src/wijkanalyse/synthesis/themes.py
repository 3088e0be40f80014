"""How often themes, barriers and enabling factors are seen in the reports of the teams.

Reports are counted by organisation and year, as the codebook asks: several rows can be sections of one report, and a
theme counts as seen when any section names it. The organisation is its name up to the first bracket, because the
coder's addition in brackets differs between sections ("De SMD (maatschappelijke dienstverlening)"). A report over a
span of years is a report of its own; reports without a year are merged with nothing but each other.
"""

from typing import Any, Final

import pandas as pd

from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.evidence.codes import HEADLINE_SOURCE, SOURCE_LEVELS, THEMES
from wijkanalyse.synthesis.proportions import wilson

_MEANING: Final = {
    "theme": "share of organisation-years whose visible text names it; 0 = not seen in the visible text, not absence: "
    "a lower bound",
    "barrier": "share of organisation-years whose visible text names it; 0 = not seen in the visible text, not absence; "
    "pages were looked for because of barriers: no prevalence",
    "enabling": "share of organisation-years whose visible text names it; 0 = not seen in the visible text, not absence: "
    "a lower bound",
}


def organisation_years(annual_reports: pd.DataFrame, *, source_level: str = "team_report") -> pd.DataFrame:
    """Merge the sections of one report: one row per organisation and year, sorted by both.

    annual_reports: tidy table of that name. Columns: organisation (without the coder's addition in brackets), year (text;
    missing where not stated), report_ids (joined by a comma), and each of the 14 themes (1 = named in any section, else 0).
    """
    if source_level not in SOURCE_LEVELS:
        raise WijkanalyseError(
            f'Unknown source_level "{source_level}"{nearest(source_level, SOURCE_LEVELS)} (known: {listing(SOURCE_LEVELS)}).'
        )
    rows = annual_reports[annual_reports["source_level"].eq(source_level)].copy()
    rows["organisation"] = rows["organisation"].str.replace(r"\s*\(.*", "", regex=True).str.strip()
    rows["report_ids"] = rows["report_id"]
    how: dict[str, Any] = {"report_ids": ", ".join, **dict.fromkeys(THEMES, "max")}
    return rows.groupby(["organisation", "year"], dropna=False, sort=True).agg(how).reset_index()


def theme_prevalence(
    annual_reports: pd.DataFrame, published: pd.DataFrame | None = None, *, source_level: str = "team_report"
) -> pd.DataFrame:
    """Count in how many organisation-years each theme is seen; one row per theme, in order of the codebook.

    Columns: theme, label_nl, kind (theme | barrier | enabling), n (organisation-years), seen (of which with the theme),
    share_pct (percent), lower, upper (95 % Wilson, percent), is_prevalence (False for barriers: their pages were chosen
    for them), meaning (what the share says and does not say), published_pct and published_wording (the figure of the
    original study where `published` has one from the slides: preventie, "circa 50 %"; else missing).
    """
    reports = organisation_years(annual_reports, source_level=source_level)
    rows = []
    for name, theme in THEMES.items():
        n, seen = len(reports), int(reports[name].sum())
        lower, upper = wilson(seen, n)
        figure, wording = _published(published, name)
        rows.append(
            {
                "theme": name,
                "label_nl": theme.label_nl,
                "kind": theme.kind,
                "n": n,
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
