"""Pool the client surveys and set the result beside the eight figures of the original study.

The choices, and why:

- **Clients only.** Population samples and panels answer another question ("do you know the team?").
- **One value per survey and indicator.** The row `all` where there is one; else the subgroups together, weighted by their
  numbers where all of these are known and plainly averaged where not. Never both: the subgroups are part of `all`.
- **A row `all` that is not exact is not replaced by its subgroups.** With `include_precision=("exact",)` a survey that says
  "about three quarters" of all its clients drops out for that indicator; a part of the clients cannot stand for the whole.
- **Only `n` weighs, never `n_survey`.** The codebook fills `n` wherever the number behind a row is known (n_basis exact,
  approx, derived, lower_bound); `survey_only` says that the number is that of the whole survey and that the size of the
  subgroup is unknown, so lending it to the subgroup would overstate it. `n` with basis lower_bound ("over 2,500") is used
  at its bound: such a survey weighs a little less than it should. `include_n_basis` leaves it out.
- **The place is the unit of uncertainty** (cluster-robust). Respondent numbers are weights, not a claim that 2,500
  answers under one questionnaire in one town are 2,500 independent observations, and the rounds of one town hang together.
  `cluster="survey_id"` takes every survey as independent.
- **Weighted and unweighted side by side.** Three surveys in four state no number; leaving them out is a choice as well. The
  weighted mean is the headline from three surveys with a number on (`fewest_with_n`): with two, the interval has one
  degree of freedom and covers half the scale, and the mean is that of two towns; the plain mean over all surveys is then
  the steadier number.
"""

import math
from collections.abc import Collection
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series
from statsmodels.regression.linear_model import WLS

from wijkanalyse.contracts import Contract
from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.evidence.codes import (
    HEADLINE_SOURCE,
    N_BASES_WITH_N,
    POPULATIONS,
    PRECISIONS,
    PUBLISHED_INDICATORS,
    UNIT_RANGES,
)
from wijkanalyse.synthesis.meta import LEVEL

# Fewest clusters that say anything about how clusters differ.
_FEWEST_CLUSTERS: Final = 2

UNITS: Final = ("grade", "percent")


class SurveyValues(Contract):
    """The one value per survey and published indicator that is pooled."""

    survey_id: Series[str] = pa.Field(description="survey")
    organisation: Series[str] = pa.Field(description="who is judged")
    gm_name: Series[str] = pa.Field(description="place as the source names it")
    gm_code: Series[str] = pa.Field(nullable=True, description="municipality; empty for regions")
    place: Series[str] = pa.Field(description="gm_code, or gm_name where there is none: what surveys of one place share")
    year: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="year the experience is about, where known")
    population: Series[str] = pa.Field(isin=list(POPULATIONS), description="clients of what")
    indicator: Series[str] = pa.Field(isin=list(PUBLISHED_INDICATORS), description="what was asked")
    unit: Series[str] = pa.Field(isin=list(UNITS), description="unit of value")
    value: Series[float] = pa.Field(description="outcome, in unit")
    n: Series[pd.Int64Dtype] = pa.Field(nullable=True, ge=1, description="respondents, where stated")
    n_basis: Series[str] = pa.Field(description="what is known of the number of respondents")
    precision: Series[str] = pa.Field(description="how exactly the page states the value (of the parts, joined by +)")
    basis: Series[str] = pa.Field(description="all, or the subgroups that the value is made of")
    rows: Series[int] = pa.Field(ge=1, description="rows of client_surveys.csv behind the value")
    url: Series[str] = pa.Field(description="pages the value rests on")

    class Config:
        """One row per survey and indicator."""

        unique = ["survey_id", "indicator"]


class ClientIndicators(Contract):
    """The eight published client figures beside their rerun, one row each."""

    indicator: Series[str] = pa.Field(isin=list(PUBLISHED_INDICATORS), unique=True, description="what was asked")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    unit: Series[str] = pa.Field(isin=list(UNITS), description="unit of all values of the row")
    k: Series[int] = pa.Field(ge=0, description="surveys")
    places: Series[int] = pa.Field(ge=0, description="places of these surveys")
    k_with_n: Series[int] = pa.Field(ge=0, description="of which with a number of respondents")
    n: Series[int] = pa.Field(ge=0, description="sum of these numbers, respondents")
    pooled: Series[float] = pa.Field(nullable=True, description="mean weighted by respondents")
    lower: Series[float] = pa.Field(nullable=True, description="lower end of its interval, cluster-robust")
    upper: Series[float] = pa.Field(nullable=True, description="upper end of its interval")
    unweighted: Series[float] = pa.Field(nullable=True, description="plain mean over all surveys")
    unweighted_lower: Series[float] = pa.Field(nullable=True, description="lower end of its interval")
    unweighted_upper: Series[float] = pa.Field(nullable=True, description="upper end of its interval")
    headline: Series[str] = pa.Field(isin=["pooled", "unweighted", "none"], description="which of the two is compared")
    headline_value: Series[float] = pa.Field(nullable=True, description="its value")
    published: Series[float] = pa.Field(description="figure of the study (slides)")
    published_n: Series[pd.Int64Dtype] = pa.Field(nullable=True, description="respondents as the study prints them")
    difference: Series[float] = pa.Field(nullable=True, description="headline_value minus published")
    status: Series[str] = pa.Field(description="in a sentence what the headline rests on and what is missing")


