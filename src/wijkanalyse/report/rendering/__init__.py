"""Make the report, HTML and PDF, from one `.qmd`: with Quarto where it is installed, else with pandoc and Typst.

    renderer = find_renderer("auto")
    render(Path("reports"), "wijkteams.qmd", html, pdf, variables, renderer)

Both renderers share everything that shapes a page: `template.html` and `styles.css`, `typst-template.typ` and
`typst-show.typ`, and the filters in `reports/filters`. The adapter adds what Quarto has of its own: cross references,
conditional content, alt texts (`filters/` here). What is refused is decided before either starts (`checks.py`).
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.rendering import adapter, mark, quarto
from wijkanalyse.report.rendering.checks import check as check_document
from wijkanalyse.report.rendering.checks import plain
from wijkanalyse.report.rendering.finish import check_html, check_pdf, finish_html
from wijkanalyse.report.rendering.sources import as_text, fill_in

__all__ = ["Renderer", "find_renderer", "render"]


@dataclass(frozen=True)
class Renderer:
    """A way to make the report. `versions` is for the colophon: ``Quarto 1.10.18``."""

    name: Literal["quarto", "pandoc"]
    versions: str
    executable: str | None = None


def find_renderer(choice: Literal["auto", "quarto", "pandoc"] = "auto") -> Renderer:
    """Return the renderer to use: `auto` takes Quarto when it is on the path.

    Raises `WijkanalyseError` for the choice "quarto" where Quarto is not installed.
    """
    if choice not in ("auto", "quarto", "pandoc"):
        raise WijkanalyseError(f'found renderer "{choice}", expected one of auto, quarto, pandoc.')
    executable = shutil.which("quarto") if choice != "pandoc" else None
    if executable:
        return Renderer("quarto", f"Quarto {quarto.version(executable)}", executable)
    if choice == "quarto":
        raise WijkanalyseError(f"the renderer is set to quarto, but there is no `quarto` on the path. {quarto.INSTALL}")
    return Renderer("pandoc", adapter.versions())


def render(
    sources: Path,
    document: str,
    html: Path,
    pdf: Path,
    variables: Mapping[str, Any],
    renderer: Renderer,
    made: Mapping[str, str] | None = None,
    check: Callable[[str], None] = lambda page: None,
) -> None:
    """Render `document` (a file in `sources`) to `html` and `pdf`.

    `made` are more sources, text by name in that folder; `check` may refuse the finished page by raising.

    Works in a temporary copy of `sources`, with `_variables.yml` and the mark (`run.mark`) written from `variables`. Both
    files are put in place when both are right; after a failure the old ones still stand. The same input gives the same
    bytes. Raises `WijkanalyseError` for anything in the document that does not resolve, with its file and line.
    """
    if not (sources / document).is_file():
        raise WijkanalyseError(f"there is no {document} in {sources}. Expected the text of the report there.")
    with tempfile.TemporaryDirectory(prefix="wijkanalyse-report-") as temporary:
        folder = Path(temporary).resolve() / "report"
        _copy(sources, folder, leave_out=(html, pdf))
        for name, content in (made or {}).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        text = yaml.safe_dump(as_text(variables), allow_unicode=True, sort_keys=False)
        (folder / "_variables.yml").write_text(text, encoding="utf-8")

        source = fill_in(folder, document, variables, sources, for_quarto=False)
        tree = adapter.read(folder, source.text)
        check_document(tree, source, folder, adapter.known_works(folder, tree))
        language = plain(tree["meta"].get("lang"))
        mark.write(folder / "_generated", variables.get(language[:2], variables))
        if renderer.name == "quarto":
            assert renderer.executable is not None
            for_quarto = fill_in(folder, document, variables, sources, for_quarto=True)
            (folder / document).write_text(for_quarto.text_for_quarto, encoding="utf-8")
            page, paper = quarto.render(renderer.executable, folder, document)
        else:
            page, paper = adapter.render(folder, tree)
        page = finish_html(page, language)
        check_html(page)
        check(page.decode("utf-8"))
        check_pdf(paper)
    _publish({html: page, pdf: paper})


def _copy(sources: Path, folder: Path, leave_out: tuple[Path, ...]) -> None:
    """Copy the sources without earlier output, which may lie among them, and without Quarto's own scratch files."""
    outputs = {path.resolve() for path in leave_out}

    def ignore(directory: str, names: list[str]) -> set[str]:
        return {
            name
            for name in names
            if name in (".quarto", "_site", "_variables.yml") or (Path(directory) / name).resolve() in outputs
        }

    shutil.copytree(sources, folder, ignore=ignore)


def _publish(results: Mapping[Path, bytes]) -> None:
    """Write every file beside its place first, then move them in: no reader ever sees a half file."""
    written: list[tuple[Path, Path]] = []
    try:
        for path, content in results.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.{os.getpid()}.new")
            written.append((beside, path))
            beside.write_bytes(content)
        for beside, path in written:
            os.replace(beside, path)  # noqa: PTH105 (atomic on every platform)
    finally:
        for beside, _ in written:
            beside.unlink(missing_ok=True)
