"""Figures out of tables as published: which cells, and what an empty one means."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.panel.raw import FORMS, NOT_TEAM, TEAM, key_figures
from tests.small_world import fetched_tables, register, served_tables
from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.panel.extract import extract_cells
from wijkanalyse.panel.schemas import Cells
from wijkanalyse.statline.tables import Table
from wijkanalyse.statline.titles import TitleNotFoundError

UTRECHT, HAREN, GRONINGEN = "GM0344", "GM0017", "GM0014"  # Haren went over into Groningen on 1 January 2019
REGIONS = ["NL01", "PV26", UTRECHT, HAREN, GRONINGEN]
PERIODS = {"2018JJ00": "Definitief", "2019HJ01": "Definitief", "2019JJ00": "NaderVoorlopig"}
EMPTY = "       ."


def table(where: object = TEAM, **extra: object) -> Table:
    variables = {"team": {"topic": "Jeugdzorgtrajecten", "where": {"Vormen van jeugdzorg": where}}}
    settings = {
        "title": "T",
        "series": "s",
        "years": (2015, 2020),
        "rounded_to": 5,
        "suppressed_up_to": 7,
        "variables": variables,
    }
    return Table.model_validate({**settings, **extra})


def cells_of(cells: dict[tuple[str, str, str], str], chosen: Table | None = None) -> pd.DataFrame:
    found = extract_cells(key_figures(REGIONS, PERIODS, cells), chosen or table(), "VOORBEELDCIJFERS")
    return Cells.validate(found[list(Cells.to_schema().columns)]).set_index(["region", "period"])


def test_cells_of_municipalities_and_the_country_with_where_they_stand():
    found = cells_of({(TEAM, UTRECHT, "2018JJ00"): "      35"})
    assert set(found.index.get_level_values("region")) == {"NL01", UTRECHT, HAREN, GRONINGEN}
    cell = found.loc[UTRECHT, "2018JJ00"]
    assert (cell["value"], cell["low"], cell["high"], cell["reason"]) == (35, 32.5, 37.5, "published")
    assert (cell["table"], cell["column_key"], cell["variable"]) == ("84134NED", "Jeugdzorgtrajecten_1", "team")
    # the second form, the third region, the first period
    assert cell["row_ids"] == str(15 + 6)
    assert cell["year"] == 2018
    assert bool(cell["is_year"])
    half = found.loc[UTRECHT, "2019HJ01"]
    assert (half["year"], bool(half["is_year"]), half["period_status"]) == (2019, False, "Definitief")
    assert found.loc[UTRECHT, "2019JJ00"]["period_status"] == "NaderVoorlopig"


def test_years_outside_the_table_are_left_out():
    assert set(cells_of({}, table(years=(2019, 2020)))["year"]) == {2019}


def test_an_empty_cell_of_a_municipality_is_a_small_count():
    cell = cells_of({(TEAM, UTRECHT, "2019JJ00"): EMPTY}).loc[UTRECHT, "2019JJ00"]
    assert (cell["reason"], cell["low"], cell["high"]) == ("suppressed", 0, 7)
    assert np.isnan(cell["value"])


def test_where_the_country_is_empty_too_nothing_was_published():
    found = cells_of({(TEAM, region, "2019JJ00"): EMPTY for region in REGIONS})
    assert set(found.xs("2019JJ00", level="period").drop(HAREN)["reason"]) == {"not_published"}
    assert found.xs("2019JJ00", level="period")[["low", "high"]].isna().all(axis=None)
    assert set(found.xs("2018JJ00", level="period")["reason"]) == {"published"}


def test_an_abolished_municipality_is_not_a_small_one():
    found = cells_of({(TEAM, HAREN, "2019JJ00"): EMPTY, (TEAM, HAREN, "2018JJ00"): EMPTY})
    assert found.loc[HAREN, "2019JJ00"]["reason"] == "no_municipality"
    assert np.isnan(found.loc[HAREN, "2019JJ00"]["high"])
    assert found.loc[HAREN, "2018JJ00"]["reason"] == "suppressed"


def test_a_cell_that_cannot_occur_is_told_apart():
    cell = cells_of({(TEAM, UTRECHT, "2019JJ00"): ""}).loc[UTRECHT, "2019JJ00"]
    assert cell["reason"] == "not_applicable"
    assert np.isnan(cell["high"])


def test_in_a_table_without_secret_counts_an_empty_cell_is_unknown():
    """Population is not kept secret: a '.' there is not a number from 0 to 7."""
    chosen = table(rounded_to=1, suppressed_up_to=0)
    cell = cells_of({(TEAM, UTRECHT, "2019JJ00"): EMPTY}, chosen).loc[UTRECHT, "2019JJ00"]
    assert cell["reason"] == "not_published"
    assert np.isnan(cell["high"])


def test_any_other_text_names_table_and_column():
    with pytest.raises(
        WijkanalyseError, match=r"table 84134NED, column Jeugdzorgtrajecten_1 \(Jeugdzorg > Jeugdzorgtrajecten\): found 'x'"
    ):
        cells_of({(TEAM, UTRECHT, "2019JJ00"): "       x"})


def test_a_dimension_on_which_no_choice_was_made_is_an_error():
    chosen = table(variables={"all": {"topic": "Jeugdzorgtrajecten"}})
    with pytest.raises(WijkanalyseError, match=r"no category is chosen for VormenVanJeugdzorg.*`where` in config/tables\.yaml"):
        cells_of({}, chosen)


def test_a_category_or_column_that_is_gone_is_an_error():
    with pytest.raises(TitleNotFoundError, match="JH 1211 Uitgevoerd door wijkteam"):
        cells_of({}, table(where="JH 1213 Uitgevoerd door wijkteam"))
    gone = {"team": {"topic": "Jongeren", "where": {"Vormen van jeugdzorg": TEAM}}}
    with pytest.raises(TitleNotFoundError, match="Jeugdzorg > Jeugdzorgtrajecten"):
        cells_of({}, table(variables=gone))


def test_years_without_rows_are_an_error():
    with pytest.raises(WijkanalyseError, match=r"no rows for team in the years 2010-2012"):
        cells_of({}, table(years=(2010, 2012)))


class TestSummedCategories:
    both = table(where=[TEAM, NOT_TEAM])

    def test_counts_and_bounds_are_added(self):
        found = cells_of({(TEAM, UTRECHT, "2018JJ00"): "      35"}, self.both)
        cell = found.loc[UTRECHT, "2018JJ00"]
        assert (cell["value"], cell["low"], cell["high"], cell["reason"]) == (135, 130, 140, "published")
        assert cell["row_ids"] == "21 36"
        assert found.index.is_unique

    def test_a_small_part_leaves_the_sum_open_by_as_much(self):
        """100 and 0 to 7 is about 100, and not 0 to 7."""
        cell = cells_of({(TEAM, UTRECHT, "2018JJ00"): EMPTY}, self.both).loc[UTRECHT, "2018JJ00"]
        assert (cell["low"], cell["high"], cell["reason"]) == (97.5, 109.5, "suppressed")
        assert np.isnan(cell["value"])

    def test_an_unknown_part_makes_the_sum_unknown(self):
        cell = cells_of({(TEAM, UTRECHT, "2018JJ00"): ""}, self.both).loc[UTRECHT, "2018JJ00"]
        assert cell[["value", "low", "high"]].isna().all()

    def test_a_part_without_a_row_makes_the_sum_not_published(self):
        raw = key_figures(REGIONS, PERIODS, {})
        raw = dataclasses.replace(raw, data=raw.data[raw.data["ID"].ne(21)])
        cell = extract_cells(raw, self.both, "x").set_index(["region", "period"]).loc[UTRECHT, "2018JJ00"]
        assert cell[["value", "low", "high"]].isna().all()
        assert cell["reason"] == "not_published"

    def test_means_are_never_added(self):
        variables = {
            "ended": {"topic": "Jeugdzorgtrajecten", "where": {"Vormen van jeugdzorg": TEAM}},
            "duration": {"topic": "Jeugdzorgtrajecten", "mean_of": "ended", "where": {"Vormen van jeugdzorg": list(FORMS[1:])}},
        }
        with pytest.raises(WijkanalyseError, match="duration is a mean, and means of several categories cannot be added up"):
            cells_of({}, table(variables=variables))


def test_an_optional_column_that_is_absent_leaves_empty_cells():
    optional = {"x": {"topic": "Jongeren", "required": False, "where": {"Vormen van jeugdzorg": TEAM}}}
    found = cells_of({}, table(variables=optional))
    assert len(found) == 4 * 3
    assert set(found.drop(index=HAREN, level="region")["reason"]) == {"absent"}
    assert found[["value", "low", "high"]].isna().all(axis=None)


def test_the_population_of_0_to_22_is_the_sum_of_23_ages():
    served = served_tables()["03759ned"]
    typed = served.typed.astype(dict.fromkeys(served.dimensions, str))
    title = {name: {str(row["Key"]): str(row["Title"]) for row in rows} for name, rows in served.dimensions.items()}
    chosen = typed["Leeftijd"].map(title["Leeftijd"]).isin({f"{age} jaar" for age in range(23)})
    for name in ("Geslacht", "BurgerlijkeStaat"):
        chosen &= typed[name].map(title[name]).str.startswith("Totaal")
    topic = next(str(row["Key"]) for row in served.topics if row["Title"] == "Bevolking op 1 januari")
    expected = typed[chosen & typed["RegioS"].str.startswith(UTRECHT)].groupby("Perioden")[topic].sum()
    found = extract_cells(fetched_tables()["03759ned"], register().tables["03759ned"], "x")
    found = found[found["region"].eq(UTRECHT)].set_index("period")["value"]
    assert found.to_dict() == expected.to_dict()
    assert len(found) == 12
