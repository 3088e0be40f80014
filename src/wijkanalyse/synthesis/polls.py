"""Polls among municipalities as a series over years."""

import math

import pandas as pd

from wijkanalyse.errors import WijkanalyseError, listing, nearest
from wijkanalyse.synthesis.proportions import wilson


def poll_series(polls: pd.DataFrame, indicator: str = "has_wijkteam") -> pd.DataFrame:
    """Return one indicator over the years, one row per poll, sorted by year and poll; polls without a year are left out.

    polls: tidy `municipal_polls`. Columns: year, percent (of the municipalities that answered; NJI2024: of teams), n (that
    number, missing where not stated), lower, upper (95 % Wilson from percent x n, percent; NaN where n is missing),
    precision (of percent: an interval around `approx` or a bound is one around the number as printed), response_pct,
    poll_id, source, url, note (why there is no interval, or empty).

    The interval is that of a simple random sample. Municipalities chose to answer (response 56-62 %) and are a finite
    population of about 340 to 400, so it is too wide as sampling error and says nothing of non-response.
    """
    known = sorted(set(polls["indicator"]))
    if indicator not in known:
        raise WijkanalyseError(
            f'No poll has the indicator "{indicator}"{nearest(indicator, known)} (known: {listing(known, 30)}).'
        )
    rows = polls[polls["indicator"].eq(indicator) & polls["year"].notna()].sort_values(["year", "poll_id"])
    n = rows["n_municipalities"].astype("Float64").to_numpy("float64", na_value=math.nan)
    percent = rows["percent"].to_numpy("float64")
    bounds = [wilson(float(share / 100 * base), float(base)) for share, base in zip(percent, n, strict=True)]
    return pd.DataFrame(
        {
            "year": rows["year"].astype("Int64"),
            "percent": percent,
            "n": rows["n_municipalities"],
            "lower": [lower for lower, _ in bounds],
            "upper": [upper for _, upper in bounds],
            "precision": rows["precision"],
            "response_pct": rows["response_pct"],
            "poll_id": rows["poll_id"],
            "source": rows["source"],
            "url": rows["url"],
            "note": ["no interval: number of municipalities not stated" if math.isnan(base) else "" for base in n],
        }
    ).reset_index(drop=True)
