"""Tables come over whole and letter for letter, made-up and real ones."""

from collections.abc import Iterator

import cbsodata
import numpy as np
import pandas as pd
import pytest

from tests.small_world import SHARED, fetched_tables, register, served_tables
from tests.statline.conftest import TINY, ScriptedStatLine, changed, tiny_table
from wijkanalyse.example import StatLineServer, load_statline_bq
from wijkanalyse.example.answers import Service
from wijkanalyse.statline.client import StatLineClient, selection
from wijkanalyse.statline.tables import Table
from wijkanalyse.statline.titles import find_topic, topics
from wijkanalyse.statline.transport import StatLineError

REAL_TABLE = SHARED / "cbs" / "84799NED"
WHOLE = [name for name in register().identifiers if getattr(register().tables.get(name), "fetch", "whole") == "whole"]


def as_text(column: pd.Series, decimals: int = 0) -> pd.Series:
    """Figures as CBS prints them in the untyped set, without the blanks."""
    if not pd.api.types.is_numeric_dtype(column):
        return column.astype(str).str.strip()
    texts = {number: f"{number:.{decimals}f}" for number in column.dropna().unique()}
    return column.map(texts).astype(object).fillna(".")


@pytest.mark.parametrize("identifier", WHOLE)
def test_every_table_of_the_register_comes_over_cell_for_cell(identifier: str):
    served, raw = served_tables()[identifier], fetched_tables()[identifier]
    decimals = {str(row["Key"]): row["Decimals"] for row in served.topics}
    assert list(raw.data["ID"]) == list(range(len(served.typed)))
    assert list(raw.data.columns) == ["ID", *served.typed.columns]
    for name in served.typed.columns:
        found = raw.data[name].astype(str)
        if name in served.dimensions:
            assert list(found) == list(served.typed[name].astype(str)), name
        else:
            empty = served.cannot_occur.get(name, np.zeros(len(found), dtype=bool))
            expected = as_text(served.typed[name], decimals[name]).mask(empty, "")
            assert list(found.str.strip()) == list(expected), name


@pytest.mark.parametrize("identifier", register().identifiers)
def test_descriptions_come_over_unchanged(identifier: str):
    served, raw = served_tables()[identifier], fetched_tables()[identifier]
    assert raw.identifier == identifier
    assert raw.infos == served.info_row()
    assert raw.properties == list(served.properties)
    assert raw.dimensions == {name: list(rows) for name, rows in served.dimensions.items()}
    assert raw.url.endswith(f"/ODataFeed/odata/{identifier}")
    assert raw.catalogue["RecordCount"] == len(served.typed)
    assert raw.retrieved.tzinfo is not None


@pytest.mark.parametrize("identifier", ["03759ned", "71486ned"])
def test_a_selection_holds_exactly_the_rows_that_are_named(identifier: str):
    """The population of 0 to 22 years of all sexes, by year; not the rest of a table of millions of rows."""
    served, raw = served_tables()[identifier], fetched_tables()[identifier]
    typed = served.typed.astype(dict.fromkeys(served.dimensions, str))
    if identifier == "03759ned":
        titles = {name: {str(row["Key"]): str(row["Title"]) for row in rows} for name, rows in served.dimensions.items()}
        ages = {f"{age} jaar" for age in range(23)}
        wanted = typed["Leeftijd"].map(titles["Leeftijd"]).isin(ages)
        for name in ("Geslacht", "BurgerlijkeStaat"):
            wanted &= typed[name].map(titles[name]).str.startswith("Totaal")
    else:
        total = next(row["Key"] for row in served.dimensions["LeeftijdReferentiepersoon"] if "Totaal" in str(row["Title"]))
        wanted = typed["LeeftijdReferentiepersoon"].eq(total)
    assert raw.filters is not None
    assert list(raw.data["ID"]) == list(np.flatnonzero(wanted))


@pytest.mark.parametrize("identifier", ["85097NED", "86247NED"])
def test_plain_cbsodata_reads_the_same(monkeypatch: pytest.MonkeyPatch, identifier: str):
    monkeypatch.setattr(cbsodata.options, "use_https", False)
    monkeypatch.setitem(cbsodata.options.requests, "proxies", {})
    with StatLineServer([served_tables()[identifier]]) as server:
        plain = cbsodata.get_meta(identifier, "UntypedDataSet", catalog_url=server.catalog_url)
    pd.testing.assert_frame_equal(pd.DataFrame(plain), fetched_tables()[identifier].data)


def test_a_real_table_is_read_and_all_its_columns_are_found_by_title():
    """84799NED, Kerncijfers wijken en buurten 2020, as CBS published it on 26 March 2021."""
    if not REAL_TABLE.exists():
        pytest.skip("the real table 84799NED is not on this machine")
    served = load_statline_bq(REAL_TABLE)
    with StatLineServer([served]) as server:
        raw = StatLineClient(server.catalog_url, use_https=False).fetch("84799NED")
    assert len(raw.data) == 17_341
    assert raw.region_dimension == "WijkenEnBuurten"
    available = topics(raw.properties)
    assert len(available) == 116
    titles = [topic.title for topic in available]
    for topic in available:
        wanted = topic.title if titles.count(topic.title) == 1 else str(topic)
        assert find_topic(available, wanted, "84799NED") == topic
    # 'Appartement' stands under electricity and under gas; one group is enough to tell them apart
    short = find_topic(available, "Gemiddeld aardgasverbruik > Appartement", "84799NED")
    assert str(short) == "Energie > Gemiddeld aardgasverbruik > Naar woningtype > Appartement"
    inhabitants = find_topic(available, "Bevolking > Aantal inwoners", "84799NED").key
    assert raw.data[inhabitants].str.strip().iloc[0] == "17407585"
    assert list(raw.data["WijkenEnBuurten"]) == list(served.typed["WijkenEnBuurten"])
    assert list(raw.data[inhabitants].str.strip()) == list(as_text(served.typed[inhabitants]))


