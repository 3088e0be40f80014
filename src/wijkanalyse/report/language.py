"""The languages of the report: the code says it in Dutch, a catalogue says it again in English.

    with speaking("en"):
        tr("{n} gemeenten", n=12)     # "12 municipalities"

The catalogue is `report/english/*.yaml`: the Dutch text as it stands in the code (or in config/estimands.yaml,
config/multiverse.yaml and the coded evidence), and its translation. What has no translation stays Dutch, so that a question
that a researcher adds appears in both reports; a test holds that everything the project itself says is translated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import yaml

Language = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")

_SPOKEN: ContextVar[Language] = ContextVar("language", default="nl")


def spoken() -> Language:
    """The language that is spoken now; Dutch unless said otherwise."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak `language` within the block: words and numbers are written in it."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def tr(text: str, **values: object) -> str:
    """Return the Dutch `text` in the language that is spoken, with `values` put in its ``{places}``."""
    said = text if spoken() == "nl" else catalogue().get(text, text)
    return said.format(**values) if values else said


class Words(Mapping[str, str]):
    """Names in the code and their Dutch words, read in the language that is spoken."""

    def __init__(self, dutch: Mapping[str, str]) -> None:
        self.dutch: Final = dict(dutch)

    def __getitem__(self, key: str) -> str:
        """The word for `key`; `KeyError` when there is none."""
        return tr(self.dutch[key])

    def __iter__(self) -> Iterator[str]:
        """The names, in the order in which they were given."""
        return iter(self.dutch)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self.dutch)


@cache
def catalogue() -> dict[str, str]:
    """Return every Dutch text with its English one; `ValueError` for a text that two files translate differently."""
    together: dict[str, str] = {}
    for path in sorted(files(__package__).joinpath("english").iterdir(), key=lambda each: each.name):
        if not path.name.endswith(".yaml"):
            continue
        for dutch, english in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if together.setdefault(dutch, english) != english:
                raise ValueError(f"{path.name}: {dutch!r} is {english!r} here and {together[dutch]!r} in another file")
    return together
