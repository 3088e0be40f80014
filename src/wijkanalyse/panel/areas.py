"""The municipal division of a year, out of the tables "Gebieden in Nederland"."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from wijkanalyse.errors import WijkanalyseError, listing
from wijkanalyse.statline.client import RawTable
from wijkanalyse.statline.titles import topics


def read_areas(raw: RawTable, regions: dict[str, str]) -> pd.DataFrame:
    """Return the municipalities of a "Gebieden" table with their regions, one row per municipality.

    `regions` gives the prefix of the codes of each kind of region (``{"jeugdregio": "JZ"}``). Columns: gm_code, gm_name, and
    per region `<region>_code` and `<region>_name`. The pair of columns of a region is the one whose codes begin with the
    prefix: their titles are "Code" and "Naam" for every region, and their numbers change from year to year.
    """
    rows = raw.data[raw.data[raw.region_dimension].str.strip().str.startswith("GM")]
    columns = {topic.key: rows[topic.key].str.strip() for topic in topics(raw.properties)}
    pairs = _code_name_pairs(raw)
    titles = {row["Key"].strip(): row["Title"].strip() for row in raw.dimensions[raw.region_dimension]}
    codes = rows[raw.region_dimension].str.strip()
    areas = pd.DataFrame({"gm_code": codes, "gm_name": codes.map(titles)})
    for region, prefix in {"gm": "GM", **regions}.items():
        found = [(code, name) for code, name in pairs if columns[code].str.match(rf"{prefix}\d").all()]
        if len(found) != 1:
            raise WijkanalyseError(
                f"table {raw.identifier}: {len(found)} columns hold codes that begin with {prefix} for every municipality; "
                f"expected one (for {region}). Columns: {listing(code for code, _ in pairs)}"
            )
        code, name = found[0]
        areas[f"{region}_code"], areas[f"{region}_name"] = columns[code], columns[name]
    return areas.sort_values("gm_code", ignore_index=True)


def _code_name_pairs(raw: RawTable) -> list[tuple[str, str]]:
    """Column keys of (code, name) that stand under the same topic group."""
    by_group: dict[tuple[str, ...], dict[str, str]] = {}
    for topic in topics(raw.properties):
        by_group.setdefault(topic.path[:-1], {})[topic.title.lower()] = topic.key
    return [(titles["code"], titles["naam"]) for titles in by_group.values() if {"code", "naam"} <= set(titles)]


def members(areas: dict[int, pd.DataFrame], regions: Iterable[str], national: str) -> pd.DataFrame:
    """Return which municipality lies in which region above it, per year: columns year, region, gm_code."""
    frames = []
    for year, division in areas.items():
        above = [division[f"{region}_code"] for region in regions]
        for codes in (*above, pd.Series(national, index=division.index)):
            frames.append(pd.DataFrame({"year": year, "region": codes, "gm_code": division["gm_code"]}))
    return pd.concat(frames, ignore_index=True)
