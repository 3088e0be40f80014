"""What each hand-coded file may hold: one strict pandera model per CSV, each column described.

The same models hold for the rows as read and for the tidy tables that `loading.write_tidy` writes. Descriptions make
the data dictionary (`data_dictionary`); the "expected" text of a column ends up in the message when a value is wrong.
Checks over several columns carry their message as ``"column: expected ..."``.
"""

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from wijkanalyse.errors import listing
from wijkanalyse.evidence import codes

FIRST_YEAR: Final = 2010
LAST_YEAR: Final = 2030

_WEB = r"^https?://\S+\.\S+$"
_URL_EXPECTED = "a web address that begins with http:// or https:// and has no spaces"
_SPAN = r"^20[123]\d(-20[123]\d)?$"
_RANGE = r"^\d+(\.\d+)?(-\d+(\.\d+)?)?$"


def _field(description: str, expected: str, *, nullable: bool = False, **checks: Any) -> Any:
    return pa.Field(description=description, nullable=nullable, metadata={"expected": expected}, **checks)


def _text(description: str, *, nullable: bool = False) -> Any:
    # Spaces at the ends are invisible in a spreadsheet and make two words of one.
    return _field(description, "text without spaces at its ends", nullable=nullable, str_matches=r"(?s)^\S(.*\S)?$")


def _code(description: str, values: Iterable[str], *, nullable: bool = False) -> Any:
    allowed = list(values)
    return _field(description, f"one of {listing(allowed, 40)}", nullable=nullable, isin=allowed)


def _id(description: str, pattern: str, expected: str, *, unique: bool = True) -> Any:
    return _field(description, expected, str_matches=pattern, unique=unique)


def _count(description: str) -> Any:
    return _field(description, "a whole number, 1 or more", nullable=True, ge=1)


def _year(description: str) -> Any:
    expected = f"a year from {FIRST_YEAR} to {LAST_YEAR}"
    return _field(description, expected, nullable=True, ge=FIRST_YEAR, le=LAST_YEAR)


def _percent(description: str, *, nullable: bool = False) -> Any:
    return _field(description, "a percentage from 0 to 100", nullable=nullable, ge=0, le=100)


def _euro(description: str) -> Any:
    return _field(description, "a whole number of euros, 0 or more", nullable=True, ge=0)


def _gm_code() -> Any:
    return _field(
        "CBS code of the municipality; empty for regions and several municipalities",
        "GM and four digits, such as GM0014",
        nullable=True,
        str_matches=r"^GM\d{4}$",
    )


def _url() -> Any:
    return _field("address of the page the record rests on", _URL_EXPECTED, str_matches=_WEB)


def _theme(name: str) -> Any:
    kind, label = codes.THEMES[name]
    return _field(f"{kind}: {label}; 1 = named in the visible text, 0 = not seen in it", "0 or 1", isin=[0, 1])


def _within_unit(values: pd.Series, units: pd.Series, unit: str) -> pd.Series:
    low, high, _ = codes.UNIT_RANGES[unit]
    return values.isna() | units.ne(unit) | values.between(low, high).fillna(False)


class EvidenceModel(pa.DataFrameModel):
    """Common ground: no unknown columns, no missing ones."""

    class Config:
        """Pandera's options."""

        strict = True