def survey_values(
    surveys: pd.DataFrame,
    *,
    populations: Collection[str] = POPULATIONS,
    include_precision: Collection[str] = ("exact",),
    include_n_basis: Collection[str] = N_BASES_WITH_N,
) -> pd.DataFrame:
    """Return the one value per survey and published indicator that is pooled, in order of indicator and survey.

    surveys: tidy `client_surveys`. Returns a frame as in `SurveyValues`; n is missing where its basis is not included.
    """
    _known(populations, POPULATIONS, "population")
    _known(include_precision, PRECISIONS, "precision")
    _known(include_n_basis, N_BASES_WITH_N, "n_basis")
    clients = surveys[
        surveys["respondent_type"].eq("clients")
        & surveys["indicator"].isin(list(PUBLISHED_INDICATORS))
        & surveys["population"].isin(list(populations))
    ]
    # plain records: a hundred small groups cost pandas seconds
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in clients.sort_values("subgroup").to_dict("records"):
        groups.setdefault((row["indicator"], row["survey_id"]), []).append({str(name): field for name, field in row.items()})
    values = []
    for rows in groups.values():
        of_all = [row for row in rows if row["subgroup"] == "all"]
        if exact_enough := [row for row in of_all or rows if row["precision"] in include_precision]:
            values.append(_one_value(exact_enough, include_n_basis))
    frame = pd.DataFrame(values, columns=list(SurveyValues.to_schema().columns))
    order = {name: place for place, name in enumerate(PUBLISHED_INDICATORS)}
    frame = frame.sort_values(
        ["indicator", "survey_id"], key=lambda column: column.map(order) if column.name == "indicator" else column
    )
    types = {"value": "float64", "n": "Int64", "year": "Int64", "rows": "int64"}
    return frame.astype(types).reset_index(drop=True)


