"""What each hand-coded file may hold: one strict pandera model per CSV, each column described.

The same models hold for the rows as read and for the tidy tables that `loading.write_tidy` writes. Descriptions make
the data dictionary (`wijkanalyse.dictionary`); the "expected" text of a column ends up in the message when a value is wrong.
Checks over several columns carry their message as ``"column [rule]: expected ..."``; without a rule it is `together`.
"""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.evidence import codes
from wijkanalyse.evidence.columns import (
    FIRST_YEAR,
    NO_FRACTION,
    RANGE,
    SPAN,
    URL_EXPECTED,
    WEB,
    code_column,
    column,
    count_column,
    euro_column,
    gm_code_column,
    key_column,
    no_fraction,
    percent_column,
    text_column,
    theme_column,
    url_column,
    within_unit,
    year_column,
)
from wijkanalyse.years import LAST_YEAR


class EvidenceModel(pa.DataFrameModel):
    """Common ground: no unknown columns, no missing ones."""

    class Config:
        """Pandera's options."""

        strict = True


class ClientSurveys(EvidenceModel):
    """client_surveys.csv: one row per survey, indicator and subgroup."""

    survey_id: str = key_column(
        "survey: place-year-population; rows of one survey share it",
        r"^\S+\Z",
        "a survey id without spaces, such as ZST-2017-wt",
        unique=False,
    )
    organisation: str = text_column("who is judged")
    gm_name: str = text_column("place: municipality or region")
    gm_code: str = gm_code_column()
    year: pd.Int64Dtype = year_column("year the experience is about, where known")
    year_basis: str = code_column("where the year comes from", codes.YEAR_BASES)
    population: str = code_column("clients of what", codes.POPULATIONS)
    indicator: str = code_column("what was asked", codes.INDICATORS)
    value: pd.Float64Dtype = column("outcome, in `unit`", "a number with a decimal point")
    unit: str = code_column("unit of value", codes.UNIT_RANGES)
    precision: str = code_column("how exactly the page states the value", codes.PRECISIONS)
    n: pd.Int64Dtype = count_column("respondents behind this row, only if known for this (sub)group")
    n_survey: pd.Int64Dtype = count_column("respondents of the whole survey")
    n_basis: str = code_column("what is known of the number of respondents", codes.N_BASES)
    subgroup: str = text_column("`all`, or the part of the respondents the row is about")
    respondent_type: str = code_column("who answered; only clients are pooled", codes.RESPONDENT_TYPES)
    instrument: str = text_column("questionnaire", nullable=True)
    url: str = url_column()
    note: str = text_column("remark of the coder", nullable=True)

    class Config:
        """One row per survey, indicator and subgroup."""

        unique = ["survey_id", "indicator", "subgroup"]

    @pa.dataframe_check(error=f"value [range]: {codes.UNIT_RANGES['percent'][2]}")
    def percent_in_range(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Percentages lie within 0-100."""
        return within_unit(frame["value"], frame["unit"], "percent")

    @pa.dataframe_check(error=NO_FRACTION.format("value"))
    def percent_is_no_fraction(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A percentage under 1 is a fraction of 1."""
        return frame["unit"].ne("percent") | no_fraction(frame["value"])

    @pa.dataframe_check(error=f"value [range]: {codes.UNIT_RANGES['grade'][2]}")
    def grade_in_range(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Grades lie within 1-10."""
        return within_unit(frame["value"], frame["unit"], "grade")

    @pa.dataframe_check(error=f"value [range]: {codes.UNIT_RANGES['stars5'][2]}")
    def stars_in_range(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Stars lie within 1-5."""
        return within_unit(frame["value"], frame["unit"], "stars5")

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

    survey_id: str = key_column("survey: place-year-population", r"^\S+\Z", "a survey id without spaces, each survey once")
    organisation: str = text_column("who is judged")
    gm_name: str = text_column("place: municipality or region")
    gm_code: str = gm_code_column()
    year: pd.Int64Dtype = year_column("year the experience is about, where known")
    population: str = code_column("clients of what", codes.POPULATIONS)
    n: pd.Int64Dtype = count_column("respondents of the survey; never enters a pooled value")
    url: str = url_column()
    note: str = text_column("remark of the coder", nullable=True)


class ThemeCoding(EvidenceModel):
    """The fourteen themes, barriers and enabling factors that both coders looked for."""

    preventie: pd.Int64Dtype = theme_column("preventie")
    eigen_kracht: pd.Int64Dtype = theme_column("eigen_kracht")
    netwerk: pd.Int64Dtype = theme_column("netwerk")
    vroegsignalering: pd.Int64Dtype = theme_column("vroegsignalering")
    samenwerking: pd.Int64Dtype = theme_column("samenwerking")
    laagdrempelig: pd.Int64Dtype = theme_column("laagdrempelig")
    brede_aanpak: pd.Int64Dtype = theme_column("brede_aanpak")
    tijd_werkdruk: pd.Int64Dtype = theme_column("tijd_werkdruk")
    administratieve_druk: pd.Int64Dtype = theme_column("administratieve_druk")
    kennis: pd.Int64Dtype = theme_column("kennis")
    samenwerking_gebrek: pd.Int64Dtype = theme_column("samenwerking_gebrek")
    consistente_opdracht: pd.Int64Dtype = theme_column("consistente_opdracht")
    mandaat: pd.Int64Dtype = theme_column("mandaat")
    ruimte_leren: pd.Int64Dtype = theme_column("ruimte_leren")
    delivers_help: str = code_column("whether the text says the team gives support itself", codes.DELIVERS_HELP)


class SecondCoder(ThemeCoding):
    """annual_reports_second_coder.csv: the coding of a report by a second, blind coder."""

    report_id: str = key_column("report, as in annual_reports", r"^AR\d+\Z", "AR and a number, each report once")
    coder: str = text_column("who coded")
    organisation: Series[str] | None = text_column("whose report, as in annual_reports; may be left out")
    gm_code: Series[str] | None = gm_code_column()
    year: Series[str] | None = text_column("year of report, as in annual_reports; may be left out", nullable=True)
    source_level: Series[str] | None = code_column(
        "whose text it is, as in annual_reports; may be left out", codes.SOURCE_LEVELS
    )
    url: Series[str] | None = url_column()


class AnnualReports(ThemeCoding):
    """annual_reports.csv: one row per report or section of a report."""

    report_id: str = key_column("report or section", r"^AR\d+\Z", "AR and a number, each once")
    organisation: str = text_column("whose report")
    gm_name: str = text_column("place: municipality or region, where visible", nullable=True)
    gm_code: str = gm_code_column()
    year: str = column(
        "year of report, or a span such as 2015-2018",
        f"a year from {FIRST_YEAR} to {LAST_YEAR}, or a span such as 2015-2018",
        nullable=True,
        str_matches=SPAN,
    )
    source_level: str = code_column("whose text it is", codes.SOURCE_LEVELS)
    text_scope: str = text_column("which part of the text was visible")
    clients_reached: pd.Int64Dtype = count_column("clients reached, as stated; units differ, do not add up")
    clients_unit: str = text_column("unit of clients_reached", nullable=True)
    url: str = url_column()
    note: str = text_column("remark of the coder", nullable=True)

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

    study_id: str = key_column("study: LS local, NS national", r"^[LN]S\d+\Z", "LS or NS and a number, each study once")
    title: str = text_column("title of the study")
    author_institute: str = text_column("who made it")
    year: pd.Int64Dtype = year_column("year of publication, where known")
    scope: str = code_column("local or national", codes.STUDY_SCOPES)
    gm_name: str = text_column("place or places of a local study", nullable=True)
    gm_code: str = gm_code_column()
    design: str = code_column("kind of study", codes.STUDY_DESIGNS)
    outcome: str = text_column("what was looked at")
    direction: str = code_column("what came out for the teams; unclear = outcome not visible, no evidence", codes.DIRECTIONS)
    effect_stated: str = text_column("paraphrase with the numbers", nullable=True)
    text_seen: str = text_column("part of the text that was visible")
    url: str = url_column()

    @pa.dataframe_check(error="scope: local for an LS study, national for an NS study")
    def scope_fits_id(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """The first letter of the id says the scope."""
        scope = frame["study_id"].str[:1].map({"L": "local", "N": "national"})
        return scope.isna() | ~frame["scope"].isin(codes.STUDY_SCOPES) | frame["scope"].eq(scope)


class MunicipalPolls(EvidenceModel):
    """municipal_polls.csv: one row per poll and indicator."""

    poll_id: str = key_column("poll", r"^\S+\Z", "a poll id without spaces", unique=False)
    source: str = text_column("who held the poll")
    year: pd.Int64Dtype = year_column("year of the poll, where known")
    indicator: str = column("what was asked", "lower case letters and _", str_matches=r"^[a-z][a-z0-9_]*\Z")
    percent: pd.Float64Dtype = percent_column("share of municipalities (NJI2024: of teams), percent")
    precision: str = code_column("how exactly the page states the share", codes.PRECISIONS)
    n_municipalities: pd.Int64Dtype = count_column("municipalities that answered: the base of percent")
    response_pct: pd.Float64Dtype = percent_column("response, percent", nullable=True)
    url: str = column(
        "address of the page, or source-texts/... for a text that was read from file",
        URL_EXPECTED,
        str_matches=r"^(https?://\S+\.\S+|source-texts/\S+)\Z",
    )
    note: str = text_column("remark of the coder", nullable=True)

    class Config:
        """One row per poll and indicator."""

        unique = ["poll_id", "indicator"]

    @pa.dataframe_check(error=NO_FRACTION.format("percent"))
    def percent_is_no_fraction(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A percentage under 1 is a fraction of 1."""
        return no_fraction(frame["percent"])

    @pa.dataframe_check(error=NO_FRACTION.format("response_pct"))
    def response_is_no_fraction(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A percentage under 1 is a fraction of 1."""
        return no_fraction(frame["response_pct"])


class BusinessCase(EvidenceModel):
    """business_case.csv: one row per set of cases, unit cost or programme."""

    case_id: str = key_column("case", r"^BC\d+\Z", "BC and a number, each once")
    level: str = code_column("what the row is about", codes.CASE_LEVELS)
    municipality: str = text_column("place; national; or several places", nullable=True)
    gm_code: str = gm_code_column()
    year: pd.Int64Dtype = year_column("year, where known")
    approach: str = text_column("what was done")
    n_cases: pd.Int64Dtype = count_column("cases, families or households")
    cost_before_eur: pd.Int64Dtype = euro_column("cost before or, for unit_cost, cost of such a family, euro")
    cost_wijkteam_eur: pd.Int64Dtype = euro_column("cost with the team or, for programme_cost, yearly spending, euro")
    savings: str = column(
        "savings in savings_unit: a number or a range", "a number or a range such as 4-15", nullable=True,
        str_matches=RANGE,
    )  # fmt: skip
    savings_unit: str = text_column("unit of savings", nullable=True)
    horizon: str = text_column("period the money is about", nullable=True)
    who_pays: str = text_column("who bears the cost", nullable=True)
    result: str = code_column("result for clients", codes.CASE_RESULTS, nullable=True)
    benefit_cost_ratio: pd.Float64Dtype = column("benefits per euro of cost", "a number above 0", nullable=True, gt=0)
    url: str = url_column()
    note: str = text_column("remark of the coder", nullable=True)

    @pa.dataframe_check(error="savings_unit: filled where savings is, empty where it is not")
    def savings_have_unit(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A number without a unit says nothing."""
        return frame["savings"].notna().eq(frame["savings_unit"].notna())

    @pa.dataframe_check(error="horizon [form]: for a case with euros a period such as 6 months, 1 year or 2 years")
    def case_has_period(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Euros of a case are euros of a period; a period of 0 has none."""
        has_euros = frame["cost_before_eur"].notna() | frame["cost_wijkteam_eur"].notna()
        return ~(frame["level"].eq("case") & has_euros) | frame["horizon"].str.fullmatch(codes.PERIOD).fillna(False).astype(
            bool
        )

    @pa.dataframe_check(error="n_cases: 1 or nothing for a case")
    def case_is_one(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A case is one household; a set of cases is an aggregate."""
        return ~frame["level"].eq("case") | frame["n_cases"].fillna(1).eq(1)


class OwnBusinessCases(BusinessCase):
    """own_business_cases.csv: a municipality's own cases, in the shape of business_case.csv; the file may be absent."""

    case_id: str = key_column(
        "own case", r"^(?!BC\d)\S+\Z", "an id without spaces that does not begin with BC, such as EIGEN-01"
    )
    url: str = column("address of a page, if there is one", URL_EXPECTED, nullable=True, str_matches=WEB)
    who_gains: Series[str] | None = text_column("who bears lower cost; the column may be left out", nullable=True)


class PublishedFigures(EvidenceModel):
    """published_figures.csv: every figure the original study published, one row per figure, group and text."""

    figure_id: str = key_column("figure", r"^PF\d+\Z", "PF and a number, each once")
    section: str = code_column("part of the study", codes.SECTIONS)
    indicator: str = code_column("what the figure is about", codes.PUBLISHED_FIGURES)
    group: str = code_column("active municipalities, the others, or all", codes.GROUPS)
    value: pd.Float64Dtype = column("the figure, in `unit`; a decrease is negative", "a number with a decimal point")
    unit: str = code_column("unit of value", codes.PUBLISHED_UNITS)
    precision: str = code_column("how exactly the text states the value", codes.PRECISIONS)
    n: pd.Int64Dtype = count_column("respondents, where printed")
    source: str = text_column("which text")
    url: str = column("address of the text, where known", URL_EXPECTED, nullable=True, str_matches=WEB)
    wording: str = text_column("fragment or paraphrase")

    class Config:
        """One row per figure, group and text."""

        unique = ["indicator", "group", "source"]

    @pa.dataframe_check(error="unit: the unit of its indicator (see the codebook)")
    def unit_fits_indicator(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """Every figure has one unit."""
        units = frame["indicator"].map(codes.PUBLISHED_FIGURES)
        return units.isna() | ~frame["unit"].isin(codes.PUBLISHED_UNITS) | frame["unit"].eq(units)

    @pa.dataframe_check(error=NO_FRACTION.format("value"))
    def percent_is_no_fraction(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805
        """A percentage under 1 is a fraction of 1."""
        return frame["unit"].ne("percent") | no_fraction(frame["value"])

    @pa.dataframe_check(error="value [range]: a change from -100 to 100 percent, a grade from 1 to 10, or 0 or more")
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

# Records that a municipality keeps of its own, beside those of the project.
OWN_TABLES: Final[dict[str, type[EvidenceModel]]] = {"own_business_cases": OwnBusinessCases}
ALL_TABLES: Final[dict[str, type[EvidenceModel]]] = TABLES | OWN_TABLES


def id_column(table: str) -> str:
    """Return the column of `table` that names its rows in messages: the only one that ends in ``_id``."""
    return next(str(name) for name in ALL_TABLES[table].to_schema().columns if str(name).endswith("_id"))
