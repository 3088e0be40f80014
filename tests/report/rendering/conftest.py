"""A folder of sources as the report has it, with documents that use every feature."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wijkanalyse.report.rendering import Renderer, adapter, find_renderer, render

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MARK = "VOORBEELDCIJFERS: verzonnen cijfers, niet van CBS"
STYLING = ("_quarto.yml", "styles.css", "template.html", "typst-template.typ", "typst-show.typ")
VARIABLES: dict[str, Any] = {
    "run": {"mark": MARK, "gemeenten": 34},
    "cijfers": {"daling": {"tekst": "-10,0"}, "leeg": "", "niets": None},
}


def copy_sources(to: Path) -> Path:
    """The report's own styling with the fixture documents instead of the report's text."""
    to.mkdir(parents=True)
    for name in STYLING:
        shutil.copy(ROOT / "reports" / name, to / name)
    shutil.copytree(ROOT / "reports" / "filters", to / "filters")
    return shutil.copytree(HERE / "fixtures", to, dirs_exist_ok=True)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return copy_sources(tmp_path / "reports")


@pytest.fixture
def write(sources: Path) -> Callable[..., Path]:
    """Write a document with a valid front matter and return its folder."""

    def write_document(text: str, name: str = "doc.qmd", lang: str = "nl") -> Path:
        (sources / name).write_text(f"---\ntitle: Test\nlang: {lang}\n---\n\n{text}\n", encoding="utf-8")
        return sources

    return write_document


@pytest.fixture
def make(sources: Path, tmp_path: Path) -> Callable[..., tuple[str, Path]]:
    """Render a document of the sources with pandoc; returns the HTML text and the path of the PDF."""

    def make_document(document: str = "doc.qmd", variables: dict[str, Any] | None = None) -> tuple[str, Path]:
        html, pdf = tmp_path / "out.html", tmp_path / "out.pdf"
        render(sources, document, html, pdf, VARIABLES if variables is None else variables, find_renderer("pandoc"))
        return html.read_text(encoding="utf-8"), pdf

    return make_document


class Made:
    """What the adapter made of one document."""

    def __init__(self, folder: Path, document: str) -> None:
        sources = copy_sources(folder / "reports")
        kept: list[str] = []
        original = adapter.compile_pdf

        def keep(where: Path, code: str) -> bytes:
            kept.append(code)
            return original(where, code)

        patch = pytest.MonkeyPatch()
        patch.setattr(adapter, "compile_pdf", keep)
        html, self.pdf = folder / "out.html", folder / "out.pdf"
        render(sources, document, html, self.pdf, VARIABLES, Renderer("pandoc", ""))
        patch.undo()
        self.html, self.typst = html.read_text(encoding="utf-8"), kept[0]


@pytest.fixture
def variables() -> dict[str, Any]:
    return VARIABLES


@pytest.fixture(scope="session")
def dutch(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("dutch"), "all_features.qmd")


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("english"), "english.qmd")
