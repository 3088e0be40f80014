"""Every rule of the codebook has a record that breaks it, and says so in words the coder understands."""

import shutil
from collections.abc import Callable

import pytest

from wijkanalyse.evidence import load_evidence

from .conftest import KNOWN_CODES, RAW, Records

Spoil = Callable[..., str]


def test_a_percentage_of_120(problem: Spoil) -> None:
    assert problem("client_surveys", 5, value="120") == (
        "client_surveys.csv row 5 (ZST-2017-wt), column value: found 120, expected a percentage from 0 to 100"
    )


ONE_OF_PRECISION = 'expected one of exact, approx, lower_bound, upper_bound; did you mean "exact"?'
WEB = "expected a web address that begins with http:// or https:// and has no spaces"

# table, line, column, value, what the message must say. Lines 5, 9-11 and 35-36 of client_surveys are percentages with n.
SINGLE = [
    ("client_surveys", 12, "value", "11.5", "found 11.5, expected a grade from 1 to 10"),
    ("client_surveys", 2, "value", "5.5", "found 5.5, expected a number of stars from 1 to 5"),
    ("client_surveys", 5, "value", "77,5", "found 77,5, expected a number with a decimal point (write 77.5)"),
    ("client_surveys", 9, "value", "NA", "found NA, expected a number with a decimal point"),
    ("client_surveys", 10, "value", "", "found nothing, expected a number with a decimal point"),
    ("client_surveys", 11, "n", "0", "found 0, expected a whole number, 1 or more"),
    ("client_surveys", 35, "n", "939.5", "found 939.5, expected a whole number, 1 or more"),
    ("client_surveys", 36, "n", "", "found nothing, expected a number where n_basis is exact, approx, lower_bound or derived"),
    ("client_surveys", 6, "n", "100", "found 100, expected empty where n_basis is survey_only or not_stated"),
    ("client_surveys", 5, "precision", "exakt", f"found exakt, {ONE_OF_PRECISION}"),
    ("client_surveys", 9, "precision", " exact", f'found " exact", {ONE_OF_PRECISION}'),
    ("client_surveys", 10, "respondent_type", "client", 'expected one of clients, residents, panel; did you mean "clients"?'),
    ("client_surveys", 11, "unit", "grade", "found grade, expected the unit of its indicator (grade, percent or stars5"),
    ("client_surveys", 35, "url", "www.dsp-groep.nl", f"found www.dsp-groep.nl, {WEB}"),
    ("client_surveys", 36, "url", "", f"found nothing, {WEB}"),
    ("client_surveys", 35, "subgroup", "", "found nothing, expected text without spaces at its ends"),
    ("client_surveys", 36, "instrument", "CEO ", 'found "CEO ", expected text without spaces at its ends'),
    ("client_surveys_without_values", 2, "n", "-5", "found -5, expected a whole number, 1 or more"),
    (
        "client_surveys_without_values",
        2,
        "population",
        "jeugdigen",
        'jeugd, wmo, wijkteam, participatie; did you mean "jeugd"?',
    ),
    ("annual_reports", 2, "preventie", "2", "found 2, expected 0 or 1"),
    ("annual_reports", 3, "preventie", "", "found nothing, expected 0 or 1"),
    ("annual_reports", 2, "year", "2009", "found 2009, expected a year from 2010 to 2026, or a span such as 2015-2018"),
    ("annual_reports", 3, "year", "2018-2015", "found 2018-2015, expected a span that runs from the earlier to the later year"),
    ("annual_reports", 2, "source_level", "teamreport", 'did you mean "team_report"?'),
    ("annual_reports", 2, "delivers_help", "maybe", "found maybe, expected one of yes, no, unclear"),
    ("annual_reports", 2, "clients_unit", "", "found nothing, expected filled where clients_reached is, empty where it is not"),
    ("annual_reports_second_coder", 2, "mandaat", "ja", "found ja, expected 0 or 1"),
    ("local_studies", 2, "direction", "good", "found good, expected one of positive, mixed, none, negative, unclear"),
    ("local_studies", 2, "scope", "national", "found national, expected local for an LS study, national for an NS study"),
    ("local_studies", 2, "year", "2031", "found 2031, expected a year from 2010 to 2026"),
    ("local_studies", 3, "study_id", "X1", "found X1, expected LS or NS and a number, each study once"),
    ("municipal_polls", 2, "percent", "169", "found 169, expected a percentage from 0 to 100"),
    ("municipal_polls", 2, "response_pct", "-1", "found -1, expected a percentage from 0 to 100"),
    ("municipal_polls", 2, "n_municipalities", "0", "found 0, expected a whole number, 1 or more"),
    ("municipal_polls", 2, "indicator", "Has wijkteam", 'found "Has wijkteam", expected lower case letters and _'),
    ("municipal_polls", 2, "url", "page 12", 'found "page 12", expected a web address'),
    ("business_case", 2, "level", "total", "found total, expected one of aggregate, unit_cost, programme_cost, related_interv"),
    ("business_case", 2, "result", "beter", 'found beter, expected one of better, equal, worse, mixed; did you mean "better"?'),
    ("business_case", 3, "savings", "about 4", 'found "about 4", expected a number or a range such as 4-15'),
    ("business_case", 4, "savings_unit", "", "found nothing, expected filled where savings is, empty where it is not"),
    ("business_case", 7, "benefit_cost_ratio", "0", "found 0, expected a number above 0"),
    ("business_case", 20, "cost_before_eur", "-1", "found -1, expected a whole number of euros, 0 or more"),
    ("published_figures", 2, "value", "-110", "found -110, expected a change from -100 to 100 percent, a grade from 1 to 10"),
    ("published_figures", 4, "unit", "percent", "found percent, expected the unit of its indicator (see the codebook)"),
    ("published_figures", 2, "group", "aktive", 'did you mean "active"?'),
    ("published_figures", 2, "section", "effect", "expected one of effectiviteit, toegevoegde_waarde, definitie, opzet"),
]


