"""What an estimator is held against: questions to a country, answered on its expected figures with and without the effects.

A country is simulated twice with the same random numbers, once with the effects of its teams and once without. The truth of a
question is its value on the expected figures of the first, minus that on the second, for the same groups of municipalities. So
what the groups differ in by chance, by their surroundings or by what is counted is in neither: only effects are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from wijkanalyse.effects.estimands import Estimand
from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.example import national as nl
from wijkanalyse.example.geography import membership, regions_above
from wijkanalyse.example.national import Floats
from wijkanalyse.example.simulate import expected_flows
from wijkanalyse.example.surroundings import background_share
from wijkanalyse.example.traits import young_people
from wijkanalyse.example.world import PROVINCE_CODES, World
from wijkanalyse.validation.panels import expected

Bools = NDArray[np.bool_]

BOUNDARIES: Final = 2025
THRESHOLD: Final = 0.05
"""Active: the team gives more than this share of the trajectories without residence."""

Unit = Literal["log ratio", "percentage points", "days"]
LOG_RATIO: Final = "log ratio"
POINTS: Final = "percentage points"
DAYS: Final = "days"
_FACTOR: Final[Mapping[str, float]] = {POINTS: 100.0, DAYS: 1.0}


@dataclass(frozen=True)
class Question:
    """A comparison of the municipalities that were active over `active_in` with the others."""

    name: str
    outcome: str
    """Variable of the panel; a mean stands for the sum it is a mean of."""
    per: str | None
    """Variable that it is divided by; None for a change of the count itself."""
    active_in: tuple[int, ...]
    years: tuple[int, ...]
    """Years of the outcome, taken together."""
    since: tuple[int, ...] = ()
    """Years that a change is counted from; empty for a level."""
    unit: Unit = "log ratio"
    """How the groups are compared: logarithm of the ratio, or difference."""
    is_pooled: bool = True
    """Whether the groups' counts are added up; otherwise each municipality counts for one."""

    def answer(self, actual: "Expected", without: "Expected") -> float:
        """Return what the effects change in the comparison, in `unit`."""
        is_active = actual.is_active(self.active_in)
        return self._contrast(actual, is_active) - self._contrast(without, is_active)

    def _contrast(self, figures: "Expected", is_active: Bools) -> float:
        active, others = (self._level(figures, group) for group in (is_active, ~is_active))
        return active - others

    def _level(self, figures: "Expected", group: Bools) -> float:
        level = self._ratio(figures, self.years, group)
        if self.since:
            level = level / self._ratio(figures, self.since, group)
        values = np.log(level) if self.unit == LOG_RATIO else _FACTOR[self.unit] * level
        # a municipality without the help that is divided by has no ratio
        return float(values[np.isfinite(values)].mean())

    def _ratio(self, figures: "Expected", years: tuple[int, ...], group: Bools) -> Floats:
        outcome = figures.over(self.outcome, years)[group]
        per = figures.over(self.per, years)[group] if self.per else None
        if self.is_pooled:
            outcome, per = outcome.sum(keepdims=True), None if per is None else per.sum(keepdims=True)
        return outcome if per is None else np.divide(outcome, per, out=np.full_like(outcome, np.nan), where=per > 0)


@dataclass(frozen=True)
class SwitcherQuestion:
    """What it did to the municipalities that became active within an era and stayed so (Callaway and Sant'Anna 2021).

    The mean over municipalities of the logarithm of the outcome with the effects against that without, `event` years after the
    first active year; without `event` the mean over all such years from the first on.
    """

    name: str
    outcome: str
    era: tuple[int, ...]
    event: int | None = None
    unit: Unit = "log ratio"

    def answer(self, actual: "Expected", without: "Expected") -> float:
        """Return the effect on the switchers as a log ratio; NaN where there are none."""
        active = np.stack([actual.is_active((year,)) for year in self.era])
        is_switcher = ~active[0] & active[-1] & (np.diff(active.astype(int), axis=0) >= 0).all(axis=0)
        since = np.arange(len(self.era))[:, None] - active.argmax(axis=0)  # years since the first active one
        effect = np.log(actual.by_year(self.outcome, self.era) / without.by_year(self.outcome, self.era))
        events = [self.event] if self.event is not None else range(len(self.era) - 1)
        means = [effect[place].mean() for event in events if (place := is_switcher & (since == event)).any()]
        return float(np.mean(means)) if means else float("nan")


@dataclass(frozen=True)
class Expected:
    """What is to be expected of the municipalities of 2025 (`codes`), before anything is drawn, rounded or kept secret.

    `figures` by variable, (11 years x municipalities); under the name of a mean stands the sum that it is a mean of.
    """

    codes: tuple[str, ...]
    figures: Mapping[str, Floats]

    def by_year(self, variable: str, years: tuple[int, ...]) -> Floats:
        """Return a variable, (years x municipalities)."""
        if variable not in self.figures:
            raise WijkanalyseError(f"there is no expected {variable}{nearest(variable, self.figures)}")
        return self.figures[variable][[nl.YEARS.index(year) for year in years]]

    def over(self, variable: str, years: tuple[int, ...]) -> Floats:
        """Return a variable over `years` together, (municipalities,)."""
        return np.asarray(self.by_year(variable, years).sum(axis=0))

    def is_active(self, years: tuple[int, ...]) -> Bools:
        """Return which municipalities are active over `years` together."""
        team, all_help = (self.over(f"trajectories_{form}", years) for form in ("wijkteam", "zonder_verblijf"))
        return np.asarray(team > THRESHOLD * all_help)


