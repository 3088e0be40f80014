"""The Quarto path: with a stand-in that records what it is asked, and with Quarto itself where it is installed."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.rendering import Renderer, find_renderer, render

VARIABLES: dict[str, Any] = {"run": {"mark": "VOORBEELD: verzonnen"}, "a": {"b": 0.5}}
STAND_IN = """#!{python}
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
settings = json.loads((here / "settings.json").read_text())
if sys.argv[1:] == ["--version"]:
    print("1.10.18")
    sys.exit(0)
log = here / "log.jsonl"
name, output = sys.argv[2], sys.argv[4]
record = {{
    "arguments": sys.argv[1:], "epoch": os.environ.get("SOURCE_DATE_EPOCH"), "text": pathlib.Path(name).read_text(),
    "variables": pathlib.Path("_variables.yml").read_text(), "mark": pathlib.Path("_generated/mark.html").read_text(),
}}
with log.open("a") as file:
    file.write(json.dumps(record) + "\\n")
print(settings.get("says", {{}}).get(output, ""), file=sys.stderr)
if settings.get("writes", True):
    if output == "html":
        pathlib.Path(name).with_suffix(".html").write_text("<html><table><thead><tr><th>a</th></tr></thead></table></html>")
    else:
        pathlib.Path(name).with_suffix(".pdf").write_bytes(b"%PDF-1.7 x %%EOF")
sys.exit(settings.get("codes", {{}}).get(output, 0))
"""


@pytest.fixture
def quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put a stand-in for Quarto on the path that says and does what it is given; returns its folder."""

    def install(**settings: Any) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "quarto").write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
        (folder / "quarto").chmod(0o755)
        (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        monkeypatch.setenv("PATH", str(folder))
        return folder

    return install


def test_quarto_is_taken_where_it_is_installed(quarto: Callable[..., Path]) -> None:
    folder = quarto()
    for choice in ("auto", "quarto"):
        assert find_renderer(choice) == Renderer("quarto", "Quarto 1.10.18", str(folder / "quarto"))  # type: ignore[arg-type]
    assert find_renderer("pandoc").name == "pandoc"


def test_without_quarto_pandoc_is_taken_or_the_way_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = find_renderer("auto")
    assert found.name == "pandoc"
    assert found.versions.startswith("pandoc 3.")
    assert " en Typst 0." in found.versions
    with pytest.raises(WijkanalyseError, match="conda-forge quarto"):
        find_renderer("quarto")
    with pytest.raises(WijkanalyseError, match="expected one of auto, quarto, pandoc"):
        find_renderer("word")  # type: ignore[arg-type]


def test_quarto_makes_both_formats_in_turn_from_the_filled_in_text(
    quarto: Callable[..., Path], write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = quarto(says={"html": "Output created: doc.html", "typst": "NOTE: veraPDF not found\nWARN: install verapdf"})
    sources = write("Getal {{< var a.b >}}.\n\n```\n{{< var weg >}}\n```\n\n::: {.callout-note}\nx\n:::")
    html, pdf = tmp_path / "o.html", tmp_path / "o.pdf"
    render(sources, "doc.qmd", html, pdf, VARIABLES, find_renderer("auto"))
    calls = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert [call["arguments"] for call in calls] == [
        ["render", "doc.qmd", "--to", "html"],
        ["render", "doc.qmd", "--to", "typst"],
    ]
    assert all(call["epoch"] for call in calls)
    assert "Getal 0.5." in calls[0]["text"]
    assert "{{{< var weg >}}}" in calls[0]["text"]
    assert yaml.safe_load(calls[0]["variables"])["a"] == {"b": "0.5"}
    assert "VOORBEELD: verzonnen" in calls[0]["mark"]
    assert '<th scope="col">' in html.read_text()  # finished as the adapter's page is
    assert 'class="table-scroll"' in html.read_text()
    assert pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"says": {"html": "WARNING (x.lua:1) Unable to resolve crossref @fig-x"}}, "Unable to resolve crossref @fig-x"),
        ({"says": {"typst": "\x1b[33mWARN: something is off\x1b[39m"}}, "something is off"),
        ({"says": {"html": "[WARNING] Citeproc: citation x not found"}}, "citation x not found"),
        ({"says": {"html": "ERROR: broken"}, "codes": {"html": 1}}, "cannot make the html output of doc.qmd:\nERROR: broken"),
        ({"codes": {"typst": 3}}, "cannot make the typst output"),
        ({"writes": False}, "wrote no doc.html"),
    ],
)  # fmt: skip
def test_warning_or_failure_of_quarto_is_an_error_and_writes_nothing(
    quarto: Callable[..., Path], write: Callable[..., Path], tmp_path: Path, settings: dict[str, Any], expected: str
) -> None:
    quarto(**settings)
    html, pdf = tmp_path / "o.html", tmp_path / "o.pdf"
    with pytest.raises(WijkanalyseError) as error:
        render(write("Tekst."), "doc.qmd", html, pdf, VARIABLES, find_renderer("quarto"))
    assert expected in str(error.value)
    assert not html.exists()
    assert not pdf.exists()


def test_unresolved_reference_is_refused_before_quarto_starts(
    quarto: Callable[..., Path], write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = quarto()
    with pytest.raises(WijkanalyseError, match=r"doc\.qmd:6: found a reference @fig-weg"):
        render(write("@fig-weg"), "doc.qmd", tmp_path / "h", tmp_path / "p", VARIABLES, find_renderer("quarto"))
    assert not (folder / "log.jsonl").exists()


def test_settings_name_files_that_exist(sources: Path) -> None:
    settings = yaml.safe_load((sources / "_quarto.yml").read_text())
    page, paper = settings["format"]["html"], settings["format"]["typst"]
    named = [page["template"], *page["css"], page["include-before-body"], *paper["template-partials"]]
    named += [paper["include-in-header"], *(one["path"] for one in settings["filters"]), settings["bibliography"]]
    missing = [name for name in named if not name.startswith("_generated/") and not (sources / name).is_file()]
    assert missing == []


@pytest.mark.skipif(shutil.which("quarto") is None, reason="Quarto is not installed")
def test_quarto_itself_makes_every_feature(sources: Path, tmp_path: Path, variables: dict[str, Any]) -> None:
    html, pdf = tmp_path / "o.html", tmp_path / "o.pdf"
    render(sources, "all_features.qmd", html, pdf, variables, find_renderer("quarto"))
    page = html.read_text(encoding="utf-8").replace("\u00a0", " ").replace("&nbsp;", " ")
    for text in ("Figuur 1", "Tabel 2", "Waarschuwing", "Jansen e.a. 2020", "Direct naar de inhoud", "VOORBEELDCIJFERS"):
        assert text in page
