"""Why there is no number: the messages of the models in words for the report."""

from __future__ import annotations

import re

from wijkanalyse.report.language import Words

_PATTERNS = {
    "no_figures": "no municipality has the figures",
    "few_became_active": r"(\d+) municipalities became active: too few.*",
    "small_group": r"(\d+) municipalities in a group are too few.*",
    "few_others": r"(\d+) controls are too few.*",
    "few_in_either": r"(\d+) active and (\d+) other municipalities.*",
    "no_overlap": r"the covariates .*|the mean of the active .*|the means of the active .*|no weights .*",
    "too_few": r"(no rows|one cluster|too few clusters in a group): .*",
    "no_variation": r"(no variation|rank deficient|all zero|all one|separation|no convergence): .*",
}
_WORDS = Words(
    {
        "no_figures": "geen gemeente heeft de cijfers",
        "few_became_active": "maar {0} gemeenten werden actief",
        "small_group": "maar {0} gemeenten in een van de groepen",
        "few_others": "maar {0} gemeenten om mee te vergelijken",
        "few_in_either": "{0} actieve en {1} andere gemeenten met cijfers",
        "no_overlap": "de achtergrond van de groepen verschilt te veel",
        "too_few": "te weinig gemeenten",
        "no_variation": "de cijfers laten deze schatting niet toe",
    }
)


def reason_in_words(reason: str) -> str:
    """Return why something was not estimated; a message without words of its own is shown as it is, as code."""
    for code, pattern in _PATTERNS.items():
        if found := re.fullmatch(pattern, reason, re.DOTALL):
            return _WORDS[code].format(*found.groups())
    return f"`{reason}`"
