"""Real boundaries of municipalities, read from a GeoJSON file that the configuration names (`report.geometry`)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wijkanalyse.errors import WijkanalyseError, listing
from wijkanalyse.municipalities import codes_in_force
from wijkanalyse.years import FIRST_YEAR, LAST_YEAR

Points = npt.NDArray[np.float64]
Polygon = list[Points]
"""The outer ring of a piece of land (against the clock) and the rings of its holes (with it), in kilometres in RD New."""
CODE_PROPERTIES = ("statcode", "gm_code")
"""Properties in which the code of a municipality may stand: that of CBS and Kadaster, and that of this project."""

# Schreutelkamp and Strang van Hees (2001), degrees to metres in RD New; better than a metre within the Netherlands
_ORIGIN_LONGITUDE, _ORIGIN_LATITUDE = 5.38720621, 52.15517440
_EASTING = {
    (0, 0): 155000.0, (0, 1): 190094.945, (1, 1): -11832.228, (2, 1): -114.221, (0, 3): -32.391, (1, 0): -0.705,
    (3, 1): -2.340, (1, 3): -0.608, (0, 2): -0.008, (2, 3): 0.148,
}  # fmt: skip
_NORTHING = {
    (0, 0): 463000.0, (1, 0): 309056.544, (0, 2): 3638.893, (2, 0): 73.077, (1, 2): -157.984, (3, 0): 59.788,
    (0, 1): 0.433, (2, 2): -6.439, (1, 1): -0.032, (0, 4): 0.092, (1, 4): -0.054,
}  # fmt: skip


def read_boundaries(path: Path) -> dict[str, list[Polygon]]:
    """Return the polygons of each municipality in a GeoJSON file, in kilometres in RD New.

    The file has features with a Polygon or MultiPolygon, in degrees or in RD New, and a property statcode or gm_code (GM and
    four digits). Features without such a code (a province, the country) are passed over. Anything else raises
    `WijkanalyseError`.
    """
    features = _features(path)
    found: dict[str, list[Polygon]] = {}
    for feature in features:
        properties = feature.get("properties") or {}
        code = next((str(properties[name]) for name in CODE_PROPERTIES if name in properties), "")
        polygons = _polygons(feature.get("geometry") or {}, path)
        if re.fullmatch(r"GM\d{4}", code) and polygons:
            found.setdefault(code, []).extend(polygons)
    if not found:
        raise WijkanalyseError(
            f"report.geometry: {path} has {len(features)} features, none of them a polygon with the code of a municipality. "
            f"Expected a Polygon or MultiPolygon with a property {' or '.join(CODE_PROPERTIES)} such as GM0344; found the "
            f"properties {listing(sorted({name for each in features for name in each.get('properties') or {}})) or 'none'}."
        )
    return found


def check_codes(path: Path, found: Collection[str], wanted: Collection[str], boundaries_year: int) -> None:
    """Raise `WijkanalyseError` when the file lacks a municipality, or has one that did not exist in `boundaries_year`."""
    missing = sorted(set(wanted) - set(found))
    others = sorted(set(found) - codes_in_force(boundaries_year))
    if not missing and not others:
        return
    fitting = [year for year in range(FIRST_YEAR, LAST_YEAR + 1) if codes_in_force(year) == frozenset(found)]
    advice = f" These are the municipalities of {listing(map(str, fitting))}." if fitting else ""
    raise WijkanalyseError(
        f"report.geometry: {path} does not have the municipalities of {boundaries_year} (panel.boundaries_year). Of the "
        f"{len(set(wanted))} municipalities of the panel it lacks {len(missing)}{_named(missing)}; of the {len(found)} in the "
        f"file {len(others)} did not exist in {boundaries_year}{_named(others)}.{advice} Take the boundaries of "
        f"{boundaries_year}, or none (geometry: null) for a map of tiles."
    )


def centroid(polygons: Collection[Polygon]) -> tuple[float, float]:
    """Return the centre of gravity of a municipality, in kilometres in RD New."""
    total = np.zeros(3)
    for polygon in polygons:
        for ring in polygon:
            total += _moments(ring)
    return float(total[1] / total[0]), float(total[2] / total[0])


def to_rd(degrees: Points) -> Points:
    """Return points in RD New (kilometres) for longitudes and latitudes."""
    longitude, latitude = 0.36 * (degrees[:, 0] - _ORIGIN_LONGITUDE), 0.36 * (degrees[:, 1] - _ORIGIN_LATITUDE)

    def series(terms: Mapping[tuple[int, int], float]) -> Points:
        total = np.zeros(len(degrees))
        for (p, q), factor in terms.items():
            total += factor * latitude**p * longitude**q
        return total

    return np.column_stack([series(_EASTING), series(_NORTHING)]).astype(float) / 1000


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WijkanalyseError(
            f"report.geometry: there is no file {path}. Put the boundaries there, or set geometry: null for a map of tiles."
        ) from None
    except (OSError, ValueError) as error:
        raise WijkanalyseError(f"report.geometry: {path} cannot be read as GeoJSON: {error}") from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise WijkanalyseError(
            f"report.geometry: {path} is no GeoJSON FeatureCollection. TopoJSON and shapefiles have to be converted first."
        )
    return features


def _polygons(geometry: Mapping[str, Any], path: Path) -> list[Polygon]:
    """The polygons of a geometry; none for points and lines."""
    coordinates = geometry.get("coordinates") or []
    shapes = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(geometry.get("type")), [])
    try:
        return [[_turned(_ring(ring, path), is_hole=place > 0) for place, ring in enumerate(shape)] for shape in shapes]
    except (TypeError, ValueError, IndexError):
        raise WijkanalyseError(f"report.geometry: {path} has a polygon whose coordinates are no list of rings.") from None


def _ring(ring: Any, path: Path) -> Points:
    points = np.array([point[:2] for point in ring], dtype=float)
    low, high = points.min(axis=0), points.max(axis=0)
    if low[0] >= 3 and high[0] <= 8 and low[1] >= 50 and high[1] <= 54:
        return to_rd(points)
    if low[0] >= 0 and high[0] <= 300_000 and low[1] >= 289_000 and high[1] <= 640_000:
        return points / 1000
    raise WijkanalyseError(
        f"report.geometry: {path} has a point ({points[0, 0]:g}, {points[0, 1]:g}) outside the Netherlands. Expected degrees "
        "(longitude, latitude) or metres in RD New (EPSG:28992)."
    )


def _turned(ring: Points, *, is_hole: bool) -> Points:
    """The ring in the direction that tells land from hole; files differ in it."""
    return ring if (_moments(ring)[0] < 0) == is_hole else ring[::-1]


def _moments(ring: Points) -> Points:
    """Area of a closed ring (negative with the clock), and the area times its centre."""
    start, end = ring, np.roll(ring, -1, axis=0)
    crossed = start[:, 0] * end[:, 1] - end[:, 0] * start[:, 1]
    east, north = ((start + end) * crossed[:, None]).sum(axis=0) / 6
    return np.array([crossed.sum() / 2, east, north])


def _named(codes: Collection[str]) -> str:
    return f" ({listing(codes, 5)})" if codes else ""
