"""Render with pandoc and Typst where Quarto is not installed.

pandoc reads the filled-in document once (`read`); the checks and both formats work from that reading.
"""

import datetime
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pypandoc
import typst
import yaml

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.rendering import process
from wijkanalyse.report.rendering.checks import plain

PANDOC_SECONDS = 60.0  # a report takes half a second
_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}
# Metadata keys of _quarto.yml that pandoc must not see: they mean something else to it or hold paths for Quarto.
_QUARTO_ONLY = ("project", "format", "filters", "engine", "crossref", "execute")


def versions() -> str:
    """Return the versions of both programs for the colophon, such as ``pandoc 3.9 en Typst 0.15.2``."""
    from importlib.metadata import version

    return f"pandoc {pypandoc.get_pandoc_version()} en Typst {version('typst')}"


def read(folder: Path, text: str) -> dict[str, Any]:
    """Return pandoc's reading of a document, with the settings of `_quarto.yml` under those of its front matter."""
    settings = project_settings(folder)
    metadata = folder / "_metadata.json"
    metadata.write_text(
        json.dumps({key: value for key, value in settings.items() if key not in _QUARTO_ONLY}, default=str),
        encoding="utf-8",
    )
    out = _pandoc(folder, ["--from", "markdown", "--to", "json", "--metadata-file", metadata.name], text)
    tree: dict[str, Any] = json.loads(out)
    return tree


def project_settings(folder: Path) -> dict[str, Any]:
    """Return `_quarto.yml`, or nothing where there is none."""
    path = folder / "_quarto.yml"
    if not path.is_file():
        return {}
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise WijkanalyseError(f"_quarto.yml is not valid YAML: {error}. Correct it there.") from error
    if not isinstance(settings, dict):
        raise WijkanalyseError(f"_quarto.yml holds a {type(settings).__name__}, expected settings as `key: value`.")
    return settings


def known_works(folder: Path, tree: Mapping[str, Any]) -> set[str]:
    """Return the keys of the works in the document's bibliographies."""
    keys: set[str] = set()
    for name in _bibliographies(tree):
        path = folder / name
        if not path.is_file():
            raise WijkanalyseError(f"the bibliography {name} does not exist in the report's folder. Add it there.")
        reader = {".json": "csljson", ".yaml": "markdown", ".yml": "markdown"}.get(path.suffix, "biblatex")
        out = _pandoc(folder, ["--from", reader, "--to", "csljson", name])
        keys |= {work["id"] for work in json.loads(out)}
    return keys


