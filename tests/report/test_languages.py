"""Two languages, one report: the same claims, pieces and sections in the same order, and nothing left untranslated."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml

import wijkanalyse
from wijkanalyse.effects.estimands import read_estimands
from wijkanalyse.effects.multiverse.declaration import BRANCHES, read_declaration
from wijkanalyse.report.language import catalogue
from wijkanalyse.report.numerals import typed_numerals

PACKAGE = Path(wijkanalyse.__file__).parent
ROOT = PACKAGE.parents[1]
REPORTS = ROOT / "reports"
DUTCH, ENGLISH = "wijkteams.qmd", "wijkteams.en.qmd"

# --- the two documents -----------------------------------------------------------------------------------------------------

_HEADING = re.compile(r"^#+ .*?(?:\{(?P<attributes>[^}]*)\})?\s*$")
_CALLED = re.compile(r"\{\{<\s*(?P<what>var|include|pagebreak)\s*(?P<name>\S*?)\s*>\}\}|@(?P<key>[a-z][\w-]*\w)")

Section = tuple[str, list[tuple[str, str]]]


def sections(document: str) -> list[Section]:
    """The sections of a document: the attributes of their heading, and what they call, in order, without the language."""
    found: list[Section] = [("", [])]
    for line in _lines(REPORTS / document):
        if heading := _HEADING.match(line):
            found.append((heading["attributes"] or "", []))
        for called in _CALLED.finditer(line):
            if called["key"]:
                found[-1][1].append(("@", called["key"]))
            else:
                name = re.sub(r"^en\.|(?<=_generated/)(nl|en)(?=/)", "", called["name"])
                found[-1][1].append((called["what"], name))
    return found


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        included = re.fullmatch(r"\{\{<\s*include\s+((?:nl|en)/\S+)\s*>\}\}", line.strip())
        if included:
            yield from _lines(REPORTS / included[1])
        else:
            yield line


def test_both_documents_have_the_same_sections() -> None:
    assert [name for name, _ in sections(DUTCH)] == [name for name, _ in sections(ENGLISH)]


def test_every_section_calls_the_same_claims_and_pieces_in_the_same_order() -> None:
    for (name, dutch), (_, english) in zip(sections(DUTCH), sections(ENGLISH), strict=True):
        # word order differs, so a reference may stand elsewhere in its section; a number or a piece may not
        assert [call for call in dutch if call[0] != "@"] == [call for call in english if call[0] != "@"], name
        assert sorted(call for call in dutch if call[0] == "@") == sorted(call for call in english if call[0] == "@"), name


def test_each_document_calls_claims_and_pieces_of_its_own_language() -> None:
    shared = "colophon."
    for path in sorted((REPORTS / "en").glob("*.qmd")):
        text = path.read_text(encoding="utf-8")
        foreign = [name for name in re.findall(r"<\s*var\s+(\S+)", text) if not name.startswith(("en.", shared))]
        assert not foreign, path.name
        assert "_generated/nl/" not in text, path.name
    for path in sorted((REPORTS / "nl").glob("*.qmd")):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"<\s*var\s+en\.", text), path.name
        assert "_generated/en/" not in text, path.name


def test_the_texts_have_a_counterpart_and_no_typed_number() -> None:
    names = {language: sorted(path.name for path in (REPORTS / language).glob("_*.qmd")) for language in ("nl", "en")}
    assert names["nl"] == names["en"]
    for path in [REPORTS / DUTCH, REPORTS / ENGLISH, *REPORTS.glob("??/_*.qmd")]:
        assert not typed_numerals(path.read_text(encoding="utf-8")), path


def test_what_must_not_be_missed_stands_beside_the_headline() -> None:
    """Who reads one page only reads these too: the warning, the picture, and that municipalities are not young people."""
    for language in ("nl", "en"):
        text = (REPORTS / language / "_kort.qmd").read_text(encoding="utf-8")
        order = [text.index(mark) for mark in ("tbl_published.md", ".callout-important", "says.primary", "multiverse.svg")]
        assert order == sorted(order)
        assert {"nl": "hoeft niet voor jongeren te gelden", "en": "need not hold for young people"}[language] in " ".join(
            text.split()
        )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_plain_summary_has_short_sentences(language: str) -> None:
    text = (REPORTS / language / "_gewone_taal.qmd").read_text(encoding="utf-8")
    prose = re.sub(r"\{\{<.*?>\}\}", "x", text.split("\n", 1)[1])
    assert 150 <= len(prose.split()) <= 260
    longest = max((len(sentence.split()), sentence) for sentence in re.split(r"[.?!:]\s", " ".join(prose.split())))
    assert longest[0] <= 18, longest
    jargon = "significant|mechanis|interval|multivers|specificat|outcome|uitkomst|indeling"
    assert not re.search(jargon, prose, re.I)


# --- the catalogue ---------------------------------------------------------------------------------------------------------


def _has_words(text: str) -> bool:
    return re.search(r"[^\W\d_]", text) is not None


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be: a literal, or either side of ``a if x else b``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _trees(*rooms: str) -> Iterator[tuple[str, ast.AST]]:
    for room in rooms:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            if "municipal" not in path.parts:  # the page per municipality is in Dutch only
                yield f"{path.relative_to(PACKAGE)}", ast.parse(path.read_text(encoding="utf-8"))


def said() -> dict[str, str]:
    """Every text that the report says through ``tr("...")`` or ``Words({...})``, and where."""
    texts: dict[str, str] = {}
    for where, tree in _trees("report"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            arguments: list[ast.expr] = []
            if name == "tr":
                arguments = [node.args[0]]
            elif name == "Words" and isinstance(node.args[0], ast.Dict):
                arguments = node.args[0].values
            for argument in arguments:
                texts |= {text: where for text in _texts(argument) if _has_words(text)}
    return texts


def configured() -> set[str]:
    """The texts of the configuration that the report prints: a researcher adds to these, and the project translates its own."""
    estimands = read_estimands(ROOT / "config" / "estimands.yaml")
    declaration = read_declaration(ROOT / "config" / "multiverse.yaml")
    texts = {text for one in estimands.estimands for text in (one.label, one.question, one.is_not)}
    texts |= {covariate.label for covariate in estimands.baseline.covariates.values()}
    for branch in BRANCHES:
        texts.add(getattr(declaration.branches, branch).label)
        texts |= {option.label for option in declaration.options(branch).values()}
    return texts | {named.label for named in declaration.named.values()}


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from _leaves(part)


def reachable() -> set[str]:
    """Every text that could come by: literals of the code, the configuration, and cells of the hand-coded evidence."""
    literals = {
        node.value
        for _, tree in _trees("report", "synthesis", "evidence", "statline")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for name in ("estimands", "multiverse"):
        literals |= set(_leaves(yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text(encoding="utf-8"))))
    for path in (ROOT / "data" / "raw" / "evidence").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            literals |= {cell for row in csv.reader(file) for cell in row}
    return literals


def _places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _listed(texts: Iterable[str]) -> str:
    return "\n" + "\n".join(sorted(texts))


def test_everything_that_is_said_has_an_english_text() -> None:
    missing = [f"{where}: {text!r}" for text, where in said().items() if text not in catalogue()]
    assert not missing, _listed(missing)


def test_the_questions_and_choices_of_the_project_have_an_english_text() -> None:
    missing = {text for text in configured() if _has_words(text)} - set(catalogue())
    assert not missing, _listed(missing)


def test_a_translation_fills_in_the_same_places() -> None:
    different = [dutch for dutch, english in catalogue().items() if _places(dutch) != _places(english)]
    assert not different, _listed(different)


def test_nothing_is_translated_that_is_never_said() -> None:
    unused = set(catalogue()) - set(said()) - reachable()
    assert not unused, _listed(unused)


def test_a_translation_keeps_the_spaces_and_the_full_stop_at_its_ends() -> None:
    def ends(text: str) -> tuple[bool, bool, bool]:
        return text[:1].isspace(), text[-1:].isspace(), text.rstrip().endswith(".")

    different = [dutch for dutch, english in catalogue().items() if ends(dutch) != ends(english)]
    assert not different, _listed(different)
