"""The municipalities of 2015-2026 and their mergers."""

import pandas as pd
import pytest

from tests.reference_data import reference
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.municipalities import codes_in_force, known_codes, mergers, municipalities

# Published by CBS: number of municipalities on 1 January.
COUNTS = dict(
    zip(range(2015, 2027), [393, 390, 388, 380, 355, 355, 352, 345, 342, 342, 342, 342], strict=True),
)


def effective_year(date: pd.Timestamp) -> int:
    return date.year if (date.month, date.day) == (1, 1) else date.year + 1


@pytest.mark.parametrize(("year", "count"), COUNTS.items())
def test_number_of_municipalities_on_1_january(year: int, count: int):
    assert len(codes_in_force(year)) == count


@pytest.mark.parametrize("year", range(2016, 2027))
def test_mergers_turn_one_years_list_into_the_next(year: int):
    table = mergers()
    of_year = table[table["date"].map(effective_year) == year]
    before = codes_in_force(year - 1)
    assert set(of_year["from_code"]) <= before
    assert (before - set(of_year["from_code"])) | set(of_year["to_code"]) == codes_in_force(year)


@pytest.mark.parametrize("year", range(2019, 2024))
def test_codes_are_those_of_cbs(year: int):
    published = pd.read_csv(reference(f"cbs/gemeentecodes_{year}.csv"))
    assert codes_in_force(year) == frozenset(published["statcode"])


def test_what_goes_over_adds_up_to_the_whole_municipality():
    shares = mergers().groupby(["date", "from_code"])["share"].sum()
    assert shares.to_numpy() == pytest.approx(1.0, abs=1e-12)


def test_only_splits_have_several_successors():
    table = mergers()
    several = table.groupby("from_code")["to_code"].transform("size") > 1
    assert (several == (table["kind"] == "splitsing")).all()
    assert set(table["kind"]) == {"samenvoeging", "splitsing", "naamswijziging"}


def test_names_in_both_tables_agree():
    name = municipalities().set_index("gm_code")["gm_name"]
    table = mergers()
    assert (table["from_code"].map(name) == table["from_name"]).all()
    assert (table["to_code"].map(name) == table["to_name"]).all()


def test_every_municipality_has_a_province_and_a_youth_region():
    table = municipalities()
    assert table["gm_code"].is_unique
    assert table["gm_code"].str.fullmatch(r"GM\d{4}").all()
    assert table["province_code"].nunique() == 12
    assert table["jeugdregio_code"].nunique() == 42
    assert table.notna().all(axis=None)
    assert table.groupby("province_code")["province_name"].nunique().eq(1).all()
    assert table.groupby("jeugdregio_code")["jeugdregio_name"].nunique().eq(1).all()


def test_known_codes_are_those_ever_in_force():
    assert known_codes() == frozenset().union(*(codes_in_force(year) for year in COUNTS))


def test_a_year_outside_the_table_is_refused():
    with pytest.raises(WijkanalyseError, match="2027"):
        codes_in_force(2027)


def test_a_caller_cannot_change_the_table():
    mine = municipalities()
    mine.loc[0, "gm_code"] = "GM0000"
    assert "GM0000" not in set(municipalities()["gm_code"])
