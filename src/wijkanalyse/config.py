"""The choices a researcher makes, as models; `config/config.yaml` and its JSON Schema are made from them (`config_files`).

A key that does not exist is refused with the nearest key that does: a choice that is silently ignored is worse than an
error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.years import FIRST_YEAR, LAST_YEAR, TREND_BREAK

Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
Percentage = Annotated[float, Field(ge=0, le=100)]


class ConfigError(WijkanalyseError):
    """A choice in a configuration file that cannot be carried out."""


class Section(BaseModel):
    """One block of the configuration: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StatLine(Section):
    """Where the figures of CBS StatLine come from."""

    source: Literal["auto", "cbs", "example"] = Field(
        "auto",
        description="cbs: StatLine itself. example: the embedded StatLine with made-up figures. auto: a verified snapshot in "
        "data/raw/cbs if there is one, else CBS, and only where no connection to CBS can be made at all, the example.",
    )
    protocol: Literal["v3", "v4"] = Field(
        "v3",
        description="Which of the two services of CBS the tables come from: OData v3 (opendata.cbs.nl) or its successor v4 "
        "(datasets.cbs.nl). A run uses one of them, and never a snapshot of the other.",
    )
    catalog_url: str | None = Field(
        None,
        pattern=r"^([A-Za-z0-9.\-]+|\[[0-9A-Fa-f:]+\])(:[0-9]+)?(/[A-Za-z0-9._\-]+)*/?$",
        description="Host[:port][/prefix] of a service of the chosen protocol that offers the tables, without http(s)://; "
        "null for that of CBS.",
    )
    use_https: bool = Field(True, description="false only for a service on this machine.")
    contact: str = Field(
        "",
        description="Your e-mail address, sent in the User-Agent so that CBS can reach you. May stay empty.",
    )
    read_timeout_seconds: float = Field(60.0, gt=0, description="Longest silence of the service within one answer.")
    answer_deadline_seconds: float = Field(300.0, gt=0, description="Longest time that one answer may take in all.")
    attempts: int = Field(5, ge=1, le=20, description="How often one page is asked for before the fetch stops.")
    largest_table_cells: int = Field(
        60_000_000,
        ge=1,
        description="A table with more cells (rows x columns) than this is not fetched whole; set fetch: selection for it in "
        "config/tables.yaml. 60 million cells take about a gigabyte of memory.",
    )

    @property
    def address(self) -> str:
        """The chosen `catalog_url`, or the host of CBS for the protocol."""
        return self.catalog_url or {"v3": "opendata.cbs.nl", "v4": "datasets.cbs.nl"}[self.protocol]


class Example(Section):
    """The made-up country of the embedded StatLine: its seed and its known truth."""

    seed: int = Field(20221, ge=0, description="Seed of the made-up country.")
    provinces: list[str] = Field(
        default_factory=list,
        description="Province codes (PV20 to PV31) for a small, quick country; empty for the whole country.",
    )
    effect_specialised_use_pct: float = Field(
        -3.0, description="True effect of a team that gives help itself on specialised (non-team) use, in percent."
    )
    effect_duration_pct: float = Field(0.0, description="True effect on the duration within a form of help, in percent.")
    effect_crisis_pct: float = Field(0.0, description="True effect on starts from crisis outside the team, in percent.")
    effect_reach_background_pct: float = Field(
        0.0, description="True effect on the reach of young people with a migration background, in percent."
    )


class Panel(Section):
    """The municipality x year panel."""

    boundaries_year: Year = Field(
        2025,
        description="All years are brought to the municipal boundaries of 1 January of this year. Figures of later "
        "years are divided over the municipalities of then by their inhabitants of 0 to 22: an estimate.",
    )
    suppressed_value: float = Field(
        3.5,
        ge=0,
        le=7,
        description="What a suppressed count (published as '.', meaning 0 to 7) counts for in a sum; 0 and 7 are the bounds.",
    )


Measure = Literal["trajectories", "youths"]
Form = Literal["wijkteam", "niet_wijkteam", "zonder_verblijf", "ambulant_locatie", "daghulp_locatie", "netwerk", "met_verblijf"]


PARTS: Mapping[str, frozenset[str]] = {
    "zonder_verblijf": frozenset({"wijkteam", "niet_wijkteam", "ambulant_locatie", "daghulp_locatie", "netwerk"}),
    "niet_wijkteam": frozenset({"ambulant_locatie", "daghulp_locatie", "netwerk"}),
}
"""Forms of help that are sums of others."""


