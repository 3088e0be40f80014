"""Which contrasts follow from how the figures are made, whatever the teams do: kept apart from the others, always.

A municipality is called active by the share of the help that its team gives. An outcome that counts the team's own help
then differs between the groups by construction, and so does an outcome that is itself the denominator of that share in the same
year. In simulated worlds without any effect such contrasts are nevertheless found, and no permutation test or robust
standard error protects against them: those test chance, not construction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import get_args

from wijkanalyse.config import PARTS, Form
from wijkanalyse.errors import WijkanalyseError

MEANS = ("mean_duration_days",)
"""Measures that are a mean over trajectories: their size says nothing about how many there are."""


@dataclass(frozen=True)
class Verdict:
    """Whether a contrast is mechanical and, in Dutch for the report, why (empty when it is not)."""

    is_mechanical: bool
    reason: str


def is_mechanical(
    *,
    outcome: str,
    per: str | None,
    outcome_years: Collection[int],
    numerator: str,
    denominator: Iterable[str],
    share_years: Collection[int],
) -> Verdict:
    """Judge one combination of an outcome and the share that municipalities are classified by.

    `outcome` and `per` (what the outcome is divided by or weighted with; None for a bare count) are variables of the panel,
    measure and form together (``begun_niet_wijkteam``); a `per` without a form of help (``population_0_22``) counts no help.
    `outcome_years` are all years whose figures are in the outcome, so of a change its base year too. `numerator` and
    `denominator` are the variables of the share, taken over `share_years`.

    Mechanical is an outcome that counts the numerator's help, and a number of trajectories or young people that is in the
    share's denominator of the same year. A ratio or mean within help that the team does not give (its duration, the share of
    its starts from crisis) is not: its size does not move the share. Raises `WijkanalyseError` for an outcome or a share
    without a form.
    """
    team = _leaves(_form(numerator))
    counted = [name for name in (outcome, per) if name is not None and _has_form(name)]
    if not _has_form(outcome):
        raise WijkanalyseError(f"firewall: the outcome {outcome} names no form of help, expected one of {', '.join(_FORMS)}")
    for name in counted:
        if team & _leaves(_form(name)):
            return Verdict(True, "De uitkomst telt de hulp van het wijkteam zelf mee, en daarop zijn de groepen ingedeeld.")
    is_number = not outcome.startswith(MEANS) and len(counted) == 1
    same = sorted(set(outcome_years) & set(share_years))
    whole: frozenset[str] = frozenset().union(*(_leaves(_form(name)) for name in denominator))
    if is_number and same and whole & _leaves(_form(outcome)):
        years = ", ".join(map(str, same))
        return Verdict(
            True,
            f"De uitkomst staat ook in de noemer van het aandeel van hetzelfde jaar ({years}): minder andere hulp geeft "
            "vanzelf een hoger aandeel.",
        )
    return Verdict(False, "")


_FORMS = sorted(get_args(Form), key=len, reverse=True)  # the longest first: wijkteam is also the end of niet_wijkteam


def _has_form(variable: str) -> bool:
    return any(variable.endswith(f"_{form}") for form in _FORMS)


def _form(variable: str) -> str:
    for form in _FORMS:
        if variable.endswith(f"_{form}"):
            return form
    raise WijkanalyseError(f"firewall: {variable} names no form of help, expected one of {', '.join(_FORMS)}")


def _leaves(form: str) -> frozenset[str]:
    """The forms that are no sums of others which `form` consists of."""
    if form not in PARTS:
        return frozenset({form})
    return frozenset(part for part in PARTS[form] if part not in PARTS)
