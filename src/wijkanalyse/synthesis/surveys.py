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
- **The survey is the unit of uncertainty** (cluster-robust). Respondent numbers are weights, not a claim that 2,500
  answers under one questionnaire in one town are 2,500 independent observations. `cluster="gm_name"` treats the rounds of
  one place as one cluster.
- **Weighted and unweighted side by side.** Three surveys in four state no number; leaving them out is a choice as well. The
  weighted mean is the headline from three surveys with a number on (`fewest_with_n`): with two, the interval has one
  degree of freedom and covers half the scale, and the mean is that of two towns; the plain mean over all surveys is then
  the steadier number.
"""

import math
from collections.abc import Collection
from typing import Final, Literal

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import WLS

from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.evidence.codes import (
    HEADLINE_SOURCE,
    N_BASES_WITH_N,
    POPULATIONS,
    PRECISIONS,
    PUBLISHED_INDICATORS,
    UNIT_RANGES,
)
from wijkanalyse.synthesis.proportions import LEVEL

# Fewest clusters that say anything about how clusters differ.
_FEWEST_CLUSTERS: Final = 2

_VALUE_COLUMNS: Final = (
    "survey_id", "organisation", "gm_name", "gm_code", "year", "population", "indicator", "unit", "value", "n",
    "n_basis", "precision", "basis", "rows", "url",
)  # fmt: skip


def survey_values(
    surveys: pd.DataFrame,
    *,
    populations: Collection[str] = POPULATIONS,
    include_precision: Collection[str] = ("exact",),
    include_n_basis: Collection[str] = N_BASES_WITH_N,
) -> pd.DataFrame:
    """Return the one value per survey and published indicator that is pooled, in order of indicator and survey.

    surveys: tidy `client_surveys`. Columns: survey_id, organisation, gm_name, gm_code, year, population, indicator, unit
    (grade | percent), value (in unit), n (respondents, missing where unknown or where its basis is not included),
    n_basis, precision (of the row, or the parts' joined by +), basis (`all`, or `subgroups: ...`), rows (number of rows
    behind the value), url (of the row, or the parts' joined by a space).
    """
    _known(populations, POPULATIONS, "population")
    _known(include_precision, PRECISIONS, "precision")
    _known(include_n_basis, N_BASES_WITH_N, "n_basis")
    clients = surveys[
        surveys["respondent_type"].eq("clients")
        & surveys["indicator"].isin(list(PUBLISHED_INDICATORS))
        & surveys["population"].isin(list(populations))
    ]
    values = []
    for _, group in clients.groupby(["indicator", "survey_id"], sort=True):
        rows = group[group["subgroup"].eq("all")] if group["subgroup"].eq("all").any() else group
        rows = rows[rows["precision"].isin(list(include_precision))]
        if not rows.empty:
            values.append(_one_value(rows.sort_values("subgroup"), include_n_basis))
    frame = pd.DataFrame(values, columns=list(_VALUE_COLUMNS))
    order = {name: place for place, name in enumerate(PUBLISHED_INDICATORS)}
    frame = frame.sort_values(
        ["indicator", "survey_id"], key=lambda column: column.map(order) if column.name == "indicator" else column
    )
    types = {"value": "float64", "n": "Int64", "year": "Int64", "rows": "Int64"}
    return frame.astype(types).reset_index(drop=True)


def pool_client_indicators(
    surveys: pd.DataFrame,
    published: pd.DataFrame,
    *,
    populations: Collection[str] = POPULATIONS,
    include_precision: Collection[str] = ("exact",),
    include_n_basis: Collection[str] = N_BASES_WITH_N,
    weight: Literal["n", "equal"] = "n",
    cluster: Literal["survey_id", "gm_name"] = "survey_id",
    fewest_with_n: int = 3,
) -> pd.DataFrame:
    """Pool each of the eight published client indicators over the surveys; one row per indicator, in published order.

    surveys: tidy `client_surveys`; published: tidy `published_figures`; see `survey_values` for what is pooled.
    weight: `n` = by respondents, `equal` = the plain mean is the headline (the weighted one stays beside it).
    cluster: what is taken as independent, each survey or each place.
    fewest_with_n: surveys with a number of respondents from which the weighted mean is the headline.

    Columns:
    indicator, label_nl, unit (grade | percent);
    k (surveys), k_with_n (of which with a number of respondents), n (sum of these numbers, respondents);
    pooled (weighted mean, sum of n x value over sum of n, in unit), lower, upper (95 %, cluster-robust, t with clusters - 1
    degrees of freedom, cut at the ends of the scale; NaN with fewer than 2 clusters);
    unweighted, unweighted_lower, unweighted_upper (the same over all surveys, each counting once);
    headline (pooled | unweighted | none) and headline_value: pooled where `fewest_with_n` surveys state n, else unweighted;
    published, published_n (slides of the original study), difference (headline_value - published, in unit);
    status (text: which number is the headline and what could not be computed).

    Source: statsmodels `WLS` on a constant with cov_type="cluster", use_t=True; see the module for the choices.
    """
    _known([weight], ["n", "equal"], "weight")
    _known([cluster], ["survey_id", "gm_name"], "cluster")
    values = survey_values(
        surveys, populations=populations, include_precision=include_precision, include_n_basis=include_n_basis
    )
    rows = []
    for name, indicator in PUBLISHED_INDICATORS.items():
        rows_of = values[values["indicator"].eq(name)]
        with_n = rows_of[rows_of["n"].notna()]
        pooled, lower, upper = _mean(with_n, with_n["n"].to_numpy("float64"), cluster, indicator.unit)
        plain, plain_lower, plain_upper = _mean(rows_of, np.ones(len(rows_of)), cluster, indicator.unit)
        headline = _headline(len(rows_of), len(with_n) if weight == "n" else 0, fewest_with_n)
        chosen = {"pooled": pooled, "unweighted": plain, "none": math.nan}[headline]
        figure, figure_n = _published(published, name)
        rows.append(
            {
                "indicator": name,
                "label_nl": indicator.label_nl,
                "unit": indicator.unit,
                "k": len(rows_of),
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


def _one_value(rows: pd.DataFrame, include_n_basis: Collection[str]) -> dict[str, object]:
    """Make one value of the row `all` (a frame of one row) or of several subgroups."""
    counts = rows["n"].where(rows["n_basis"].isin(list(include_n_basis)))
    known = bool(counts.notna().all())
    weights = counts.to_numpy("float64") if known else np.ones(len(rows))
    first = rows.iloc[0]
    is_all = first["subgroup"] == "all"
    return {
        **{name: first[name] for name in ("survey_id", "organisation", "gm_name", "gm_code", "year", "population")},
        "indicator": first["indicator"],
        "unit": first["unit"],
        "value": float(np.average(rows["value"].to_numpy("float64"), weights=weights)),
        "n": int(counts.sum()) if known else pd.NA,
        "n_basis": _joined(rows["n_basis"], " + "),
        "precision": _joined(rows["precision"], " + "),
        "basis": "all" if is_all else f"subgroups: {_joined(rows['subgroup'], ', ')}",
        "rows": len(rows),
        "url": _joined(rows["url"], " "),
    }


def _joined(texts: pd.Series, glue: str) -> str:
    return glue.join(dict.fromkeys(str(text) for text in texts))


def _mean(rows: pd.DataFrame, weights: np.ndarray, cluster: str, unit: str) -> tuple[float, float, float]:
    """Return the weighted mean and its 95 % interval; NaN for what too few rows or clusters leave open."""
    if rows.empty:
        return math.nan, math.nan, math.nan
    values = rows["value"].to_numpy("float64")
    mean = float(np.average(values, weights=weights))
    groups, names = pd.factorize(rows[cluster])
    if len(names) < _FEWEST_CLUSTERS:
        return mean, math.nan, math.nan
    fit = WLS(values, np.ones((len(values), 1)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    lower, upper = fit.conf_int(alpha=1 - LEVEL)[0]
    low, high, _ = UNIT_RANGES[unit]
    # The mean cannot lie outside the scale; with two surveys t has one degree of freedom and the interval would.
    return mean, max(float(lower), low), min(float(upper), high)


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


def _published(published: pd.DataFrame, indicator: str) -> tuple[float, int | None]:
    """Return the figure of the slides and its n."""
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


def _known(chosen: Collection[str], allowed: Collection[str], what: str) -> None:
    if isinstance(chosen, str):
        raise WijkanalyseError(f'{what}: found the text "{chosen}", expected a list such as ["{chosen}"].')
    for word in chosen:
        if word not in allowed:
            raise WijkanalyseError(f'Unknown {what} "{word}"{nearest(word, allowed)} (known: {listing(allowed)}).')
    if not chosen:
        raise WijkanalyseError(f"No {what} chosen; choose at least one of {listing(allowed)}.")
