"""The admissible specifications of a contrast: counted, drawn by lot, and their neighbours.

A specification is a row of option numbers, one per branch (`BRANCHES`). Its name is a hash of the options' names, and the same
hash decides by lot whether it is computed: what is drawn does not depend on which other options exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wijkanalyse.effects.multiverse.declaration import BRANCHES, PLACES, ContrastName, Declaration
from wijkanalyse.effects.multiverse.figures import Bools, Figures, Ints, one_side
from wijkanalyse.effects.multiverse.outcomes import Variables, Years, outcome_variables
from wijkanalyse.effects.multiverse.treatments import history, share_variables

Hashes = NDArray[np.uint64]

_TIME = ("window", "base", "timing", "persistence")
_SHARE = ("measure", "share")
_OUTCOME = ("outcome", "per", "help")
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Space:
    """All specifications of one contrast on the figures of one run."""

    declaration: Declaration
    contrast: ContrastName
    figures: Figures

    @cached_property
    def names(self) -> dict[str, list[str]]:
        """The options of every branch that apply to the contrast; of the boundaries those that there is a panel of."""
        names = {branch: self.declaration.options_of(self.contrast, branch) for branch in BRANCHES}
        panels = {boundaries for boundaries, _ in self.figures.arrays}
        boundaries = self.declaration.branches.boundaries.options
        return names | {"boundaries": [name for name in names["boundaries"] if boundaries[name].year in panels]}

    @cached_property
    def options(self) -> dict[str, list[Any]]:
        """What they mean."""
        return {branch: [self.declaration.options(branch)[name] for name in names] for branch, names in self.names.items()}

    def option(self, branch: str, row: Ints) -> Any:
        """The option that a specification takes in a branch."""
        return self.options[branch][row[PLACES[branch]]]

    # --- which are admissible ---------------------------------------------------------------------------------------

    def outcome_years(self, window: int, base: int) -> Years | None:
        """The years of an outcome, its base year first; none where they make no sense or cross the break."""
        years: Years = self.options["window"][window].years
        since = self.options["base"][base].year
        if since is not None:
            if since >= years[0]:
                return None
            years = (since, *years)
        return years if one_side(years) and set(years) <= set(self.figures.years) else None

    def share_years(self, row: Ints) -> Years:
        """The years of the share of a specification."""
        years = self.outcome_years(row[PLACES["window"]], row[PLACES["base"]])
        assert years is not None, "only admissible specifications have share years"
        found: Years = self.option("timing", row).share_years(years)
        return found

    @cached_property
    def _times(self) -> list[tuple[tuple[int, ...], Years, Years]]:
        """Admissible (window, base, timing, persistence), the years of the outcome and those of the share."""
        found: list[tuple[tuple[int, ...], Years, Years]] = []
        windows, bases = range(len(self.names["window"])), range(len(self.names["base"]))
        for window, base in product(windows, bases):
            years = self.outcome_years(window, base)
            if years is None:
                continue
            seen: set[Years] = set()
            for timing, option in enumerate(self.options["timing"]):
                share = option.share_years(years)
                # an absolute span, like every other, is taken before the outcome or within it
                fits = share and one_side(share) and set(share) <= set(self.figures.years) and share[-1] <= years[-1]
                if option.anchor == "absolute":
                    fits = fits and share[-1] < years[0]
                if not fits or share in seen:
                    continue
                seen.add(share)
                for persistence, how in enumerate(self.options["persistence"]):
                    is_new = {
                        "together": True,
                        "every_year": len(share) > 1,
                        "hysteresis": len(history(self.figures, share[-1])) > 1,
                    }[how.rule]
                    if is_new:
                        found.append(((window, base, timing, persistence), years, share))
        return found

    def variables(self, outcome: int, per: int, help_: int) -> Variables:
        """The variables of an outcome."""
        options = self.options
        return outcome_variables(options["outcome"][outcome], options["per"][per], options["help"][help_], self._known)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(name for _, name in self.figures.arrays)

    def variables_of(self, row: Ints) -> Variables:
        """The variables of the outcome of a specification."""
        outcome, per, help_ = (int(row[PLACES[branch]]) for branch in _OUTCOME)
        return self.variables(outcome, per, help_)

    @cached_property
    def _table(self) -> tuple[Ints, Ints, Bools, Ints, Bools]:
        """Place of each time combination (-1: none), and which share and outcome has figures at which time."""
        shape = [len(self.names[branch]) for branch in _TIME]
        place = np.full(shape, -1, dtype=np.int64)
        for number, (codes, _, _) in enumerate(self._times):
            place[codes] = number
        # boundaries other than the run's have the same tables
        share_place = np.arange(self._size(_SHARE)).reshape([len(self.names[branch]) for branch in _SHARE])
        outcome_place = np.arange(self._size(_OUTCOME)).reshape([len(self.names[branch]) for branch in _OUTCOME])
        published = self.figures.published
        has_share = np.zeros((len(self._times), share_place.size), dtype=bool)
        has_outcome = np.zeros((len(self._times), outcome_place.size), dtype=bool)
        for (measure, share), number in _cells(share_place):
            numerator, denominator = share_variables(self.options["measure"][measure], self.options["share"][share])
            for at, (_, _, years) in enumerate(self._times):
                has_share[at, number] = all(
                    (None, name, year) in published for name in (numerator, *denominator) for year in years
                )
        for (outcome, per, help_), number in _cells(outcome_place):
            needed = [name for name in vars(self.variables(outcome, per, help_)).values() if name]
            for at, (_, years, _) in enumerate(self._times):
                has_outcome[at, number] = all((None, name, year) in published for name in needed for year in years)
        return place, share_place, has_share, outcome_place, has_outcome

    def is_admissible(self, rows: Ints) -> Bools:
        """Which of the specifications (n x branches) make sense and have figures."""
        place, share_place, has_share, outcome_place, has_outcome = self._table

        def at(branches: tuple[str, ...]) -> tuple[Ints, ...]:
            return tuple(rows[:, PLACES[branch]] for branch in branches)

        time = place[at(_TIME)]
        good = (time >= 0) & has_share[time, share_place[at(_SHARE)]] & has_outcome[time, outcome_place[at(_OUTCOME)]]
        for exclusion in self.declaration.exclude:
            hit = np.ones(len(rows), dtype=bool)
            for branch, names in exclusion.when.items():
                hit &= np.isin(self.names[branch], names)[rows[:, PLACES[branch]]]
            good &= ~hit
        return good

    def _size(self, branches: tuple[str, ...]) -> int:
        return int(np.prod([len(self.names[branch]) for branch in branches], dtype=np.int64))

    # --- which are computed -----------------------------------------------------------------------------------------

    @cached_property
    def _free(self) -> tuple[str, ...]:
        """Branches that hang together with no other: every option goes with every specification."""
        bound = {*_TIME, *_SHARE, *_OUTCOME, *(branch for exclusion in self.declaration.exclude for branch in exclusion.when)}
        return tuple(branch for branch in BRANCHES if branch not in bound)

    @cached_property
    def _bound_rows(self) -> Ints:
        """The admissible combinations of the other branches (the free ones at their first option)."""
        _, share_place, has_share, outcome_place, has_outcome = self._table
        rest = [branch for branch in BRANCHES if branch not in (*_TIME, *_SHARE, *_OUTCOME, *self._free)]
        times = np.array([codes for codes, _, _ in self._times], dtype=np.int64).reshape(-1, len(_TIME))
        others = np.array(list(product(*(range(len(self.names[branch])) for branch in rest))), dtype=np.int64)
        kept = []
        for (share, s), (outcome, o) in product(_cells(share_place), _cells(outcome_place)):
            fitting = times[has_share[:, s] & has_outcome[:, o]]
            rows = np.zeros((len(fitting) * len(others), len(BRANCHES)), dtype=np.int64)
            rows[:, _places(_TIME)] = np.repeat(fitting, len(others), axis=0)
            rows[:, _places(_SHARE)], rows[:, _places(_OUTCOME)] = share, outcome
            rows[:, _places(tuple(rest))] = np.tile(others, (len(fitting), 1))
            kept.append(rows[self.is_admissible(rows)])
        return np.concatenate(kept)

    @property
    def size(self) -> int:
        """How many specifications are admissible."""
        return len(self._bound_rows) * self._size(self._free)

    def hashes(self, rows: Ints) -> Hashes:
        """A number for each specification that depends on the names of its options alone."""
        return _mixed(self._sums(rows, BRANCHES))

    def draw(self) -> Ints:
        """The specifications that are computed: those that the lot falls on, and those with a name; ordered by hash."""
        free = np.array(list(product(*(range(len(self.names[branch])) for branch in self._free))), dtype=np.int64)
        places = _places(self._free)
        other = np.zeros((len(free), len(BRANCHES)), dtype=np.int64)
        other[:, places] = free
        ends = self._sums(other, self._free)
        starts = self._sums(self._bound_rows, tuple(branch for branch in BRANCHES if branch not in self._free))
        one_in = self.declaration.contrasts[self.contrast].draw_one_in
        limit = np.uint64((1 << 64) // one_in - 1)
        # another seed is another lot
        starts += _number(f"seed={self.declaration.seed}")
        drawn = [self.named_rows()]
        step = max(1, _BLOCK // len(free))
        for first in range(0, len(starts), step):
            lots = _mixed(starts[first : first + step, None] + ends[None, :])
            bound, place = np.nonzero(lots <= limit)
            rows = self._bound_rows[first + bound]
            rows[:, places] = free[place]
            drawn.append(rows)
        rows = np.unique(np.concatenate(drawn), axis=0)
        return rows[np.argsort(self.hashes(rows), kind="stable")]

    def named_rows(self) -> Ints:
        """The primary and the other readings that have a name, in the order of the declaration."""
        named = [each.of(self.contrast) for each in self.declaration.named.values()]
        return np.array([[self.names[branch].index(each[branch]) for branch in BRANCHES] for each in named], dtype=np.int64)

    def neighbours(self, rows: Ints) -> tuple[Ints, Ints, Ints]:
        """All admissible specifications that differ from one of `rows` in one branch, with the row and the branch."""
        found, origin, changed = [], [], []
        for place, branch in enumerate(BRANCHES):
            for option in range(len(self.names[branch])):
                other = rows.copy()
                other[:, place] = option
                keep = np.flatnonzero((rows[:, place] != option) & self.is_admissible(other))
                found.append(other[keep])
                origin.append(keep)
                changed.append(np.full(len(keep), place))
        return np.concatenate(found), np.concatenate(origin), np.concatenate(changed)

    def _sums(self, rows: Ints, branches: tuple[str, ...]) -> Hashes:
        total = np.full(len(rows), _number(self.contrast))
        for branch in branches:
            numbers = np.array([_number(f"{branch}={name}") for name in self.names[branch]], dtype=np.uint64)
            total += numbers[rows[:, PLACES[branch]]]
        # each part of a sum brings the contrast along; the whole has it once
        return total if branches != self._free else total - _number(self.contrast)


def _number(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))


def _mixed(values: Hashes) -> Hashes:
    """Spread sums of hashes evenly over 64 bits (the finaliser of SplitMix64; Steele, Lea and Flood 2014)."""
    mixed = values ^ (values >> np.uint64(30))
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _places(branches: tuple[str, ...]) -> list[int]:
    return [PLACES[branch] for branch in branches]


def _cells(places: Ints) -> Iterator[tuple[tuple[int, ...], int]]:
    """The combinations of a table with their number."""
    return ((codes, int(number)) for codes, number in np.ndenumerate(places))