class Classification(Section):
    """When a municipality's team counts as active: it gives more than a threshold of the youth help itself."""

    threshold_pct: Percentage = Field(5.0, description="Active is a share above this percentage (the study: 5).")
    measure: Measure = Field("trajectories", description="What is counted: trajectories or youths (young people).")
    numerator: Form = Field("wijkteam", description="The form of help that the team gives itself.")
    denominator: list[Form] = Field(
        default=["zonder_verblijf"],
        min_length=1,
        description="The forms that together are ambulatory youth help. zonder_verblijf is all four of them; "
        "[wijkteam, ambulant_locatie] is the narrowest reading.",
    )
    years: list[Year] = Field(
        default=[2020],
        min_length=1,
        description="The share is taken over these years together; all on one side of the 2020/2021 break.",
    )
    across_break: bool = Field(
        False, description="true allows years on both sides of the 2020/2021 trend break; the report then says so."
    )
    minimum_count: int = Field(
        50, ge=0, description="Municipalities with a smaller denominator are not classified (their share is noise)."
    )

    @model_validator(mode="after")
    def _choices_fit_together(self) -> Classification:
        _refuse_break(self.years, self.across_break)
        for name, values in (("years", self.years), ("denominator", self.denominator)):
            if len(set(values)) < len(values):
                raise ValueError(f"{name} {values} names something twice")
        for whole in self.denominator:
            if twice := PARTS.get(whole, frozenset()) & set(self.denominator):
                raise ValueError(f"denominator {self.denominator} counts {', '.join(sorted(twice))} twice: {whole} contains it")
        return self


ContrastName = Literal["use", "duration", "crisis", "reach"]
ContrastForm = Literal["zonder_verblijf", "niet_wijkteam"]


class Contrast(Section):
    """One comparison of active with not active municipalities."""

    kind: Literal["change", "share", "mean"] = Field(
        description="change: percentage change of a count from the first to the last of two years. share: a count per "
        "hundred of another. mean: a published mean, weighted by the count it is a mean of."
    )
    outcome: str = Field(description="Variable of config/tables.yaml without its form, for example begun.")
    denominator: str | None = Field(
        None, description="share: what the outcome is a part of; mean: the count that it is a mean of."
    )
    years: list[Year] = Field(min_length=1, description="change: from and to; otherwise the years taken together.")
    across_break: bool = Field(
        False, description="true allows years on both sides of the 2020/2021 trend break; the report then says so."
    )

    @model_validator(mode="after")
    def _years_fit_the_kind(self) -> Contrast:
        if self.kind == "change" and (len(self.years) != 2 or self.years[0] >= self.years[1]):
            raise ValueError(f"a change needs two years, the earlier first; found {self.years}")
        if self.kind != "change" and not self.denominator:
            raise ValueError(f"a {self.kind} needs a denominator")
        _refuse_break(self.years, self.across_break)
        return self


def crosses_break(years: Iterable[int]) -> bool:
    """Whether `years` lie on both sides of the trend break."""
    return len({year >= TREND_BREAK for year in years}) > 1


def _refuse_break(years: list[int], is_allowed: bool) -> None:
    if crosses_break(years) and not is_allowed:
        raise ValueError(
            f"years {years} lie on both sides of the {TREND_BREAK - 1}/{TREND_BREAK} break: CBS counts other providers from "
            f"{TREND_BREAK}, so the two series are not comparable; across_break: true does it all the same"
        )


def _default_contrasts() -> dict[ContrastName, Contrast]:
    return {
        "use": Contrast(kind="change", outcome="begun", denominator=None, years=[2019, 2020]),
        "duration": Contrast(kind="mean", outcome="mean_duration_days", denominator="ended", years=[2020]),
        "crisis": Contrast(kind="share", outcome="begun_crisis", denominator="begun", years=[2020]),
        "reach": Contrast(kind="share", outcome="youths", denominator="population_0_22", years=[2020]),
    }


