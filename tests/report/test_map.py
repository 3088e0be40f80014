"""The map of active teams: tiles and boundaries, and what is said about them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from tests.reference_data import reference
from tests.workflow.project import copy_project
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.municipalities import codes_in_force, municipalities
from wijkanalyse.municipalities.places import places
from wijkanalyse.report.figures.geometry import centroid, check_codes, read_boundaries, to_rd
from wijkanalyse.report.figures.map import FILLS, draw_map
from wijkanalyse.report.figures.tiles import borders, centre, corners, lay_tiles, neighbours
from wijkanalyse.report.language import speaking

PROVINCE_OF = municipalities().set_index("gm_code")["province_code"].to_dict()


def places_of(year: int) -> dict[str, tuple[float, float]]:
    table = places().set_index("gm_code").loc[sorted(codes_in_force(year))]
    return {str(code): (east, north) for code, east, north in table.itertuples()}


def classified(codes: list[str], groups: dict[str, str | None], uncertain: tuple[str, ...] = ()) -> pd.DataFrame:
    group = [groups.get(code, "not_active") for code in codes]
    is_certain = [code not in uncertain and each is not None for code, each in zip(codes, group, strict=True)]
    return pd.DataFrame({"gm_code": codes, "group": group, "is_certain": is_certain})


UTRECHT = sorted(code for code in codes_in_force(2025) if PROVINCE_OF[code] == "PV26")
ZEELAND = sorted(code for code in codes_in_force(2025) if PROVINCE_OF[code] == "PV29")


# --- tiles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", range(2015, 2027))
def test_every_municipality_has_a_tile_of_its_own_near_those_it_lies_near(year: int) -> None:
    lie = places_of(year)
    tiles = lay_tiles(lie)
    assert set(tiles) == codes_in_force(year)
    assert len(set(tiles.values())) == len(tiles)
    codes = sorted(lie)
    true, drawn = pdist([lie[code] for code in codes]), pdist([centre(tiles[code]) for code in codes])
    assert spearmanr(true, drawn).statistic > 0.95


def test_the_layout_does_not_depend_on_the_order_in_which_municipalities_come() -> None:
    lie = places_of(2025)
    assert lay_tiles(lie) == lay_tiles(dict(reversed(lie.items())))


def test_the_layout_survives_the_rounding_of_another_machine() -> None:
    lie = places_of(2025)
    assert lay_tiles(lie) == lay_tiles({code: (east * (1 + 1e-14), north) for code, (east, north) in lie.items()})


def test_municipalities_at_the_same_place_get_tiles_side_by_side_in_an_order_that_is_always_the_same() -> None:
    tiles = lay_tiles({"GM0001": (100, 400), "GM0002": (100, 400), "GM0003": (130, 400)})
    assert tiles == lay_tiles({"GM0003": (130, 400), "GM0002": (100, 400), "GM0001": (100, 400)})
    assert tiles["GM0002"] in neighbours(tiles["GM0001"])


def test_a_province_alone_can_be_laid_too() -> None:
    lie = {code: place for code, place in places_of(2025).items() if code in ZEELAND}
    assert len(set(lay_tiles(lie).values())) == len(ZEELAND)


@pytest.mark.parametrize("tile", [(4, 7), (5, 7)])
def test_each_side_of_a_tile_is_shared_with_its_neighbour(tile: tuple[int, int]) -> None:
    for place, other in enumerate(neighbours(tile)):
        side = corners(tile)[[place, (place + 1) % 6]].round(9)
        assert {*map(tuple, side)} <= {*map(tuple, corners(other).round(9))}


def test_a_border_runs_around_an_area_and_between_two_but_not_within() -> None:
    assert len(list(borders({(0, 0): "a"}))) == 6
    assert len(list(borders({(0, 0): "a", (0, 1): "a"}))) == 10
    assert len(list(borders({(0, 0): "a", (0, 1): "b"}))) == 11


# --- the figure -------------------------------------------------------------------------------------------------------


def test_the_map_counts_each_municipality_once_in_its_province(tmp_path: Path) -> None:
    frame = classified(UTRECHT + ZEELAND, {UTRECHT[0]: "active", UTRECHT[1]: "active", ZEELAND[0]: None}, (UTRECHT[1],))
    drawn = draw_map(frame, PROVINCE_OF, None, tmp_path / "map.svg", mark=False)
    utrecht, zeeland = drawn.data.loc["PV26"], drawn.data.loc["PV29"]
    assert (utrecht["active"], utrecht["not_active"], utrecht["unclassified"]) == (2, len(UTRECHT) - 2, 0)
    assert (zeeland["active"], zeeland["not_active"], zeeland["unclassified"]) == (0, len(ZEELAND) - 1, 1)
    assert utrecht["uncertain"] == 1
    # what was not classified is no uncertain classification
    assert zeeland["uncertain"] == 0
    assert utrecht["share"] == pytest.approx(200 / len(UTRECHT))
    assert drawn.data["municipalities"].sum() == len(frame)
    assert f"Utrecht 2, {len(UTRECHT) - 2} en 0" in drawn.alt
    assert "van 1 kan de indeling omslaan" in drawn.alt


def test_a_province_without_a_classified_municipality_has_no_share(tmp_path: Path) -> None:
    frame = classified(ZEELAND, dict.fromkeys(ZEELAND))
    assert np.isnan(draw_map(frame, PROVINCE_OF, None, tmp_path / "map.svg", mark=False).data.at["PV29", "share"])


def test_the_map_is_reproducible_and_says_when_it_is_made_up(tmp_path: Path) -> None:
    frame, paths = classified(ZEELAND, {ZEELAND[0]: "active"}), [tmp_path / name for name in ("a.svg", "b.svg", "plain.svg")]
    for path in paths:
        draw_map(frame, PROVINCE_OF, None, path, mark=path.stem != "plain")
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[2].stat().st_size < paths[0].stat().st_size


def test_the_map_speaks_english(tmp_path: Path) -> None:
    frame = classified(ZEELAND, {ZEELAND[0]: "active"})
    dutch = draw_map(frame, PROVINCE_OF, None, tmp_path / "nl.svg", mark=False)
    with speaking("en"):
        english = draw_map(frame, PROVINCE_OF, None, tmp_path / "en.svg", mark=False)
    assert english.alt.startswith(f"Map of {len(ZEELAND)} municipalities: 1 with an active neighbourhood team")
    assert english.data.index.equals(dutch.data.index)
    assert all(english.title != dutch.title for english, dutch in zip(english.columns, dutch.columns, strict=True))


def test_the_groups_are_told_apart_in_grey_too() -> None:
    greys = sorted(np.dot(to_rgb(fill), (0.299, 0.587, 0.114)) for fill in FILLS.values())
    assert min(np.diff(greys)) > 0.2


# --- boundaries -------------------------------------------------------------------------------------------------------


def square(code: str, east: float, north: float, name: str = "statcode", size: float = 10_000) -> dict[str, Any]:
    ring = [[east, north], [east + size, north], [east + size, north + size], [east, north + size], [east, north]]
    return {"type": "Feature", "properties": {name: code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture
def geojson(tmp_path: Path) -> Callable[..., Path]:
    def write(*features: dict[str, Any]) -> Path:
        path = tmp_path / "boundaries.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
        return path

    return write


def test_boundaries_are_read_by_either_name_of_the_code_in_rd_or_degrees(geojson: Callable[..., Path]) -> None:
    degrees = square("GM0002", 5.38720621, 52.15517440, "gm_code", 0.1)
    found = read_boundaries(geojson(square("GM0001", 100_000, 400_000), degrees))
    assert centroid(found["GM0001"]) == pytest.approx((105, 405))
    # the tower of Amersfoort is the origin of RD
    assert found["GM0002"][0][0].tolist()[0] == pytest.approx([155, 463], abs=1e-3)


def test_degrees_become_rd_to_the_metre() -> None:
    # the Westertoren in Amsterdam and the Martinitoren in Groningen, as in the paper of the series
    towers = to_rd(np.array([[4.88352559, 52.37453253], [6.56820053, 53.21938317]]))
    assert towers == pytest.approx(np.array([[120.700723, 487.525502], [233.883131, 582.065168]]), abs=1e-3)


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_hole_counts_against_the_land_whichever_way_its_ring_runs(geojson: Callable[..., Path], is_turned: bool) -> None:
    land = square("GM0001", 100_000, 400_000)
    [hole] = square("", 101_000, 404_000, size=2000)["geometry"]["coordinates"]
    land["geometry"]["coordinates"].append(hole[::-1] if is_turned else hole)
    east, north = centroid(read_boundaries(geojson(land))["GM0001"])
    assert (east, north) == pytest.approx(((100 * 105 - 4 * 102) / 96, 405))


def test_features_that_are_no_municipality_are_passed_over(geojson: Callable[..., Path]) -> None:
    point = {"type": "Feature", "properties": {"statcode": "GM0002"}, "geometry": {"type": "Point", "coordinates": [5, 52]}}
    assert set(read_boundaries(geojson(square("GM0001", 100_000, 400_000), square("PV26", 0, 400_000), point))) == {"GM0001"}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WijkanalyseError, match=r"no file .*nowhere\.geojson.*geometry: null"):
        read_boundaries(tmp_path / "nowhere.geojson")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("no json", "cannot be read as GeoJSON"),
        ('{"type": "Topology", "objects": {}}', "no GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "0 features, none of them a polygon.*properties none"),
        (json.dumps({"features": [square("Utrecht", 100_000, 400_000, "name")]}), "1 features, .*found the properties name"),
        (json.dumps({"features": [square("GM0001", -40, 12, size=1)]}), r"point \(-40, 12\) outside the Netherlands"),
        ('{"features": [{"geometry": {"type": "Polygon", "coordinates": [[]]}}]}', "no list of rings"),
    ],
)
def test_a_file_without_boundaries_says_what_it_has_instead(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "boundaries.geojson"
    path.write_text(content)
    with pytest.raises(WijkanalyseError, match=told):
        read_boundaries(path)


def test_boundaries_of_another_year_are_refused_with_counts() -> None:
    with pytest.raises(WijkanalyseError, match=r"lacks 1 \(GM1992\); of the 345 in the file 4 did not exist in 2025.*of 2022"):
        check_codes(Path("x.geojson"), codes_in_force(2022), codes_in_force(2025), 2025)


def test_a_municipality_that_was_taken_in_by_an_existing_one_betrays_another_year() -> None:
    # Weesp went over into Amsterdam: no code is missing, but Amsterdam would have its old shape
    found = codes_in_force(2025) | {"GM0457"}
    with pytest.raises(WijkanalyseError, match=r"lacks 0; .*1 did not exist in 2025 \(GM0457\)"):
        check_codes(Path("x.geojson"), found, codes_in_force(2025), 2025)


def test_boundaries_of_the_whole_country_serve_a_panel_of_one_province() -> None:
    check_codes(Path("x.geojson"), codes_in_force(2025), ZEELAND, 2025)


def test_the_real_boundaries_are_drawn_and_counted_as_the_tiles_are(tmp_path: Path) -> None:
    boundaries = read_boundaries(reference("cbs/geometry/gemeenten_2022.geojson"))
    codes = sorted(codes_in_force(2022))
    check_codes(Path("x.geojson"), boundaries, codes, 2022)
    frame = classified(codes, {"GM0363": "active", "GM0088": None}, ("GM0344",))
    real = draw_map(frame, PROVINCE_OF, boundaries, tmp_path / "real.svg", mark=False)
    tiles = draw_map(frame, PROVINCE_OF, None, tmp_path / "tiles.svg", mark=False)
    assert real.alt == tiles.alt
    assert (tmp_path / "real.svg").read_bytes() != (tmp_path / "tiles.svg").read_bytes()
    assert (tmp_path / "real.svg").stat().st_size < 1_000_000


@pytest.mark.pipeline
def test_boundaries_that_are_not_there_stop_the_run_before_it_starts(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    answer = project.run("data/processed/statline.json", report={"geometry": "nowhere.geojson"})
    assert answer.returncode == 1
    assert "report.geometry: there is no file nowhere.geojson" in answer.stderr
    assert not project.path("data/processed/statline.json").exists()
