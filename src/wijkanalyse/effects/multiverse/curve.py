"""The curve of a contrast: all its specifications computed, on the figures as they are or with paths that changed places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from wijkanalyse.effects.multiverse.declaration import PLACES
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.figures import Bools, Floats, Ints
from wijkanalyse.effects.multiverse.least_squares import BATCH, Fits, Structure, fit_least_squares
from wijkanalyse.effects.multiverse.outcomes import Counts, Values, municipal_counts, municipal_values
from wijkanalyse.effects.multiverse.poisson import fit_poisson
from wijkanalyse.effects.multiverse.treatments import MISSING, Classifier, Groups, share_variables

_POISSON = "gm_code and year"
_MANY = 64
"""So many permutations make a batch by themselves."""

_TREATMENT = (
    "boundaries",
    "measure",
    "share",
    "suppressed",
    "window",
    "base",
    "timing",
    "persistence",
    "threshold",
    "minimum_count",
)
_OUTCOME = ("boundaries", "outcome", "per", "help", "suppressed", "window", "base")
_WEIGHT = (*_OUTCOME, "weighting", "left_out")
_STRUCTURE = ("boundaries", "covariates", "fixed_effects", "cluster")


@dataclass(frozen=True)
class Results:
    """Estimates on the scale of the contrast, one per specification; NaN where it cannot be estimated."""

    estimate: Floats
    error: Floats
    lower: Floats
    upper: Floats
    statistic: Floats
    p: Floats
    active: Floats
    not_active: Floats
    municipalities: Ints
    n_active: Ints
    clusters: Ints


@dataclass(frozen=True)
class Inputs:
    """What one specification is estimated on, by municipality; one with weight 0 or without a group does not count."""

    value: Floats
    weight: Floats
    group: Groups
    covariates: Floats
    within: Ints
    cluster: Ints
    counts: Counts | None


class Curve:
    """The specifications `rows` of a `space`, with every vector that they need made once."""

    def __init__(self, space: Space, rows: Ints) -> None:
        self.space, self.rows = space, rows
        self.minimum = space.declaration.minimum_per_group
        classifier = Classifier(space.figures)
        treatments, self._treatment = self._distinct(_TREATMENT)
        self.groups: Groups = np.array([self._classified(classifier, row) for row in treatments])
        outcomes, self._outcome = self._distinct(_OUTCOME)
        self.outcomes = outcomes
        values = [self._values(row) for row in outcomes]
        usable = np.array([np.isfinite(each.value) & (each.denominator > 0) for each in values])
        value, denominator = (
            np.where(usable, [getattr(each, name) for each in values], 0.0) for name in ("value", "denominator")
        )
        # values around 0 lose no digits; what they lie around comes back in the means of the groups
        self.centre = (value * denominator).sum(axis=1) / np.maximum(denominator.sum(axis=1), 1e-300)
        self.value = np.where(usable, value - self.centre[:, None], 0.0)
        weights, self._weight = self._distinct(_WEIGHT)
        place = {tuple(row[_places(_OUTCOME)]): number for number, row in enumerate(outcomes)}
        which = [place[tuple(row[_places(_OUTCOME)])] for row in weights]
        self.weight = np.array(
            [self._weights(row, denominator[at], usable[at]) for row, at in zip(weights, which, strict=True)]
        )
        self.structures, self._structure = self._distinct(_STRUCTURE)

    def fit(self) -> Results:
        """Estimate every specification."""
        fits, is_log, scale = self._estimated(np.arange(len(self.space.figures.gm_code))[None, :], np.float64)
        freedom = np.maximum(fits.clusters - 1, 1)
        reach = student.ppf((1 + self.space.declaration.level) / 2, freedom) * fits.error
        statistic = _statistic(fits)

        def scaled(values: Floats) -> Floats:
            return np.where(is_log, scale * np.expm1(values), values)

        return Results(
            estimate=scaled(fits.estimate),
            error=np.where(is_log, scale * np.exp(np.where(is_log, fits.estimate, 0)), 1.0) * fits.error,
            lower=scaled(fits.estimate - reach),
            upper=scaled(fits.estimate + reach),
            statistic=statistic,
            p=2 * student.sf(np.abs(statistic), freedom),
            active=fits.active * scale,
            not_active=fits.not_active * scale,
            municipalities=fits.municipalities,
            n_active=fits.n_active,
            clusters=fits.clusters,
        )

    def fit_permuted(self, permutations: Ints, precision: type = np.float64) -> tuple[Floats, Floats, Ints]:
        """Estimate every specification with the paths of municipalities in other places.

        `permutations` is P x G: place g takes the path of municipality ``permutations[p, g]``, its whole history, while
        outcome, weight, covariates and region stay. Returns estimates, studentised statistics and clusters, each
        specifications x P. `precision` is that of least squares: single is faster, and errs in the sixth digit.
        """
        fits, is_log, scale = self._estimated(permutations, precision)
        statistic, estimate = _statistic(fits), fits.estimate
        estimate[is_log] = scale[is_log] * np.expm1(estimate[is_log])
        shape = len(self.rows), len(permutations)
        return estimate.reshape(shape), statistic.reshape(shape), fits.clusters.reshape(shape)

    def inputs(self, number: int) -> Inputs:
        """What specification `number` is estimated on, for whoever fits it on its own."""
        row = self.rows[number]
        structure = self.structure_of(row)
        weight = self.weight[self._weight[number]] * structure.known
        within = self.space.option("fixed_effects", row).within
        counts = None
        if within == _POISSON:
            counts, within = self.counts(row), "gm_code"
            weight = weight * (np.isfinite(counts.count) & (counts.exposure > 0)).all(axis=1)
        return Inputs(
            self.value[self._outcome[number]] + self.centre[self._outcome[number]],
            weight,
            self.groups[self._treatment[number]],
            structure.x,
            self._region(row, within),
            self._region(row, self.space.option("cluster", row).by),
            counts,
        )

    # --- vectors ----------------------------------------------------------------------------------------------------

    def _distinct(self, branches: tuple[str, ...]) -> tuple[Ints, Ints]:
        """One row for each distinct combination of `branches`, and the number of that of each specification."""
        _, first, number = np.unique(self.rows[:, _places(branches)], axis=0, return_index=True, return_inverse=True)
        return self.rows[first], number.reshape(-1)

    def _classified(self, classifier: Classifier, row: Ints) -> Groups:
        option = self.space.option
        return classifier.classify(
            option("boundaries", row).year,
            share_variables(option("measure", row), option("share", row)),
            option("suppressed", row).cells,
            self.space.share_years(row),
            option("persistence", row),
            option("threshold", row).percent,
            option("minimum_count", row).count,
        )

    def _values(self, row: Ints) -> Values:
        option = self.space.option
        return municipal_values(
            self.space.figures,
            option("boundaries", row).year,
            option("outcome", row).kind,
            self.space.variables_of(row),
            option("suppressed", row).cells,
            option("window", row).years,
            option("base", row).year,
        )

    def counts(self, row: Ints) -> Counts:
        """Counts and exposures of a specification within municipalities."""
        option = self.space.option
        return municipal_counts(
            self.space.figures,
            option("boundaries", row).year,
            self.space.variables_of(row),
            option("suppressed", row).cells,
            option("window", row).years,
            option("base", row).year,
        )

    def _weights(self, row: Ints, denominator: Floats, usable: Bools) -> Floats:
        figures, option = self.space.figures, self.space.option
        by = option("weighting", row).by
        if by == "denominator":
            weight = denominator
        elif by == "equal":
            weight = np.ones(len(figures.gm_code))
        else:
            weight = figures.of(
                option("boundaries", row).year, by, option("suppressed", row).cells, option("window", row).years
            ).sum(axis=1)
        left_out = np.isin(figures.gm_code, option("left_out", row).municipalities)
        return np.where(usable & np.isfinite(weight) & ~left_out, weight, 0.0)

    # --- fitting ----------------------------------------------------------------------------------------------------

    def _estimated(self, permutations: Ints, precision: type) -> tuple[Fits, Bools, Floats]:
        """Fits of specifications x permutations, whether on the log scale, and what one is on the scale of the contrast."""
        count = len(self.rows) * len(permutations)
        fits = Fits.empty(count)
        is_log, scale = np.zeros(count, dtype=bool), np.ones(count)
        for places, part, factor in self._fits(permutations, precision):
            fits.put(places, part)
            if factor is not None:
                is_log[places], scale[places] = True, factor
        return fits, is_log, scale

    def _fits(self, permutations: Ints, precision: type) -> Iterator[tuple[Ints, Fits, Floats | None]]:
        """Batches of fits, their places among specifications x permutations and, where on the log scale, their factor."""
        for number, row in enumerate(self.structures):
            members = np.flatnonzero(self._structure == number)
            cluster = self._region(row, self.space.option("cluster", row).by)
            if self.space.option("fixed_effects", row).within == _POISSON:
                yield from self._poisson_fits(members, cluster, permutations)
                continue
            structure = self.structure_of(row, precision)
            for specification, places in _batches(members, len(permutations)):
                group = self._permuted(specification, permutations[places % len(permutations)])
                outcome = self._outcome[specification]
                value, weight = self.value[outcome], self.weight[self._weight[specification]]
                fits = fit_least_squares(structure, value.astype(precision), weight.astype(precision), group, self.minimum)
                yield places, fits.around(self.centre[outcome]), None

    def _poisson_fits(self, members: Ints, cluster: Ints, permutations: Ints) -> Iterator[tuple[Ints, Fits, Floats | None]]:
        windows = np.array([len(self.space.option("window", row).years) for row in self.rows[members]])
        for length in np.unique(windows):
            chosen = members[windows == length]
            used, number = np.unique(self._outcome[chosen], return_inverse=True)
            counts = [self.counts(self.outcomes[each]) for each in used]
            known = np.array([(np.isfinite(each.count) & (each.exposure > 0)).all(axis=1) for each in counts])
            count = np.where(known[:, :, None], [each.count for each in counts], 0.0)
            exposure = np.where(known[:, :, None], [each.exposure for each in counts], 1.0)
            scale = np.array([each.scale for each in counts])
            mine = dict(zip(chosen.tolist(), number.tolist(), strict=True))
            for specification, places in _batches(chosen, len(permutations)):
                which = np.array([mine[each] for each in specification.tolist()])
                group = self._permuted(specification, permutations[places % len(permutations)])
                group[np.broadcast_to((self.weight[self._weight[specification]] == 0) | ~known[which], group.shape)] = MISSING
                fits = fit_poisson(count[which], exposure[which], group, cluster, self.minimum)
                yield places, fits, scale[which]

    def _permuted(self, specification: Ints, permutation: Ints) -> Groups:
        if len(specification) == 1:
            return self.groups[self._treatment[specification[0]]][permutation]
        width = self.groups.shape[1]
        return np.take(self.groups, permutation + self._treatment[specification][:, None] * width)

    def structure_of(self, row: Ints, precision: type = np.float64) -> Structure:
        """The matrices that a specification shares with others."""
        figures, option = self.space.figures, self.space.option
        covariates = option("covariates", row)
        x = np.empty((len(figures.gm_code), 0))
        if covariates.columns:
            x = figures.covariates(option("boundaries", row).year, covariates.columns, covariates.year)
        within = option("fixed_effects", row).within
        regions = self._region(row, "gm_code" if within == _POISSON else within)
        return Structure(x, regions, self._region(row, option("cluster", row).by), precision)

    def _region(self, row: Ints, name: str) -> Ints:
        return self.space.figures.regions[self.space.option("boundaries", row).year, name]


def _batches(members: Ints, permutations: int) -> Iterator[tuple[Ints, Ints]]:
    """Specifications and their places among specifications x permutations, batch by batch.

    Many permutations of one specification are a batch with that one specification, for all its places; few permutations go
    together with those of other specifications, one for each place.
    """
    if permutations >= _MANY:
        for specification in members:
            for first in range(0, permutations, BATCH):
                places = np.arange(first, min(first + BATCH, permutations))
                yield np.array([specification]), specification * permutations + places
        return
    for first in range(0, len(members) * permutations, BATCH):
        work = np.arange(first, min(first + BATCH, len(members) * permutations))
        each = members[work // permutations]
        yield each, each * permutations + work % permutations


def _statistic(fits: Fits) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return fits.estimate / fits.error


def _places(branches: tuple[str, ...]) -> list[int]:
    return [PLACES[branch] for branch in branches]