class Inference(Section):
    """How uncertainty is computed."""

    cluster: Literal["gm_code", "jeugdregio_code"] = Field(
        "gm_code",
        description="Observations within a cluster may hang together: gm_code (municipality) or jeugdregio_code "
        "(municipalities of a youth region buy their help together).",
    )
    level: float = Field(0.95, gt=0.5, lt=1, description="Confidence level of every interval.")
    draws: int = Field(
        9999, ge=99, le=99_999, description="Permutations and bootstrap draws per estimate; fewer is quicker and coarser."
    )
    seed: int = Field(2022, ge=0, description="Seed of every draw: the same seed gives the same report, to the last digit.")


Share = Annotated[float, Field(gt=0, lt=1)]
StandardDeviation = Annotated[float, Field(gt=0, le=4.5)]


class Evidence(Section):
    """Which hand-coded records count."""

    populations: list[Literal["jeugd", "wmo", "wijkteam", "participatie"]] = Field(
        default=["jeugd", "wmo", "wijkteam", "participatie"],
        min_length=1,
        description="Client surveys of these populations are pooled.",
    )
    precision: list[Literal["exact", "approx", "lower_bound", "upper_bound"]] = Field(
        default=["exact"],
        min_length=1,
        description="How exactly a survey's figure must be stated to count.",
    )
    report_level: Literal["team_report", "municipal_report", "monitor", "press_or_web_summary"] = Field(
        "team_report", description="Which annual reports count for the themes."
    )
    consensus: Literal["first", "second", "both", "either"] = Field(
        "first",
        description="Of reports that two coders read, a theme counts as seen when the first, the second, both or either of "
        "them saw it. Reports with one coder count as that one coded them.",
    )
    cluster: Literal["place", "survey_id"] = Field(
        "place",
        description="What is independent in the interval of a mean over client surveys: each place (surveys of one "
        "municipality hang together) or each survey.",
    )
    missing_n: Literal["left_out", "small", "median", "large"] = Field(
        "median",
        description="Respondents of surveys that state no number, in the random-effects model: those surveys left out, or a "
        "small, middle or large number filled in. Every one of these is computed; this one is the main one. The mean "
        "weighted by respondents always leaves them out.",
    )
    missing_n_quantiles: tuple[Share, Share, Share] = Field(
        (0.1, 0.5, 0.9),
        description="Small, middle and large: these quantiles of the numbers that other surveys state.",
    )
    grade_sd: tuple[StandardDeviation, StandardDeviation, StandardDeviation] = Field(
        (1.0, 1.5, 2.0),
        description="Standard deviation of grades (1 to 10) between respondents, which no survey states: low, main, high.",
    )
    fewest_surveys: int = Field(
        3,
        ge=2,
        description="Fewest surveys with a number of respondents for the weighted mean to be the headline, and fewest "
        "places for random effects and for each group of a comparison.",
    )

    @model_validator(mode="after")
    def _grids_ascend(self) -> Evidence:
        for name, grid in (("missing_n_quantiles", self.missing_n_quantiles), ("grade_sd", self.grade_sd)):
            if list(grid) != sorted(set(grid)):
                raise ValueError(f"{name} {list(grid)} does not ascend: expected low, middle, high")
        return self


CaseAssumption = Literal["horizon_years", "discount_rate_pct", "fade_pct", "cost_before_pct", "cost_team_pct"]


def _default_ranges() -> dict[CaseAssumption, tuple[float, float]]:
    return {
        "horizon_years": (1, 5),
        "discount_rate_pct": (0, 4.5),
        "fade_pct": (0, 50),
        "cost_before_pct": (80, 120),
        "cost_team_pct": (80, 120),
    }