def pool_client_indicators(
    surveys: pd.DataFrame,
    published: pd.DataFrame,
    *,
    populations: Collection[str] = POPULATIONS,
    include_precision: Collection[str] = ("exact",),
    include_n_basis: Collection[str] = N_BASES_WITH_N,
    weight: Literal["n", "equal"] = "n",
    cluster: Literal["survey_id", "place"] = "place",
    fewest_with_n: int = 3,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Pool each of the eight published client indicators over the surveys; one row per indicator, in published order.

    surveys: tidy `client_surveys`; published: tidy `published_figures`; see `survey_values` for what is pooled.
    weight: `n` = by respondents, `equal` = the plain mean is the headline (the weighted one stays beside it).
    cluster: what is taken as independent, each survey or each place.
    fewest_with_n: surveys with a number of respondents from which the weighted mean is the headline.

    Returns a frame as in `ClientIndicators`. Intervals are cluster-robust (CR1, t with clusters - 1), cut off at the ends of
    the scale; NaN for fewer than two clusters.
    """
    _known([weight], ["n", "equal"], "weight")
    _known([cluster], ["survey_id", "place"], "cluster")
    values = survey_values(
        surveys, populations=populations, include_precision=include_precision, include_n_basis=include_n_basis
    )
    rows = []
    for name, indicator in PUBLISHED_INDICATORS.items():
        rows_of = values[values["indicator"].eq(name)]
        with_n = rows_of[rows_of["n"].notna()]
        (pooled, lower, upper), (plain, plain_lower, plain_upper) = (
            weighted_mean(part["value"].to_numpy(), weights, part[cluster].to_numpy(object), indicator.unit, level)
            for part, weights in ((with_n, with_n["n"].to_numpy("float64")), (rows_of, np.ones(len(rows_of))))
        )
        headline = _headline(len(rows_of), len(with_n) if weight == "n" else 0, fewest_with_n)
        chosen = {"pooled": pooled, "unweighted": plain, "none": math.nan}[headline]
        figure, figure_n = published_figure(published, name)
        rows.append(
            {
                "indicator": name,
                "label_nl": indicator.label_nl,
                "unit": indicator.unit,
                "k": len(rows_of),
                "places": rows_of["place"].nunique(),
                "k_with_n": len(with_n),
                "n": int(with_n["n"].sum()),
                "pooled": pooled,
                "lower": lower,
                "upper": upper,
                "unweighted": plain,
                "unweighted_lower": plain_lower,
                "unweighted_upper": plain_upper,
                "headline": headline,
                "headline_value": chosen,
                "published": figure,
                "published_n": figure_n,
                "difference": chosen - figure,
                "status": _status(headline, rows_of, with_n, cluster),
            }
        )
    return pd.DataFrame(rows).astype({"published_n": "Int64"})


def weighted_mean(
    values: np.ndarray, weights: np.ndarray, clusters: np.ndarray, unit: str, level: float = LEVEL
) -> tuple[float, float, float]:
    """Return a weighted mean and its cluster-robust interval (CR1, t with clusters - 1; statsmodels `WLS` on a constant).

    values, weights, clusters: one per survey; clusters are labels. NaN for what too few values or clusters leave open. The
    interval is cut off at the ends of the scale of `unit`.
    """
    if not len(values):
        return math.nan, math.nan, math.nan
    mean = float(np.average(values, weights=weights))
    names, groups = np.unique(clusters, return_inverse=True)
    if len(names) < _FEWEST_CLUSTERS:
        return mean, math.nan, math.nan
    fit = WLS(values, np.ones((len(values), 1)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    lower, upper = fit.conf_int(alpha=1 - level)[0]
    return mean, *on_scale(lower, upper, unit)


def on_scale(lower: float, upper: float, unit: str) -> tuple[float, float]:
    """Cut an interval off at the ends of the scale: a mean cannot lie outside it, a t interval of few surveys can."""
    low, high, _ = UNIT_RANGES[unit]
    return max(float(lower), low), min(float(upper), high)


def published_figure(published: pd.DataFrame, indicator: str) -> tuple[float, int | None]:
    """Return the figure of the slides for a client indicator, and the respondents printed with it (None where none are)."""
    rows = published[
        published["indicator"].eq(indicator)
        & published["section"].eq("toegevoegde_waarde")
        & published["source"].eq(HEADLINE_SOURCE)
    ]
    if len(rows) != 1:
        raise WijkanalyseError(
            f"published_figures.csv has {len(rows)} rows for {indicator} from {HEADLINE_SOURCE}, expected 1: "
            "the pooled figures are compared with that one."
        )
    n = rows["n"].iloc[0]
    return float(rows["value"].iloc[0]), None if pd.isna(n) else int(n)


def _one_value(rows: list[dict[str, Any]], include_n_basis: Collection[str]) -> dict[str, object]:
    """Make one value of the row `all` or of several subgroups."""
    first = rows[0]
    counts = [row["n"] if row["n_basis"] in include_n_basis and not pd.isna(row["n"]) else None for row in rows]
    known = [int(count) for count in counts if count is not None]
    are_known = len(known) == len(rows)
    return {
        **{name: first[name] for name in ("survey_id", "organisation", "gm_name", "gm_code", "year", "population")},
        "place": first["gm_name"] if pd.isna(first["gm_code"]) else first["gm_code"],
        "indicator": first["indicator"],
        "unit": first["unit"],
        "value": float(np.average([row["value"] for row in rows], weights=known if are_known else None)),
        "n": sum(known) if are_known else pd.NA,
        "n_basis": _joined(rows, "n_basis", " + "),
        "precision": _joined(rows, "precision", " + "),
        "basis": "all" if first["subgroup"] == "all" else f"subgroups: {_joined(rows, 'subgroup', ', ')}",
        "rows": len(rows),
        "url": _joined(rows, "url", " "),
    }


def _joined(rows: list[dict[str, Any]], column: str, glue: str) -> str:
    return glue.join(dict.fromkeys(str(row[column]) for row in rows))


def _headline(k: int, k_weighted: int, fewest: int) -> Literal["pooled", "unweighted", "none"]:
    if k == 0:
        return "none"
    return "pooled" if k_weighted >= max(fewest, 1) else "unweighted"


def _status(headline: str, rows: pd.DataFrame, with_n: pd.DataFrame, cluster: str) -> str:
    k, k_with_n = len(rows), len(with_n)
    if headline == "none":
        return "no survey states this indicator with the precision asked for"
    surveys = "1 survey" if k == 1 else f"{k} surveys"
    if headline == "pooled":
        text = f"headline: mean weighted by respondents, over the {k_with_n} of {surveys} that state their number"
    else:
        text = f"headline: plain mean of {surveys}, of which {k_with_n} with a number of respondents"
    unit = "survey" if cluster == "survey_id" else "place"
    for part, name in ((with_n, "weighted mean"), (rows, "plain mean")):
        clusters = part[cluster].nunique()
        if 0 < clusters < _FEWEST_CLUSTERS:
            text += f"; no interval for the {name}: 1 {unit}"
        elif clusters == _FEWEST_CLUSTERS:
            text += f"; the interval for the {name} rests on 2 {unit}s"
    return text


def _known(chosen: Collection[str], allowed: Collection[str], what: str) -> None:
    if isinstance(chosen, str):
        raise WijkanalyseError(f'{what}: found the text "{chosen}", expected a list such as ["{chosen}"].')
    for word in chosen:
        if word not in allowed:
            raise WijkanalyseError(f'Unknown {what} "{word}"{nearest(word, allowed)} (known: {listing(allowed)}).')
    if not chosen:
        raise WijkanalyseError(f"No {what} chosen; choose at least one of {listing(allowed)}.")
