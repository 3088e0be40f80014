"""The report's sources as one text: includes and variables filled in, with the way back to file and line.

Quarto's `{{< var a.b >}}` and `{{< include file.md >}}` are filled in here for both renderers. Quarto could do it itself
(and does when someone calls it by hand), but it only warns of an unknown variable; here that is an error, with its line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wijkanalyse.errors import WijkanalyseError, nearest

_SHORTCODE = re.compile(r"\{\{<\s*(?P<body>.*?)\s*>\}\}")
_LITERAL = re.compile(r"\{(\{\{<.*?>\}\})\}")  # {{{< var x >}}} shows the shortcode itself
_FENCE = re.compile(r"^\s*(?:>\s*)*(`{3,}|~{3,})(.*)$")
_KNOWN = ("var", "include", "pagebreak")
_DEEPEST = 20


@dataclass(frozen=True)
class Line:
    """One line of the filled-in text and where it was written."""

    text: str
    file: str
    number: int
    is_code: bool = False


@dataclass
class Source:
    """A document with everything filled in. `shown_as` is how its folder is named in messages."""

    shown_as: Path
    lines: list[Line] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the filled-in text for pandoc."""
        return "".join(line.text + "\n" for line in self.lines)

    @property
    def text_for_quarto(self) -> str:
        """Return the text with shortcodes in code escaped: Quarto would fill them in there too."""
        return "".join(
            (line.text.replace("{{<", "{{{<").replace(">}}", ">}}}") if line.is_code else line.text) + "\n"
            for line in self.lines
        )

    def where(self, pattern: str) -> str:
        """Return ``file:line: `` of the first line outside code where the regular expression matches, else nothing."""
        found = next((line for line in self.lines if not line.is_code and re.search(pattern, line.text)), None)
        return f"{(self.shown_as / found.file).as_posix()}:{found.number}: " if found else ""


def fill_in(folder: Path, document: str, variables: Mapping[str, Any], shown_as: Path, for_quarto: bool) -> Source:
    """Read `document` in `folder` with its includes, and fill in `variables`.

    Page breaks stay as they are `for_quarto` and become a div for the adapter's filters otherwise.
    """
    source = Source(shown_as)
    _Reader(folder, variables, source, for_quarto).read(document, came_from=())
    return source


def as_text(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return `variables` with every value as text, so that Quarto prints 0.10 as the adapter does."""
    return {
        str(key): as_text(value) if isinstance(value, Mapping) else _value_as_text(value) for key, value in variables.items()
    }


def _value_as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


class _Reader:
    """Reads a document and its includes into one `Source`."""

    def __init__(self, folder: Path, variables: Mapping[str, Any], source: Source, for_quarto: bool) -> None:
        self.folder, self.variables, self.source, self.for_quarto = folder, as_text(variables), source, for_quarto

    def read(self, name: str, came_from: tuple[str, ...]) -> None:
        """Add the lines of `name` (a path in the folder); `came_from` are the files that include it."""
        text = (self.folder / name).read_text(encoding="utf-8-sig")
        fence = ""
        for number, line in enumerate(text.splitlines(), start=1):
            opening = _FENCE.match(line)
            if fence:
                self._add(line, name, number, is_code=True)
                if opening and opening[1].startswith(fence) and not opening[2].strip():
                    fence = ""
            elif opening and not (opening[1][0] == "`" and "`" in opening[2]):
                fence = opening[1]
                self._add(line, name, number, is_code=True)
            else:
                self._read_line(line, name, number, came_from)

    def _add(self, text: str, name: str, number: int, is_code: bool = False) -> None:
        self.source.lines.append(Line(text, name, number, is_code))

    def _read_line(self, line: str, name: str, number: int, came_from: tuple[str, ...]) -> None:
        literals = [match[1] for match in _LITERAL.finditer(line)]
        places = iter(range(len(literals)))
        hidden = _LITERAL.sub(lambda match: f"\0{next(places)}\0", line)
        alone = _SHORTCODE.fullmatch(hidden.strip())
        if alone and alone["body"].split()[:1] == ["include"]:
            self._include(alone["body"], name, number, came_from)
            return
        if alone and alone["body"] == "pagebreak":
            # One line for one line, so that every later line keeps its number.
            self._add(line if self.for_quarto else "<div class='shortcode-pagebreak'></div>", name, number)
            return
        filled = _SHORTCODE.sub(lambda match: self._inline(match["body"], name, number), hidden)
        if "{{<" in _SHORTCODE.sub("", hidden):
            raise self._error(name, number, f"a shortcode that does not end: {line.strip()}", "Close it with >}}.")
        for i, literal in enumerate(literals):
            filled = filled.replace(f"\0{i}\0", f"{{{literal}}}" if self.for_quarto else literal)
        self._add(filled, name, number)

    def _inline(self, body: str, name: str, number: int) -> str:
        word, *rest = body.split()[:2] or [""]
        if word == "var":
            return self._variable(rest[0] if rest else "", name, number)
        if word in ("include", "pagebreak"):
            raise self._error(
                name, number, f"{{{{< {body} >}}}} in the middle of a line", "It must stand on a line of its own."
            )
        raise self._error(
            name, number, f'an unknown shortcode "{word}"', f"Known are {', '.join(_KNOWN)}{nearest(word, _KNOWN)}."
        )

    def _variable(self, key: str, name: str, number: int) -> str:
        value: Any = self.variables
        for depth, part in enumerate(key.split(".")):
            known = list(value) if isinstance(value, Mapping) else []
            if part not in known:
                above = ".".join(key.split(".")[:depth])
                inside = f'under "{above}"' if above else "at the top level"
                raise self._error(
                    name, number, f'an unknown variable "{key}": there is no "{part}" {inside}',
                    f"Use a variable of _variables.yml{nearest(part, known)}.",
                )  # fmt: skip
            value = value[part]
        if isinstance(value, Mapping) or value is None:
            found = f"a group of {len(value)} values" if value is not None else "empty (null)"
            raise self._error(name, number, f'variable "{key}", which is {found}', "Name a single value, such as a.b.")
        return str(value)

    def _include(self, body: str, name: str, number: int, came_from: tuple[str, ...]) -> None:
        wanted = body.removeprefix("include").strip().strip("\"'")
        base = self.folder if wanted.startswith("/") else (self.folder / name).parent
        path = (base / wanted.lstrip("/")).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            raise self._error(
                name, number, f"an include of {wanted}, which does not exist in the report's folder",
                "Correct the path (relative to this file) or run the step that writes the file.",
            )  # fmt: skip
        included = path.relative_to(self.folder.resolve()).as_posix()
        chain = (*came_from, name)
        if included in chain or len(chain) > _DEEPEST:
            raise self._error(
                name, number, f"an include of {wanted} that includes itself ({' > '.join([*chain, included])})",
                "Break the circle.",
            )  # fmt: skip
        self.read(included, chain)

    def _error(self, name: str, number: int, found: str, to_do: str) -> WijkanalyseError:
        return WijkanalyseError(f"{(self.source.shown_as / name).as_posix()}:{number}: found {found}. {to_do}")
