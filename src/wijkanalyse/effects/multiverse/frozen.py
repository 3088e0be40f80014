"""What the primary was when it was frozen, found back from its seal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from wijkanalyse.effects.multiverse.declaration import CONTRASTS, ContrastName, Declaration

_MOST = 2


class Changed(NamedTuple):
    """An option of the primary that is not the frozen one; without a contrast it holds for all."""

    contrast: ContrastName | None
    branch: str
    frozen: str


def changed_since_frozen(declaration: Declaration) -> tuple[Changed, ...] | None:
    """Return which options of the primary were others when it was frozen; none if it is unchanged.

    The seal does not hold the options, but of the primaries that differ in one or two options from the present one only the
    frozen one fits it. Returns None when none of them does: more was changed, or what an option means.
    """
    if not declaration.deviation:
        return ()
    others = list(_others(declaration))
    for number in range(1, _MOST + 1):
        for changes in combinations(others, number):
            if _with(declaration, changes).primary_sha256 == declaration.primary.frozen_sha256:
                return changes
    return None


def _others(declaration: Declaration) -> Iterator[Changed]:
    primary = declaration.primary
    for branch, chosen in primary.options.items():
        in_all = set.intersection(*({*declaration.options_of(contrast, branch)} for contrast in CONTRASTS))
        yield from (Changed(None, branch, option) for option in declaration.options(branch) if option in in_all - {chosen})
    for contrast, options in primary.by_contrast.items():
        for branch, chosen in options.items():
            names = declaration.options_of(contrast, branch)
            yield from (Changed(contrast, branch, option) for option in names if option != chosen)


def _with(declaration: Declaration, changes: tuple[Changed, ...]) -> Declaration:
    """The declaration with these options in its primary."""
    options = dict(declaration.primary.options)
    by_contrast = {contrast: dict(chosen) for contrast, chosen in declaration.primary.by_contrast.items()}
    for change in changes:
        (options if change.contrast is None else by_contrast[change.contrast])[change.branch] = change.frozen
    primary = declaration.primary.model_copy(update={"options": options, "by_contrast": by_contrast})
    return declaration.model_copy(update={"primary": primary})
