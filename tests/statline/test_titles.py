"""Columns and categories are found by the titles that CBS prints, and never by a column number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small_world import fetched_tables, register
from wijkanalyse.example.table import Dimension, Topic, TopicGroup, topic_tree
from wijkanalyse.statline.titles import (
    TitleNotFoundError,
    dimension_of_type,
    find_category,
    find_dimension,
    find_topic,
    normalise,
    same_title,
    topics,
)

MEASURES = [Topic("Totaal begonnen trajecten"), Topic("Gestart met crisis"), Topic("Niet gestart met crisis")]
TABLE = topic_tree(
    [Dimension("VerwijzerJeugdzorg", "Verwijzer jeugdzorg"), Dimension("Perioden", "Perioden", "TimeDimension")],
    [
        TopicGroup(
            "Jeugdhulp zonder verblijf",
            [
                TopicGroup("Totaal jeugdhulp zonder verblijf ", MEASURES),
                TopicGroup("Uitgevoerd door het wijk- of buurtteam", MEASURES),
                TopicGroup("Niet uitgevoerd door wijk- of buurtteam", MEASURES),
            ],
        ),
        TopicGroup("Jeugdhulp met verblijf", [Topic("Toaal begonnen trajecten"), Topic("Duur 0 tot 3 maanden")]),
    ],
)
AVAILABLE = topics(TABLE)


def categories(*titles: str) -> list[dict[str, str]]:
    return [{"Key": f"A{number:06d} ", "Title": title} for number, title in enumerate(titles)]


@pytest.mark.parametrize(
    ("wanted", "key"),
    [
        ("Totaal jeugdhulp zonder verblijf > Totaal begonnen trajecten", "TotaalBegonnenTrajecten_1"),
        ("Uitgevoerd door het wijk- of buurtteam > Gestart met crisis", "GestartMetCrisis_5"),
        ("Niet uitgevoerd door wijk- of buurtteam > Gestart met crisis", "GestartMetCrisis_8"),
        ("Niet uitgevoerd door wijk- of buurtteam > Niet gestart met crisis", "NietGestartMetCrisis_9"),
        # CBS's own typing error, written rightly and as printed
        ("Jeugdhulp met verblijf > Totaal begonnen trajecten", "ToaalBegonnenTrajecten_10"),
        ("Jeugdhulp met verblijf > Toaal begonnen trajecten", "ToaalBegonnenTrajecten_10"),
        # groups in between left out, other case, accents and blanks
        ("jeugdhulp zonder verblijf > TOTAAL JEUGDHULP ZONDER VERBLIJF > gestart  met crísis", "GestartMetCrisis_2"),
        ("Jeugdhulp zonder verblijf > Niet uitgevoerd door wijk- of buurtteam > Gestart met crisis", "GestartMetCrisis_8"),
        ("Duur 0 tot 3 maanden", "Duur0Tot3Maanden_11"),
    ],
)
def test_a_column_is_found_by_its_title_under_its_groups(wanted: str, key: str):
    assert find_topic(AVAILABLE, wanted, "85097NED").key == key


def test_the_exact_title_goes_before_the_one_that_differs_by_a_letter():
    """Both stand under 'Jeugdhulp': without this rule the typing error next door would make the title ambiguous."""
    both = topics(topic_tree([], [TopicGroup("Jeugdhulp", [Topic("Totaal trajecten"), Topic("Toaal trajecten")])]))
    assert find_topic(both, "Jeugdhulp > Totaal trajecten", "T").key == "TotaalTrajecten_1"
    assert find_topic(both, "Jeugdhulp > Toaal trajecten", "T").key == "ToaalTrajecten_2"


def test_a_column_directly_under_the_group_goes_before_deeper_ones():
    nested = topics(
        topic_tree([], [TopicGroup("Totaal", [Topic("Gemiddelde duur"), TopicGroup("Team", [Topic("Gemiddelde duur")])])])
    )
    assert find_topic(nested, "Totaal > Gemiddelde duur", "T").key == "GemiddeldeDuur_1"
    assert find_topic(nested, "Team > Gemiddelde duur", "T").key == "GemiddeldeDuur_2"


def test_the_groups_must_come_in_their_order():
    with pytest.raises(TitleNotFoundError):
        find_topic(AVAILABLE, "Totaal jeugdhulp zonder verblijf > Jeugdhulp zonder verblijf > Gestart met crisis", "T")


def test_a_title_that_is_gone_lists_the_nearest():
    with pytest.raises(TitleNotFoundError) as caught:
        find_topic(AVAILABLE, "Jeugdhulp met verblijf > Beëindigde trajecten", "85097NED")
    message = str(caught.value)
    assert 'table 85097NED: column "Jeugdhulp met verblijf > Beëindigde trajecten" is not there' in message
    assert "    Jeugdhulp met verblijf > Toaal begonnen trajecten" in message
    assert "config/tables.yaml" in message


def test_a_title_that_is_there_more_than_once_asks_for_its_group():
    with pytest.raises(TitleNotFoundError, match=r'is there 3 times.*Name the group it stands under, as "group > title"'):
        find_topic(AVAILABLE, "Gestart met crisis", "85097NED")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Toaal begonnen trajecten", "Totaal begonnen trajecten"),  # missing
        ("Tottaal begonnen trajecten", "Totaal begonnen trajecten"),  # surplus
        ("Totaal begonnen trajekten", "Totaal begonnen trajecten"),  # wrong
        ("Totaal begonnen trajectne", "Totaal begonnen trajecten"),  # swapped
        ("Beëindigde trajecten ", "beeindigde  trajecten"),
        ("Wijk- of buurtteam", "Wijk of buurtteam"),
    ],
)
def test_one_letter_may_differ(one: str, other: str):
    assert same_title(one, other)
    assert same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Uitgevoerd door wijkteam", "Niet uitgevoerd door wijkteam"),
        ("JH 1211 Uitgevoerd door wijkteam", "JH 1212 Uitgevoerd door wijkteam"),
        ("JH 121 Totaal jeugdhulp", "JH 12 Totaal jeugdhulp"),
        ("Kerncijfers over jeugdzorg", "Kerncijfers over jeugdzorg, 2015-2020"),
        ("Duur 3 tot 6 maanden", "Duur 3 tot 5 maanden"),
        ("Mannen", "Manen"),  # too short to tell a slip from another word
        ("Totaal begonnen trajecten", "Toal begonnen trajecten"),
    ],
)
def test_different_titles_stay_different(one: str, other: str):
    assert not same_title(one, other)
    assert not same_title(other, one)


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="abcdé 0123456789-", min_size=8, max_size=20), st.integers(0, 9), st.integers(0, 9), st.integers(0, 20))
def test_digits_must_be_equal(title: str, one: int, other: int, place: int):
    place = min(place, len(title))
    first, second = (f"{title[:place]}{digit}{title[place:]}" for digit in (one, other))
    assert same_title(first, second) == (one == other)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=30), st.text(max_size=30))
def test_being_the_same_title_works_both_ways(one: str, other: str):
    assert same_title(one, other) == same_title(other, one)
    assert same_title(one, normalise(one))


def test_a_category_is_found_with_its_padded_key():
    rows = categories("JH 1211 Uitgevoerd door wijkteam", "JH 1212 Niet uitgevoerd door wijkteam")
    assert find_category(rows, "JH 1211 Uitgevoerd door wijkteam", "Vormen", "T")["Key"] == "A000000 "
    assert find_category(rows, "JH 1212 Niet uitgevoerd door wijkteam", "Vormen", "T")["Key"] == "A000001 "


def test_total_with_an_asterisk_is_the_one_title_that_begins_so():
    assert find_category(categories("Mannen", "Totaal mannen en vrouwen"), "Totaal*", "Geslacht", "T")["Key"] == "A000001 "
    assert find_category(categories("Totaal westers", "Totaal"), "Totaal*", "Herkomst", "T")["Key"] == "A000001 "


def test_two_totals_are_not_chosen_between():
    with pytest.raises(
        TitleNotFoundError, match=r"is there 2 times: Totaal westers, Totaal niet-westers.*Write the whole title"
    ):
        find_category(categories("Totaal westers", "Totaal niet-westers"), "Totaal*", "Herkomst", "T")


def test_a_category_that_is_gone_lists_the_nearest():
    with pytest.raises(
        TitleNotFoundError, match=r'category "JH 1211 Door wijkteam" of dimension "Vormen" is not there[^|]*1211 Uitge'
    ):
        find_category(categories("JH 1211 Uitgevoerd door wijkteam", "JH 122"), "JH 1211 Door wijkteam", "Vormen", "T")


def test_ages_of_one_and_two_digits_are_told_apart():
    rows = categories(*(f"{age} jaar" for age in range(23)))
    assert [find_category(rows, f"{age} jaar", "Leeftijd", "T")["Key"] for age in range(23)] == [row["Key"] for row in rows]


def test_a_dimension_is_found_by_title_or_key_and_time_by_its_type():
    assert find_dimension(TABLE, "Verwijzer Jeugdzorg", "T") == "VerwijzerJeugdzorg"
    assert find_dimension(TABLE, "VerwijzerJeugdzorg", "T") == "VerwijzerJeugdzorg"
    assert dimension_of_type(TABLE, ["TimeDimension"], "T") == "Perioden"
    with pytest.raises(TitleNotFoundError, match=r'dimension "Geslacht" is not there[^|]*Verwijzer jeugdzorg'):
        find_dimension(TABLE, "Geslacht", "T")


def test_every_title_of_the_register_is_found_in_the_small_world():
    found = {}
    for identifier, table in register().tables.items():
        raw = fetched_tables()[identifier]
        for name, variable in table.variables.items():
            found[identifier, name] = find_topic(topics(raw.properties), variable.topic, identifier).key
            for dimension, titles in table.categories(variable).items():
                key = find_dimension(raw.properties, dimension, identifier)
                assert all(find_category(raw.dimensions[key], title, key, identifier) for title in titles)
    # a column is used for one variable of a table only, but where the categories differ
    for identifier in ("82971NED", "85097NED"):
        keys = [key for (table, _), key in found.items() if table == identifier]
        assert len(keys) == len(set(keys)) == 12
