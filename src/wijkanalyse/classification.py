"""Active or not: which municipalities have a team that gives more than a threshold of the youth help itself."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.config import Classification
from wijkanalyse.contracts import SOURCE_COLUMN, Contract
from wijkanalyse.errors import WijkanalyseError, listing, nearest

ACTIVE, NOT_ACTIVE = "active", "not_active"


class Classified(Contract):
    """One row per municipality: its share, whether it is active, and why."""

    gm_code: Series[str] = pa.Field(str_matches=r"^GM\d{4}$", unique=True, description="municipality")
    gm_name: Series[str] = pa.Field(description="name of the municipality")
    jeugdregio_code: Series[str] = pa.Field(description="youth region, JZ..")
    group: Series[str] = pa.Field(
        isin=[ACTIVE, NOT_ACTIVE], nullable=True, description="active, not_active, or empty when not classified"
    )
    share_pct: Series[float] = pa.Field(nullable=True, ge=0, description="share of the help that the team gives, percent")
    share_low_pct: Series[float] = pa.Field(nullable=True, description="lowest share that rounding and suppression allow")
    share_high_pct: Series[float] = pa.Field(nullable=True, description="highest such share")
    numerator: Series[float] = pa.Field(nullable=True, description="help given by the team, count over the years")
    denominator: Series[float] = pa.Field(nullable=True, description="all ambulatory youth help, count over the years")
    is_certain: Series[bool] = pa.Field(description="the group is the same at both ends of the share's bounds")
    why: Series[str] = pa.Field(description="why the municipality is in this group, in words")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


class ActivityByYear(Contract):
    """One row per year: how many municipalities have which help by the team, were each year classified by itself."""

    year: Series[int] = pa.Field(unique=True, description="year of the figures")
    period_status: Series[str] = pa.Field(description="definitive or provisional, as CBS says")
    municipalities: Series[int] = pa.Field(ge=0, description="municipalities in the panel")
    unknown: Series[int] = pa.Field(ge=0, description="without a usable share: no figure, or too little help to be classified")
    none: Series[int] = pa.Field(ge=0, description="classified, and no help by the team at all")
    suppressed: Series[int] = pa.Field(ge=0, description="classified, and the team's help is too little for CBS to print")
    below: Series[int] = pa.Field(ge=0, description="classified, and help by the team up to the threshold")
    active: Series[int] = pa.Field(ge=0, description="classified, and help by the team above the threshold")
    median_share_pct: Series[float] = pa.Field(nullable=True, description="median of the team's share, percent")
    national_share_pct: Series[float] = pa.Field(nullable=True, description="the team's share of all help together, percent")
    source: Series[str] = pa.Field(description=SOURCE_COLUMN)


def classify(panel: pd.DataFrame, long: pd.DataFrame, choices: Classification) -> pd.DataFrame:
    """Classify each municipality of the panel by its team's share over ``choices.years`` together.

    `panel` is the wide panel (`panel.schemas.Panel`), `long` the same with bounds (`PanelLong`). The share is the sum of
    the numerator over the years, divided by that of the denominator; active is a share *above* the threshold. A
    municipality without figures for all years, or with a denominator below the minimum, is not classified. Returns
    a frame as in `Classified`.
    """
    shares = team_shares(long, choices)
    people = panel.drop_duplicates("gm_code").set_index("gm_code")[["gm_name", "jeugdregio_code", "source"]]
    shares = people.join(shares)
    group = groups(shares, choices)
    low, high, too_small = shares["share_low"], shares["share_high"], shares["denominator_value"].lt(choices.minimum_count)
    classified = group.notna()
    result = pd.DataFrame(
        {
            "gm_name": shares["gm_name"],
            "jeugdregio_code": shares["jeugdregio_code"],
            "group": group,
            "share_pct": shares["share"],
            "share_low_pct": low,
            "share_high_pct": high,
            "numerator": shares["numerator_value"],
            "denominator": shares["denominator_value"],
            "is_certain": classified & high.notna() & low.gt(choices.threshold_pct).eq(high.gt(choices.threshold_pct)),
            "source": shares["source"],
        }
    )
    result["why"] = [
        _why(row, choices) for row in result.assign(too_small=too_small, classified=classified).itertuples(index=False)
    ]
    order = list(Classified.to_schema().columns)
    return result.reset_index()[order].sort_values("gm_code", ignore_index=True)


def team_shares(long: pd.DataFrame, choices: Classification) -> pd.DataFrame:
    """Return by gm_code the team's share over ``choices.years`` (percent) with its bounds, and what it is made of.

    Columns share, share_low, share_high, and value, low and high of numerator and denominator. `long` as in `PanelLong`; a
    variable or year that it does not have raises `WijkanalyseError`.
    """
    numerator, *denominators = [f"{choices.measure}_{form}" for form in (choices.numerator, *choices.denominator)]
    known = set(long["variable"].unique())
    for name in (numerator, *denominators):
        if name not in known:
            raise WijkanalyseError(
                f"classification: the panel has no variable {name}{nearest(name, known)} "
                "(a measure and a form make a variable of config/tables.yaml)"
            )
    rows = long[long["year"].isin(choices.years)]
    if missing := sorted(set(choices.years) - set(rows["year"])):
        raise WijkanalyseError(f"classification.years: the panel has no figures for {listing(map(str, missing))}")
    parts = _over_years(rows, [numerator], len(choices.years)).add_prefix("numerator_")
    whole = _over_years(rows, denominators, len(choices.years)).add_prefix("denominator_")
    shares = parts.join(whole, how="outer")
    for name, part, base in (("", "value", "value"), ("_low", "low", "high"), ("_high", "high", "low")):
        shares[f"share{name}"] = _percentage(shares[f"numerator_{part}"], shares[f"denominator_{base}"])
    return shares


def activity_by_year(panel: pd.DataFrame, long: pd.DataFrame, choices: Classification) -> pd.DataFrame:
    """Return how the teams' help developed: every year of the panel classified by itself, a frame as in `ActivityByYear`.

    `panel`, `long` and `choices` as for `classify`. A team that gives no help, or hardly any, and one whose help is not
    registered as youth help look the same in these figures; how many there are says how much hangs on that.
    """
    numerator = f"{choices.measure}_{choices.numerator}"
    found = []
    for year, people in panel.groupby("year"):
        alone = choices.model_copy(update={"years": [int(str(year))]})
        shares = team_shares(long, alone).reindex(people["gm_code"])
        group = groups(shares, alone)
        hidden = long[long["year"].eq(year) & long["variable"].eq(numerator)].set_index("gm_code")["suppressed"].gt(0)
        is_hidden = hidden.reindex(group.index, fill_value=False)
        is_none = shares["numerator_value"].eq(0) & ~is_hidden
        known, is_active = group.notna(), group.eq(ACTIVE)
        if not known.any():  # a year of the panel for which CBS has not published this help yet
            continue
        counted = shares[known]
        whole = counted["denominator_value"].sum()
        found.append(
            {
                "year": year,
                "period_status": people["period_status"].iloc[0],
                "municipalities": len(people),
                "unknown": int((~known).sum()),
                "none": int((known & is_none).sum()),
                "suppressed": int((known & is_hidden & ~is_active).sum()),
                "below": int((known & ~is_none & ~is_hidden & ~is_active).sum()),
                "active": int(is_active.sum()),
                "median_share_pct": counted["share"].median(),
                "national_share_pct": 100 * counted["numerator_value"].sum() / whole if whole > 0 else float("nan"),
                "source": people["source"].iloc[0],
            }
        )
    return pd.DataFrame(found)[list(ActivityByYear.to_schema().columns)]


def groups(shares: pd.DataFrame, choices: Classification) -> pd.Series:
    """Return the group of each row of `shares` (as from `team_shares`): active, not_active, or None when not classified."""
    classified = shares["share"].notna() & shares["denominator_value"].ge(choices.minimum_count)
    named = shares["share"].gt(choices.threshold_pct).map({True: ACTIVE, False: NOT_ACTIVE})
    return named.where(classified, None).astype(object)


def _over_years(rows: pd.DataFrame, variables: list[str], years: int) -> pd.DataFrame:
    """Sum of `variables` over the years per municipality with its bounds; empty unless every figure is known."""
    grouped = rows[rows["variable"].isin(variables)].groupby("gm_code")
    sums = grouped[["value", "low", "high"]].sum()
    return sums.where(grouped["value"].count().eq(years * len(variables)))


def _percentage(part: pd.Series, whole: pd.Series) -> pd.Series:
    # the numerator is published rounded on its own, so a share of all help may come out just above 100
    return (100 * part / whole.where(whole > 0)).clip(upper=100)


def _why(row: object, choices: Classification) -> str:
    values = row._asdict()  # type: ignore[attr-defined]
    years = ", ".join(map(str, choices.years))
    if values["classified"]:
        sign = ">" if values["group"] == ACTIVE else "<="
        return f"{values['share_pct']:.1f} % {sign} {choices.threshold_pct:g} % ({choices.measure}, {years})"
    if values["too_small"]:
        return f"not classified: {values['denominator']:.0f} {choices.measure} in {years}, fewer than {choices.minimum_count}"
    return f"not classified: no complete figures for {years}"