def render(folder: Path, tree: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return the HTML and the PDF of a checked document; `folder` is a copy that may be written to."""
    _prepare(tree["meta"])
    document = json.dumps(tree, ensure_ascii=False)
    with as_file(files(__package__) / "filters") as filters:
        # The template takes our page template as partials, which pandoc looks for beside it.
        shutil.copyfile(filters / "adapter.typst", folder / "adapter.typst")
        # both at once: each waits for pandoc most of the time
        with ThreadPoolExecutor(1) as beside:
            page = beside.submit(_pandoc, folder, [*_common(folder, tree, filters, "html.lua"), *_html(tree)], document)
            code = _pandoc(
                folder,
                [*_common(folder, tree, filters, "typst.lua"), "--to", "typst-citations", "--standalone",
                 # a wrapped line that begins with a number and a full stop would be read as an item of a list
                 "--wrap", "none",
                 "--template", "adapter.typst", "--include-in-header", "_generated/mark.typ"],
                document,
            )  # fmt: skip
            paper = compile_pdf(folder, code)
            html = page.result()
    return html.encode(), paper


def compile_pdf(folder: Path, code: str) -> bytes:
    """Return the tagged PDF (PDF/UA-1) of a Typst document, made with the fonts inside typst-py only."""
    path = folder / "report.typ"
    path.write_text(code, encoding="utf-8")
    try:
        pdf, warnings = typst.compile_with_warnings(
            str(path), root=str(folder), ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"],
            timestamp=int(process.epoch()),
        )  # fmt: skip
    except typst.TypstError as error:
        raise WijkanalyseError(_explain(code, error.diagnostic or str(error))) from error
    if warnings:
        raise WijkanalyseError(_explain(code, "\n".join(str(warning.diagnostic or warning) for warning in warnings)))
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst returned {type(pdf).__name__} for one PDF")
    return pdf


def _explain(code: str, diagnostic: str) -> str:
    """Return Typst's complaint with the line that it is about, which the reader knows better than our line number."""
    line = re.search(r"report\.typ:(\d+)", diagnostic)
    near = f"\nnear: {code.splitlines()[int(line[1]) - 1].strip()[:200]}" if line else ""
    return (
        f"Typst cannot make an accessible PDF of the report: {diagnostic.strip()}{near}\n"
        "Expected: headings that do not skip a level, an alt text for every figure and a header for every table."
    )


def _common(folder: Path, tree: Mapping[str, Any], filters: Path, last: str) -> list[str]:
    """The options of both formats. Order matters: references are resolved before citeproc sees the citations."""
    shared = [folder / "filters" / name for name in ("labels.lua", "notices.lua", "tabs.lua", "claims.lua")]
    own = [filters / name for name in ("conditional.lua", "crossref.lua", last)]
    options = ["--from", "json"]
    for lua in [own[0], *shared, *own[1:]]:
        options += ["--lua-filter", str(lua)]
    if _bibliographies(tree):
        options.append("--citeproc")
    if _flag(tree, "toc"):
        options += ["--toc", "--toc-depth", plain(tree["meta"].get("toc-depth")) or "3"]
    return options


def _html(tree: Mapping[str, Any]) -> Sequence[str]:
    # The contents count from h1, which is the title: one level more than the document asks for.
    depth = int(plain(tree["meta"].get("toc-depth")) or "3")
    return (
        "--to", "html5", "--standalone", "--template", "template.html", "--section-divs", "--mathml", "--wrap", "none",
        "--embed-resources", "--css", "styles.css", "--css", "_generated/mark.css",
        "--include-before-body", "_generated/mark.html", "--toc-depth", str(min(6, depth + 1)),
    )  # fmt: skip


def _prepare(meta: dict[str, Any]) -> None:
    """Bring metadata into the shape that Quarto gives it, so that one template serves both."""
    if "author" in meta:
        authors = meta["author"]["c"] if meta["author"]["t"] == "MetaList" else [meta["author"]]
        meta["by-author"] = {"t": "MetaList", "c": [_author(author) for author in authors]}
        names = [{"t": "MetaString", "c": plain(author["c"]["name"])} for author in meta["by-author"]["c"]]
        meta["author"] = {"t": "MetaList", "c": names}
    if date := plain(meta.get("date")):
        meta["date"] = {"t": "MetaString", "c": _date(date, plain(meta["lang"])[:2])}


def _author(author: dict[str, Any]) -> dict[str, Any]:
    if author["t"] != "MetaMap":
        return _map(name=_map(literal=author), affiliations={"t": "MetaList", "c": []})
    fields = author["c"]
    given = fields.get("affiliations") or fields.get("affiliation") or {"t": "MetaList", "c": []}
    affiliations = given["c"] if given["t"] == "MetaList" else [given]
    name = fields.get("name", {"t": "MetaString", "c": ""})
    return _map(
        name=name if name["t"] == "MetaMap" else _map(literal=name),
        affiliations={
            "t": "MetaList",
            "c": [one if one["t"] == "MetaMap" else _map(name=one) for one in affiliations],
        },
    )


def _map(**content: Any) -> dict[str, Any]:
    return {"t": "MetaMap", "c": content}


def _date(text: str, language: str) -> str:
    """Return ``2026-11-03`` as ``3 november 2026``; any other text as it is."""
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        return text
    return f"{date.day} {_MONTHS[language].split()[date.month - 1]} {date.year}"


def _bibliographies(tree: Mapping[str, Any]) -> list[str]:
    given = tree["meta"].get("bibliography")
    if given is None:
        return []
    return [plain(one) for one in (given["c"] if given["t"] == "MetaList" else [given])]


def _flag(tree: Mapping[str, Any], name: str) -> bool:
    value = tree["meta"].get(name)
    return bool(value and value["c"] is True)


def _pandoc(folder: Path, options: Sequence[str], text: str | None = None) -> str:
    """Run pandoc; a warning counts as a failure, because it means that something is missing from the page."""
    command = [pypandoc.get_pandoc_path(), *options, "--fail-if-warnings"]
    done = process.run(command, folder, PANDOC_SECONDS, stdin=text)
    if done.returncode:
        raise WijkanalyseError(f"pandoc cannot render the report: {done.stderr.strip() or 'it gave no reason'}")
    return done.stdout
