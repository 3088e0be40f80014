"""Where the municipalities lie."""

import pandas as pd
import pytest

from tests.reference_data import reference
from wijkanalyse.municipalities import codes_in_force, known_codes, mergers
from wijkanalyse.municipalities.places import places
from wijkanalyse.report.figures.geometry import centroid, read_boundaries


def place_of(code: str) -> tuple[float, float]:
    row = places().set_index("gm_code").loc[code]
    return row["east_km"], row["north_km"]


@pytest.mark.parametrize("year", range(2015, 2027))
def test_every_municipality_of_every_year_has_a_place_within_the_country(year: int) -> None:
    table = places().set_index("gm_code").loc[sorted(codes_in_force(year))]
    assert table["east_km"].between(13, 278).all()
    assert table["north_km"].between(306, 620).all()


def test_there_is_one_place_for_each_municipality_and_no_other() -> None:
    table = places()
    assert table["gm_code"].is_unique
    assert set(table["gm_code"]) == known_codes()


def test_a_later_municipality_lies_amid_its_parts() -> None:
    # Voorne aan Zee: Brielle, Hellevoetsluis and Westvoorne
    parts = [place_of(code) for code in ("GM0501", "GM0530", "GM0614")]
    assert place_of("GM1992") == tuple(round(sum(axis) / 3) for axis in zip(*parts, strict=True))


def test_an_abolished_municipality_lies_where_its_successor_does_also_after_two_mergers() -> None:
    assert place_of("GM0005") == place_of("GM1966")  # Bedum, Het Hogeland
    over = mergers().query("share == 1")
    chained = over[over["to_code"].isin(over["from_code"]) & ~over["from_code"].isin(codes_in_force(2022))]
    assert len(chained)
    for old, between in zip(chained["from_code"], chained["to_code"], strict=True):
        assert place_of(old) == place_of(between)


def test_the_compass_is_right() -> None:
    schiermonnikoog, eijsden, sluis, winterswijk = map(place_of, ("GM0088", "GM1903", "GM1714", "GM0294"))
    assert schiermonnikoog[1] > 600 > 320 > eijsden[1]
    assert sluis[0] < 30 < 240 < winterswijk[0]


def test_the_table_is_what_the_boundaries_give() -> None:
    boundaries = read_boundaries(reference("cbs/geometry/gemeenten_2022.geojson"))
    assert set(boundaries) == codes_in_force(2022)
    made = pd.DataFrame(
        [(code, *map(round, centroid(polygons))) for code, polygons in sorted(boundaries.items())],
        columns=["gm_code", "east_km", "north_km"],
    )
    written = places().set_index("gm_code").loc[made["gm_code"]].astype(int).reset_index()
    pd.testing.assert_frame_equal(written, made)