@dataclass(frozen=True)
class Truth:
    """A country as it is to be expected, and as it would have been had its teams no effect."""

    actual: Expected
    without: Expected

    def of(self, question: Question | SwitcherQuestion) -> float:
        """Return the true answer to `question`, in its unit."""
        return question.answer(self.actual, self.without)


def truth_of(world: World) -> Truth:
    """Return the truth of `world`. Relabelled trajectories and late deliveries are no effects: they are in both countries."""
    none = {name: 0.0 for name in world.__dataclass_fields__ if name.startswith("effect_") and name.endswith("_pct")}
    return Truth(_expected(world), _expected(replace(world, **none, effect_spread=0.0)))  # type: ignore[arg-type]


def question_of(estimand: Estimand, in_points: bool = False) -> Question:
    """Return the question that an estimand of config/estimands.yaml asks, as log ratio or in percentage points.

    Raises `WijkanalyseError` for a design that compares no two groups.
    """
    if estimand.design not in ("level", "change"):
        raise WijkanalyseError(
            f"{estimand.id}: a design {estimand.design} does not compare active municipalities with others; level and change do"
        )
    *since, last = estimand.years
    return Question(
        name=estimand.id,
        outcome=estimand.outcome,
        per=estimand.per,
        active_in=tuple(estimand.activity),
        years=(last,) if estimand.design == "change" else tuple(estimand.years),
        since=tuple(since) if estimand.design == "change" else (),
        unit=POINTS if in_points else LOG_RATIO,
    )


def _expected(world: World) -> Expected:
    codes, matrix = membership(BOUNDARIES)
    shown = [n for n, code in enumerate(codes) if regions_above(code)[0] in (world.provinces or PROVINCE_CODES)]
    into = matrix[shown].T
    figures = {name: values @ into for name, values in expected(world, expected_flows(world)).items()}
    youths = young_people()[: len(nl.YEARS), :, :23].sum(axis=2)
    share = background_share(world)[: len(nl.YEARS)]
    figures["population_0_22"] = youths @ into
    figures["population_0_22_migration"] = (youths * share) @ into
    figures["population_0_22_no_migration"] = (youths * (1 - share)) @ into
    return Expected(tuple(codes[n] for n in shown), figures)


_LATER, _EARLY = (2021, 2022, 2023, 2024, 2025), (2019, 2020)
_BEFORE_LATER, _BEFORE_EARLY = (2017, 2018, 2019), (2017, 2018)
_SPECIALISED, _TOTAL, _YOUTHS = "trajectories_niet_wijkteam", "trajectories_zonder_verblijf", "population_0_22"
_DAYS, _ENDED = "mean_duration_days_niet_wijkteam", "ended_niet_wijkteam"
_CRISIS, _BEGUN = "begun_crisis_niet_wijkteam", "begun_niet_wijkteam"
_REACH, _REACHED = "youths_zonder_verblijf_migration", "population_0_22_migration"
_ERAS: Final = {"early": (2017, 2018, 2019, 2020), "later": _LATER}

QUESTIONS: Final = (
    Question("use_change", _SPECIALISED, _YOUTHS, _BEFORE_LATER, (2025,), (2021,)),
    Question("use_change_municipalities", _SPECIALISED, _YOUTHS, _BEFORE_LATER, (2025,), (2021,), is_pooled=False),
    Question("use_change_early", _SPECIALISED, _YOUTHS, _BEFORE_EARLY, _EARLY, _BEFORE_EARLY),
    Question("use_level", _SPECIALISED, _YOUTHS, _BEFORE_LATER, _LATER),
    Question("use_total", _TOTAL, _YOUTHS, _BEFORE_LATER, (2025,), (2021,)),
    Question("use_total_early", _TOTAL, _YOUTHS, _BEFORE_EARLY, _EARLY, _BEFORE_EARLY),
    Question("duration_within", _DAYS, _ENDED, _BEFORE_LATER, _LATER),
    Question("duration_within_early", _DAYS, _ENDED, _BEFORE_EARLY, _EARLY),
    Question("crisis_share", _CRISIS, _BEGUN, _BEFORE_LATER, _LATER),
    Question("crisis_share_points", _CRISIS, _BEGUN, _BEFORE_LATER, _LATER, unit=POINTS),
    Question("crisis_share_early", _CRISIS, _BEGUN, _BEFORE_EARLY, _EARLY),
    Question("crisis_share_early_points", _CRISIS, _BEGUN, _BEFORE_EARLY, _EARLY, unit=POINTS),
    Question("crisis_per_youth", _CRISIS, _YOUTHS, _BEFORE_LATER, _LATER),
    # classified on 2017-2019 because of the first deliveries; these lie within the years of the change
    Question("reach_background", _REACH, _REACHED, _BEFORE_LATER, (2020,), (2015,)),
    Question("reach_background_from_2017", _REACH, _REACHED, (2017,), (2020,), (2017,)),
    *(
        SwitcherQuestion(f"switchers_{era}" + ("" if event is None else f"_{event}"), _SPECIALISED, years, event)
        for era, years in _ERAS.items()
        for event in (None, *range(len(years) - 1))
    ),
)
"""The questions whose truth is tabulated for every scenario; an estimator may answer others (`question_of`, `Question`)."""