class BusinessCases(Section):
    """What the cost of cases, before and with the team, is taken to mean."""

    horizon_years: int = Field(
        1,
        ge=1,
        le=30,
        description="Years over which the cost of a case is summed. 1 is a year as recorded; more takes it that the year "
        "repeats itself, which no case shows.",
    )
    discount_rate_pct: float = Field(
        2.25,
        ge=0,
        le=20,
        description="Yearly discount rate; the first year is not discounted. 2.25 percent is the Dutch standard for "
        "cost-benefit analyses that began after 1 January 2021 (Werkgroep discontovoet 2020).",
    )
    fade_pct: float = Field(
        0.0, ge=0, le=100, description="Part of the difference with the approach before that is lost every further year."
    )
    cost_before_pct: float = Field(
        100.0,
        ge=0,
        le=1000,
        description="The cost before counts for this percentage of what is recorded: it is what help would have cost, a guess "
        "of those who know the case.",
    )
    cost_team_pct: float = Field(
        100.0,
        ge=0,
        le=1000,
        description="The cost with the team counts for this percentage of what is recorded; above 100 where hours or overhead "
        "of the team were left out.",
    )
    ranges: dict[CaseAssumption, tuple[float, float]] = Field(
        default_factory=_default_ranges,
        description="Low and high value of each assumption above, one at a time, for the sensitivity of the result. Where an "
        "assumption is absent it is not varied.",
    )

    @model_validator(mode="after")
    def _ranges_can_be_carried_out(self) -> BusinessCases:
        for name, (low, high) in self.ranges.items():
            if low > high:
                raise ValueError(f"ranges.{name} [{low:g}, {high:g}] does not ascend: expected low, high")
            for value in (low, high):
                if name == "horizon_years" and value != int(value):
                    raise ValueError(f"ranges.{name} has {value:g}; expected whole years")
                try:  # the limits of an end of the range are those of the assumption itself
                    BusinessCases.model_validate({name: value, "ranges": {}})
                except ValidationError as error:
                    raise ValueError(f"ranges.{name} has {value:g}: {error.errors()[0]['msg']}") from None
        return self


class Report(Section):
    """How the report is made."""

    renderer: Literal["auto", "quarto", "pandoc"] = Field(
        "auto", description="auto: Quarto where it is installed, otherwise pandoc and Typst."
    )
    geometry: str | None = Field(
        None,
        min_length=1,
        description="GeoJSON file with the boundaries of the municipalities of panel.boundaries_year, for the map of active "
        "teams: polygons in degrees or RD New with a property statcode or gm_code. null: a map of equal tiles, for which no "
        "file is needed.",
    )


class Config(Section):
    """All choices of a run."""

    statline: StatLine = StatLine()
    example: Example = Example()
    panel: Panel = Panel()
    classification: Classification = Classification()
    contrasts: dict[ContrastName, Contrast] = Field(
        default_factory=_default_contrasts,
        description="The comparisons of active with not active municipalities. Which years and which count the study used "
        "was never published; these are its most likely choices, change them and run again.",
    )
    forms: list[ContrastForm] = Field(
        default=["zonder_verblijf", "niet_wijkteam"],
        description="Every contrast is computed for these forms: zonder_verblijf includes the team's own help (as the "
        "study did), niet_wijkteam leaves it out.",
    )
    inference: Inference = Inference()
    evidence: Evidence = Evidence()
    business_cases: BusinessCases = BusinessCases()
    report: Report = Report()

    @model_validator(mode="after")
    def _every_contrast_is_there(self) -> Config:
        missing = set(get_args(ContrastName)) - set(self.contrasts)
        if missing:
            raise ValueError(f"contrasts: {', '.join(sorted(missing))} missing")
        return self


def read_config(values: Mapping[str, Any]) -> Config:
    """Return the validated choices of `values`, the merged configuration that Snakemake hands over.

    Raises `ConfigError`, one line per problem, with the nearest known key for an unknown one.
    """
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(
            "the configuration cannot be used:\n" + "\n".join(f"  - {line}" for line in _problems(error))
        ) from None


def _problems(error: ValidationError) -> Iterable[str]:
    for problem in error.errors():
        location = [str(part) for part in problem["loc"]]
        where = ".".join(location) or "(whole configuration)"
        if problem["type"] == "extra_forbidden":
            hint = nearest(location[-1], _keys_beside(location)) or f"; known: {', '.join(_keys_beside(location))}"
            yield f"unknown key {where}{hint}"
        elif location and location[-1] == "[key]":
            hint = nearest(str(problem["input"]), get_args(ContrastName))
            yield f"unknown key {'.'.join(location[:-1])}{hint}"
        else:
            message = problem["msg"].removeprefix("Value error, ")
            yield f"{where}: found {problem['input']!r}; {message}" if location else message


def _keys_beside(location: list[str]) -> list[str]:
    """The keys that exist at the level of an unknown key."""
    model: Any = Config
    for part in location[:-1]:
        field = model.model_fields.get(part) if hasattr(model, "model_fields") else None
        if field is None:
            # below `contrasts` every key leads to a Contrast
            model = Contrast
            continue
        model = field.annotation if hasattr(field.annotation, "model_fields") else Contrast
    return list(model.model_fields)