@pytest.fixture(scope="module")
def all_at_once(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every wrong value of SINGLE in one copy of the records: each must be named, however much else is wrong."""
    records = Records(shutil.copytree(RAW, tmp_path_factory.mktemp("spoiled") / "evidence"))
    for table, row, column, value, _ in SINGLE:
        records.set(table, row, **{column: value})
    return records.problems()


@pytest.mark.parametrize(("table", "row", "column", "value", "ending"), SINGLE)
def test_a_value_that_the_codebook_does_not_allow(
    all_at_once: list[str], table: str, row: int, column: str, value: str, ending: str
) -> None:
    own = [text for text in all_at_once if text.startswith(f"{table}.csv row {row} (") and f"), column {column}: " in text]
    assert len(own) == 1
    assert ending in own[0]


def test_year_and_basis_go_together(records: Records) -> None:
    row = records.find("client_surveys", survey_id="WLD-2021-wmo")
    records.set("client_surveys", row, year_basis="unknown")
    assert any(
        "column year_basis: found unknown, expected unknown where year is empty, stated or inferred where it is filled" in text
        for text in records.problems()
    )


def test_survey_only_needs_the_number_of_the_survey(records: Records) -> None:
    row = records.find("client_surveys", survey_id="DLF-2017-j", indicator="passend")
    records.set("client_surveys", row, n_survey="")
    assert any(
        "column n_survey: found nothing, expected a number where n_basis is survey_only" in t for t in records.problems()
    )


def test_a_municipality_that_never_existed(problem: Spoil) -> None:
    assert problem("local_studies", 2, gm_code="GM9999") == (
        "local_studies.csv row 2 (LS01), column gm_code: found GM9999, expected the code of a municipality that existed in "
        "2015-2026"
    )


def test_the_name_helps_to_the_right_code(records: Records) -> None:
    records.set("local_studies", 2, gm_code="GM9999")
    problems = records.problems({"GM0599": "Rotterdam"})
    assert problems[0].endswith("; Rotterdam is GM0599")


def test_a_code_of_another_shape(problem: Spoil) -> None:
    assert "found 599, expected GM and four digits, such as GM0014" in problem("local_studies", 2, gm_code="599")


def test_a_code_of_another_municipality_by_the_other_records(problem: Spoil) -> None:
    assert problem("local_studies", 2, gm_code="GM0014") == (
        "local_studies.csv row 2 (LS01), column gm_name: found Rotterdam with GM0014, expected Groningen as in the other "
        "records with this code"
    )


def test_a_code_of_another_municipality_by_the_official_names(records: Records) -> None:
    row = records.find("client_surveys", survey_id="ALM-2017-wt")
    problems = records.problems({"GM0034": "Almere Haven"})
    assert (
        f"client_surveys.csv row {row} (ALM-2017-wt), column gm_name: found Almere with GM0034, expected Almere Haven"
        in problems
    )


def test_everyday_names_are_accepted(records: Records) -> None:
    assert not any("Den Haag" in text for text in records.problems({"GM0518": "'s-Gravenhage", "GM0034": "elsewhere"}))


def test_a_survey_and_indicator_twice(records: Records) -> None:
    rows = records.rows("client_surveys")
    records.write("client_surveys", [*rows, rows[4]])
    assert records.problems() == [
        "client_surveys.csv row 225 (ZST-2017-wt), column subgroup: found ZST-2017-wt, helpend, all again (first in row 5), "
        "expected each survey_id + indicator + subgroup once"
    ]


def test_an_id_twice(records: Records) -> None:
    tables = ["client_surveys_without_values", "annual_reports", "local_studies", "business_case", "published_figures"]
    for table in tables:
        rows = records.rows(table)
        rows[3] = [rows[1][0], *rows[3][1:]]
        records.write(table, rows)
    problems = records.problems()
    for table in tables:
        header, first, *_ = records.rows(table)
        expected = f"found {first[0]} again (first in row 2), expected each {header[0]} once"
        assert f"{table}.csv row 4 ({first[0]}), column {header[0]}: {expected}" in problems


def test_a_poll_indicator_twice(records: Records) -> None:
    rows = records.rows("municipal_polls")
    records.write("municipal_polls", [*rows, rows[1]])
    assert "found MV2014, has_wijkteam again (first in row 2)" in records.problems()[0]


def test_a_second_coding_of_an_unknown_report(problem: Spoil) -> None:
    assert "found AR999, expected a report_id of annual_reports.csv" in problem(
        "annual_reports_second_coder", 2, report_id="AR999"
    )


def test_rows_of_one_survey_agree(problem: Spoil) -> None:
    assert problem("client_surveys", 6, year="2016") == (
        "client_surveys.csv row 6 (ZST-2017-wt), column year: found 2016, expected 2017 as in the first row of ZST-2017-wt"
    )


def test_a_survey_has_values_or_has_none(records: Records) -> None:
    records.set("client_surveys_without_values", 2, survey_id="ZST-2017-wt")
    assert "expected a survey that has no row in client_surveys.csv" in records.problems()[0]


def test_notes_may_hold_anything(records: Records) -> None:
    records.set("client_surveys", 5, note='NA; "quoted", with a comma\nand a second line')
    loaded = load_evidence(records.folder, known_codes=KNOWN_CODES)
    assert loaded["client_surveys"]["note"][3] == 'NA; "quoted", with a comma\nand a second line'


def test_row_numbers_are_lines_of_the_file(records: Records) -> None:
    records.set("client_surveys", 5, note="first line\nsecond line")
    records.set("client_surveys", 6, precision="exakt")
    # The note of row 5 takes a line more, so what was row 6 is now seen in line 7.
    assert records.problems()[0].startswith("client_surveys.csv row 7 (ZST-2017-wt), column precision: found exakt")


def test_all_problems_of_all_files_at_once(records: Records) -> None:
    records.set("client_surveys", 5, value="120", url="nowhere")
    records.set("business_case", 2, level="total")
    records.set("local_studies", 2, gm_code="GM9999")
    records.path("municipal_polls").unlink()
    problems = records.problems()
    assert [text.split(":")[0] for text in problems] == [
        "business_case.csv row 2 (BC01), column level",
        "client_surveys.csv row 5 (ZST-2017-wt), column url",
        "client_surveys.csv row 5 (ZST-2017-wt), column value",
        "local_studies.csv row 2 (LS01), column gm_code",
        "municipal_polls.csv",
    ]
