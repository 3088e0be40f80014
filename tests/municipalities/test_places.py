"""Where the municipalities lie."""

import numpy as np
import pandas as pd
import pytest

from tests.reference_data import reference
from wijkanalyse.municipalities import codes_in_force, known_codes, mergers
from wijkanalyse.municipalities.places import places, with_derived
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


def test_an_abolished_municipality_lies_where_its_successor_does() -> None:
    whole = mergers().query("share == 1 and to_code != 'GM1992'")
    assert len(whole) > 50
    for old, new in zip(whole["from_code"], whole["to_code"], strict=True):
        # those of 2022 have a place of their own
        assert place_of(old) == place_of(new) or old in codes_in_force(2022)


def test_a_municipality_that_was_divided_lies_amid_its_successors_by_share() -> None:
    over = mergers().query("from_code == 'GM0788'")  # Haaren
    east = sum(share * place_of(code)[0] for code, share in zip(over["to_code"], over["share"], strict=True))
    assert place_of("GM0788")[0] == pytest.approx(east, abs=0.5)


def test_a_successor_that_was_abolished_itself_is_placed_first() -> None:
    over = pd.DataFrame({"from_code": ["A", "B"], "to_code": ["B", "C"], "share": [1.0, 1.0]})
    found = with_derived({"C": np.array([100.0, 400.0])}, ["A", "B", "C"], over)
    assert found["A"].tolist() == [100, 400]
    with pytest.raises(ValueError, match="no place for D"):
        with_derived(found, ["A", "D"], over)


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
