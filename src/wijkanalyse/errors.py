"""Errors that a person can mend, and the help that goes with them.

Every error of the project that a user can cause is a `WijkanalyseError`: its text says what was found where, what was
expected and what to do. Anything else that is raised is a fault of the project and keeps its traceback.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class WijkanalyseError(Exception):
    """Bad input, a service that does not answer, or a choice that cannot be carried out."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``'; did you mean "x"?'`` for the known word nearest to `word`, or an empty text when none is near."""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{matches[0]}"?' if matches else ""


def listing(items: Iterable[str], limit: int = 12) -> str:
    """Return `items` as one comma-separated text, cut after `limit` with the number left out."""
    texts = [str(item) for item in items]
    rest = len(texts) - limit
    return ", ".join(texts[:limit]) + (f" and {rest} more" if rest > 0 else "")
