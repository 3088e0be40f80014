"""Sums over the rows of a group (cluster, unit, stratum), quickly and whatever the order of the rows."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]


class Groups:
    """Rows by group. `labels` (n,) may be any integers; groups are numbered 0..size-1 in the order of their labels."""

    def __init__(self, labels: npt.NDArray[np.integer]) -> None:
        self.labels, codes = np.unique(labels, return_inverse=True)
        self.codes: IntArray = codes.astype(np.intp)

    @property
    def size(self) -> int:
        """Number of groups."""
        return len(self.labels)

    @cached_property
    def counts(self) -> IntArray:
        """Rows per group, (size,)."""
        return np.bincount(self.codes, minlength=self.size)

    @cached_property
    def _order(self) -> IntArray | None:
        return None if bool((np.diff(self.codes) >= 0).all()) else np.argsort(self.codes, kind="stable")

    @cached_property
    def _starts(self) -> IntArray:
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.intp)

    def sum(self, values: FloatArray) -> FloatArray:
        """Return the sums of `values` (n, ...) per group, (size, ...)."""
        ordered = values if self._order is None else values[self._order]
        return np.add.reduceat(ordered, self._starts, axis=0)

    def products(self, x: FloatArray, weights: FloatArray) -> FloatArray:
        """Return the sums of w x x' per group, (size, k, k), for rows x (n, k) with weights (n,)."""
        if self._order is not None:
            x, weights = x[self._order], weights[self._order]
        weighted, ends = x * weights[:, None], self._starts + self.counts
        sums = np.empty((self.size, x.shape[1], x.shape[1]))
        for group, (start, end) in enumerate(zip(self._starts, ends, strict=True)):
            np.matmul(weighted[start:end].T, x[start:end], out=sums[group])
        return sums

    def max(self, values: FloatArray) -> FloatArray:
        """Return the largest of `values` (n, ...) per group, (size, ...)."""
        ordered = values if self._order is None else values[self._order]
        return np.maximum.reduceat(ordered, self._starts, axis=0)

    def any(self, marks: BoolArray) -> BoolArray:
        """Return per group whether any of its rows is marked, (size,)."""
        return np.bincount(self.codes, weights=marks, minlength=self.size) > 0

    def nested_in(self, others: Groups) -> bool:
        """Whether all rows of each group lie in one group of `others`."""
        first = np.zeros(self.size, dtype=np.intp)
        first[self.codes] = others.codes
        return bool((first[self.codes] == others.codes).all())