class ClientSurveys(EvidenceModel):
    """client_surveys.csv: one row per survey, indicator and subgroup."""

    survey_id: str = _id(
        "survey: place-year-population; rows of one survey share it",
        r"^\S+$",
        "a survey id without spaces, such as ZST-2017-wt",
        unique=False,
    )
    organisation: str = _text("who is judged")
    gm_name: str = _text("place: municipality or region")
    gm_code: str = _gm_code()
    year: pd.Int64Dtype = _year("year the experience is about, where known")
    year_basis: str = _code("where the year comes from", codes.YEAR_BASES)
    population: str = _code("clients of what", codes.POPULATIONS)
    indicator: str = _code("what was asked", codes.INDICATORS)
    value: pd.Float64Dtype = _field("outcome, in `unit`", "a number with a decimal point")
    unit: str = _code("unit of value", codes.UNIT_RANGES)
    precision: str = _code("how exactly the page states the value", codes.PRECISIONS)
    n: pd.Int64Dtype = _count("respondents behind this row, only if known for this (sub)group")
    n_survey: pd.Int64Dtype = _count("respondents of the whole survey")
    n_basis: str = _code("what is known of the number of respondents", codes.N_BASES)
    subgroup: str = _text("`all`, or the part of the respondents the row is about")
    respondent_type: str = _code("who answered; only clients are pooled", codes.RESPONDENT_TYPES)
    instrument: str = _text("questionnaire", nullable=True)
    url: str = _url()
    note: str = _text("remark of the coder", nullable=True)

    class Config:
        """One row per survey, indicator and subgroup."""

        unique = ["survey_id", "indicator", "subgroup"]

    @pa.dataframe_check(error=f"value: {codes.UNIT_RANGES['percent'][2]}")
    def percent_in_range(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Percentages lie within 0-100."""
        return _within_unit(frame["value"], frame["unit"], "percent")

    @pa.dataframe_check(error=f"value: {codes.UNIT_RANGES['grade'][2]}")
    def grade_in_range(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Grades lie within 1-10."""
        return _within_unit(frame["value"], frame["unit"], "grade")

    @pa.dataframe_check(error=f"value: {codes.UNIT_RANGES['stars5'][2]}")
    def stars_in_range(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Stars lie within 1-5."""
        return _within_unit(frame["value"], frame["unit"], "stars5")

    @pa.dataframe_check(error="unit: the unit of its indicator (grade, percent or stars5, see the codebook)")
    def unit_fits_indicator(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Every indicator has one unit."""
        units = frame["indicator"].map({name: indicator.unit for name, indicator in codes.INDICATORS.items()})
        # Unknown words are reported in their own column already.
        return units.isna() | ~frame["unit"].isin(list(codes.UNIT_RANGES)) | frame["unit"].eq(units)

    @pa.dataframe_check(error="n: a number where n_basis is exact, approx, lower_bound or derived")
    def n_where_known(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A known number of respondents is filled in."""
        return ~frame["n_basis"].isin(codes.N_BASES_WITH_N) | frame["n"].notna()

    @pa.dataframe_check(error="n: empty where n_basis is survey_only or not_stated")
    def no_n_where_unknown(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """No number of respondents without a basis."""
        return ~frame["n_basis"].isin(["survey_only", "not_stated"]) | frame["n"].isna()

    @pa.dataframe_check(error="n_survey: a number where n_basis is survey_only, empty where it is not_stated")
    def n_survey_fits_basis(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """`survey_only` means that the number of the whole survey is known."""
        known = frame["n_survey"].notna()
        return ~(frame["n_basis"].eq("survey_only") & ~known) & ~(frame["n_basis"].eq("not_stated") & known)

    @pa.dataframe_check(error="year_basis: unknown where year is empty, stated or inferred where it is filled")
    def year_has_basis(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Year and its basis go together."""
        return ~frame["year_basis"].isin(codes.YEAR_BASES) | frame["year_basis"].eq("unknown").eq(frame["year"].isna())


class ClientSurveysWithoutValues(EvidenceModel):
    """client_surveys_without_values.csv: surveys seen without a usable percentage; `n` never enters a pooled value."""

    survey_id: str = _id("survey: place-year-population", r"^\S+$", "a survey id without spaces, each survey once")
    organisation: str = _text("who is judged")
    gm_name: str = _text("place: municipality or region")
    gm_code: str = _gm_code()
    year: pd.Int64Dtype = _year("year the experience is about, where known")
    population: str = _code("clients of what", codes.POPULATIONS)
    n: pd.Int64Dtype = _count("respondents of the survey; never enters a pooled value")
    url: str = _url()
    note: str = _text("remark of the coder", nullable=True)


class ThemeCoding(EvidenceModel):
    """The fourteen themes, barriers and enabling factors that both coders looked for."""

    preventie: pd.Int64Dtype = _theme("preventie")
    eigen_kracht: pd.Int64Dtype = _theme("eigen_kracht")
    netwerk: pd.Int64Dtype = _theme("netwerk")
    vroegsignalering: pd.Int64Dtype = _theme("vroegsignalering")
    samenwerking: pd.Int64Dtype = _theme("samenwerking")
    laagdrempelig: pd.Int64Dtype = _theme("laagdrempelig")
    brede_aanpak: pd.Int64Dtype = _theme("brede_aanpak")
    tijd_werkdruk: pd.Int64Dtype = _theme("tijd_werkdruk")
    administratieve_druk: pd.Int64Dtype = _theme("administratieve_druk")
    kennis: pd.Int64Dtype = _theme("kennis")
    samenwerking_gebrek: pd.Int64Dtype = _theme("samenwerking_gebrek")
    consistente_opdracht: pd.Int64Dtype = _theme("consistente_opdracht")
    mandaat: pd.Int64Dtype = _theme("mandaat")
    ruimte_leren: pd.Int64Dtype = _theme("ruimte_leren")
    delivers_help: str = _code("whether the text says the team gives support itself", codes.DELIVERS_HELP)


class SecondCoder(ThemeCoding):
    """annual_reports_second_coder.csv: the coding of a report by a second, blind coder."""

    report_id: str = _id("report, as in annual_reports", r"^AR\d+$", "AR and a number, each report once")
    coder: str = _text("who coded")


class AnnualReports(ThemeCoding):
    """annual_reports.csv: one row per report or section of a report."""

    report_id: str = _id("report or section", r"^AR\d+$", "AR and a number, each once")
    organisation: str = _text("whose report")
    gm_name: str = _text("place: municipality or region, where visible", nullable=True)
    gm_code: str = _gm_code()
    year: str = _field(
        "year of report, or a span such as 2015-2018",
        f"a year from {FIRST_YEAR} to {LAST_YEAR}, or a span such as 2015-2018",
        nullable=True,
        str_matches=_SPAN,
    )
    source_level: str = _code("whose text it is", codes.SOURCE_LEVELS)
    text_scope: str = _text("which part of the text was visible")
    clients_reached: pd.Int64Dtype = _count("clients reached, as stated; units differ, do not add up")
    clients_unit: str = _text("unit of clients_reached", nullable=True)
    url: str = _url()
    note: str = _text("remark of the coder", nullable=True)

    @pa.dataframe_check(error="year: a span that runs from the earlier to the later year")
    def span_runs_forward(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """2018-2015 is a typing error."""
        is_span = frame["year"].str.len().eq(9).fillna(False)
        return ~is_span | (frame["year"].str[:4] < frame["year"].str[-4:])

    @pa.dataframe_check(error="clients_unit: filled where clients_reached is, empty where it is not")
    def clients_have_unit(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A number without a unit says nothing."""
        return frame["clients_reached"].notna().eq(frame["clients_unit"].notna())


class LocalStudies(EvidenceModel):
    """local_studies.csv: one row per study."""

    study_id: str = _id("study: LS local, NS national", r"^[LN]S\d+$", "LS or NS and a number, each study once")
    title: str = _text("title of the study")
    author_institute: str = _text("who made it")
    year: pd.Int64Dtype = _year("year of publication, where known")
    scope: str = _code("local or national", codes.STUDY_SCOPES)
    gm_name: str = _text("place or places of a local study", nullable=True)
    gm_code: str = _gm_code()
    design: str = _code("kind of study", codes.STUDY_DESIGNS)
    outcome: str = _text("what was looked at")
    direction: str = _code("what came out for the teams; unclear = outcome not visible, no evidence", codes.DIRECTIONS)
    effect_stated: str = _text("paraphrase with the numbers", nullable=True)
    text_seen: str = _text("part of the text that was visible")
    url: str = _url()

    @pa.dataframe_check(error="scope: local for an LS study, national for an NS study")
    def scope_fits_id(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """The first letter of the id says the scope."""
        scope = frame["study_id"].str[:1].map({"L": "local", "N": "national"})
        return scope.isna() | ~frame["scope"].isin(codes.STUDY_SCOPES) | frame["scope"].eq(scope)


class MunicipalPolls(EvidenceModel):
    """municipal_polls.csv: one row per poll and indicator."""

    poll_id: str = _id("poll", r"^\S+$", "a poll id without spaces", unique=False)
    source: str = _text("who held the poll")
    year: pd.Int64Dtype = _year("year of the poll, where known")
    indicator: str = _field("what was asked", "lower case letters and _", str_matches=r"^[a-z][a-z0-9_]*$")
    percent: pd.Float64Dtype = _percent("share of municipalities (NJI2024: of teams), percent")
    precision: str = _code("how exactly the page states the share", codes.PRECISIONS)
    n_municipalities: pd.Int64Dtype = _count("municipalities that answered: the base of percent")
    response_pct: pd.Float64Dtype = _percent("response, percent", nullable=True)
    url: str = _field(
        "address of the page, or source-texts/... for a text that was read from file",
        _URL_EXPECTED,
        str_matches=r"^(https?://\S+\.\S+|source-texts/\S+)$",
    )
    note: str = _text("remark of the coder", nullable=True)

    class Config:
        """One row per poll and indicator."""

        unique = ["poll_id", "indicator"]


class BusinessCase(EvidenceModel):
    """business_case.csv: one row per set of cases, unit cost or programme."""

    case_id: str = _id("case", r"^BC\d+$", "BC and a number, each once")
    level: str = _code("what the row is about", codes.CASE_LEVELS)
    municipality: str = _text("place; national; or several places", nullable=True)
    gm_code: str = _gm_code()
    year: pd.Int64Dtype = _year("year, where known")
    approach: str = _text("what was done")
    n_cases: pd.Int64Dtype = _count("cases, families or households")
    cost_before_eur: pd.Int64Dtype = _euro("cost before or, for unit_cost, cost of such a family, euro")
    cost_wijkteam_eur: pd.Int64Dtype = _euro("cost with the team or, for programme_cost, yearly spending, euro")
    savings: str = _field(
        "savings in savings_unit: a number or a range", "a number or a range such as 4-15", nullable=True,
        str_matches=_RANGE,
    )  # fmt: skip
    savings_unit: str = _text("unit of savings", nullable=True)
    horizon: str = _text("period the money is about", nullable=True)
    who_pays: str = _text("who bears the cost", nullable=True)
    result: str = _code("result for clients", codes.CASE_RESULTS, nullable=True)
    benefit_cost_ratio: pd.Float64Dtype = _field("benefits per euro of cost", "a number above 0", nullable=True, gt=0)
    url: str = _url()
    note: str = _text("remark of the coder", nullable=True)

    @pa.dataframe_check(error="savings_unit: filled where savings is, empty where it is not")
    def savings_have_unit(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A number without a unit says nothing."""
        return frame["savings"].notna().eq(frame["savings_unit"].notna())


class PublishedFigures(EvidenceModel):
    """published_figures.csv: every figure the original study published, one row per figure, group and text."""

    figure_id: str = _id("figure", r"^PF\d+$", "PF and a number, each once")
    section: str = _code("part of the study", codes.SECTIONS)
    indicator: str = _code("what the figure is about", codes.PUBLISHED_FIGURES)
    group: str = _code("active municipalities, the others, or all", codes.GROUPS)
    value: pd.Float64Dtype = _field("the figure, in `unit`; a decrease is negative", "a number with a decimal point")
    unit: str = _code("unit of value", codes.PUBLISHED_UNITS)
    precision: str = _code("how exactly the text states the value", codes.PRECISIONS)
    n: pd.Int64Dtype = _count("respondents, where printed")
    source: str = _text("which text")
    url: str = _field("address of the text, where known", _URL_EXPECTED, nullable=True, str_matches=_WEB)
    wording: str = _text("fragment or paraphrase")

    class Config:
        """One row per figure, group and text."""

        unique = ["indicator", "group", "source"]

    @pa.dataframe_check(error="unit: the unit of its indicator (see the codebook)")
    def unit_fits_indicator(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Every figure has one unit."""
        units = frame["indicator"].map(codes.PUBLISHED_FIGURES)
        return units.isna() | ~frame["unit"].isin(codes.PUBLISHED_UNITS) | frame["unit"].eq(units)

    @pa.dataframe_check(error="value: a change from -100 to 100 percent, a grade from 1 to 10, or 0 or more")
    def value_in_range(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Only a change may be negative."""
        value, low, high = frame["value"], pd.Series(0.0, frame.index), pd.Series(float("inf"), frame.index)
        high[frame["unit"].eq("percent")] = 100.0
        low[frame["indicator"].eq("use_change")] = -100.0
        low[frame["unit"].eq("grade")], high[frame["unit"].eq("grade")] = 1.0, 10.0
        return value.isna() | (value.ge(low) & value.le(high)).fillna(False)


# File name without .csv -> its model.
TABLES: Final[dict[str, type[EvidenceModel]]] = {
    "client_surveys": ClientSurveys,
    "client_surveys_without_values": ClientSurveysWithoutValues,
    "annual_reports": AnnualReports,
    "annual_reports_second_coder": SecondCoder,
    "local_studies": LocalStudies,
    "municipal_polls": MunicipalPolls,
    "business_case": BusinessCase,
    "published_figures": PublishedFigures,
}


def id_column(table: str) -> str:
    """Return the column of `table` that names its rows in messages: the only one that ends in ``_id``."""
    return next(str(name) for name in TABLES[table].to_schema().columns if str(name).endswith("_id"))


def data_dictionary() -> pd.DataFrame:
    """Return one row per column of every evidence table.

    Columns: table, column, dtype (string | Int64 | Float64), is_nullable, allowed (what may stand there), description.
    """
    rows = [
        {
            "table": table,
            "column": name,
            "dtype": "string" if str(column.dtype).startswith("str") else str(column.dtype),
            "is_nullable": column.nullable,
            "allowed": (column.metadata or {}).get("expected", ""),
            "description": column.description,
        }
        for table, model in TABLES.items()
        for name, column in model.to_schema().columns.items()
    ]
    return pd.DataFrame(rows)