def drop_last_row(page):
    page["value"].pop()


def repeat_a_row(page):
    page["value"][1] = dict(page["value"][0])


def repeat_a_cell(page):
    page["value"][1] = {**page["value"][0], "ID": page["value"][1]["ID"]}


def shift_the_numbers(page):
    for row in page["value"]:
        row["ID"] += 100


def lose_a_column(page):
    for row in page["value"]:
        del row["BegonnenTrajecten_1"]


def lose_a_cell(page):
    del page["value"][0]["BegonnenTrajecten_1"]


def invent_a_column(page):
    for row in page["value"]:
        row["NieuweKolom_3"] = "1"


def invent_a_region(page):
    page["value"][0]["RegioS"] = "GM9999"


NOT_WHOLE = {
    "a row is missing": (
        drop_last_row,
        r"24 rows, but the service announces 25|\d+ rows until here, but the next page begins at row \d+",
    ),
    "a row came twice": (repeat_a_row, "came twice"),
    "a cell came twice under another number": (repeat_a_cell, "came twice"),
    "row numbers with gaps": (shift_the_numbers, "gaps"),
    "a column is missing": (lose_a_column, r"not those of DataProperties: Begonnen|lack a column"),
    "a cell is missing": (lose_a_cell, r"not those of DataProperties: Begonnen|lack a column"),
    "a column that nothing describes": (invent_a_column, r"(DataProperties|have one more): NieuweKolom_3"),
    "a code that is in no list": (invent_a_region, r"not in the list of RegioS: GM9999"),
}


@pytest.mark.parametrize(("change", "words"), NOT_WHOLE.values(), ids=NOT_WHOLE)
@pytest.mark.parametrize("page", [r"UntypedDataSet\?\$format=json$", r"skip=10$", r"skip=20$"], ids=["first", "middle", "last"])
def test_a_table_that_is_not_whole_is_refused(scripted: ScriptedStatLine, waits: list[float], change, words: str, page: str):
    scripted.go_wrong(changed(change), where=page)
    with pytest.raises(StatLineError, match=words) as caught:
        scripted.client().fetch(TINY)
    assert scripted.catalog_url in str(caught.value)
    assert TINY in str(caught.value)
    assert "Nothing was stored" in str(caught.value)


def test_a_table_without_rows_is_refused(scripted: ScriptedStatLine, waits: list[float]):
    scripted.go_wrong(changed(lambda page: (page["value"].clear(), page.pop("odata.nextLink", None))))
    with pytest.raises(StatLineError, match="0 rows, but the service announces 25"):
        scripted.client().fetch(TINY)


def published_anew(day: Iterator[int]):
    """The service publishes the table anew while this page is given."""

    def reply(handler, body: bytes) -> None:
        handler.statline.service = Service([tiny_table(modified=f"2026-05-0{next(day)}T02:00:00")], 10)
        handler.give(body)

    return reply


def test_a_table_that_changes_while_it_is_read_is_read_again(scripted: ScriptedStatLine, caplog):
    scripted.go_wrong(published_anew(iter([1])), where="skip=20", times=1)
    assert scripted.client().fetch(TINY).infos["Modified"] == "2026-05-01T02:00:00"
    assert "changed while it was read (Modified 2026-04-30T02:00:00 before, 2026-05-01T02:00:00 after)" in caplog.text


def test_a_table_that_changes_all_the_time_is_refused(scripted: ScriptedStatLine):
    scripted.go_wrong(published_anew(iter([1, 2])), where="skip=20")
    with pytest.raises(StatLineError, match=r"changed while it was read \(Modified 2026-05-01.*2026-05-02"):
        scripted.client().fetch(TINY)


@pytest.mark.parametrize("lose", [lambda page: page["value"].clear(), lambda page: page["value"][0].pop("RecordCount")])
def test_a_table_whose_rows_nobody_counts_is_refused(scripted: ScriptedStatLine, lose):
    scripted.go_wrong(changed(lose), where="ODataCatalog")
    with pytest.raises(StatLineError, match="no row count"):
        scripted.client().fetch(TINY)


def test_a_service_in_another_shape_is_a_readable_error(scripted: ScriptedStatLine):
    scripted.go_wrong(changed(lambda page: page.update(value=[{"naam": "TableInfos"}])), where=r"NED/\?")
    with pytest.raises(StatLineError, match="does not answer as an OData v3 service"):
        scripted.client().fetch(TINY)


def test_the_filter_of_a_selection_names_padded_codes_and_the_years():
    raw = fetched_tables()["71486ned"]
    table = Table(
        title="Huishoudens", series="h", years=(2019, 2020), fetch="selection",
        where={"Leeftijd referentiepersoon": ["Totaal*"]},
        variables={"households": {"topic": "Totaal particuliere huishoudens"}},
    )  # fmt: skip
    filters = selection("71486ned", table, raw.properties, raw.dimensions.__getitem__)
    total = next(row["Key"] for row in raw.dimensions["LeeftijdReferentiepersoon"] if row["Title"].startswith("Totaal"))
    assert filters == f"(LeeftijdReferentiepersoon eq '{total}') and (Perioden ge '2019' and Perioden lt '2021')"
    assert selection("71486ned", table.model_copy(update={"fetch": "whole"}), [], raw.dimensions.__getitem__) is None
