"""What is refused, in words that name the place; and that a failure leaves the old report standing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.rendering import Renderer, adapter, find_renderer, process, render
from wijkanalyse.report.rendering.finish import check_html, check_pdf, finish_html
from wijkanalyse.report.rendering.sources import as_text, fill_in

FIGURE = '![Een lijn](figures/lijn.svg){#fig-lijn fig-alt="Een dalende lijn."}'
Write = Callable[..., Path]
Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {{< var cijfers.dalign.tekst >}}", 'doc.qmd:6: found an unknown variable "cijfers.dalign.tekst"'),
        ("a {{< var cijfers.dalign.tekst >}}", 'did you mean "daling"?'),
        ("a {{< var cijfers.daling >}}", 'doc.qmd:6: found variable "cijfers.daling", which is a group of 1 values'),
        ("a {{< var cijfers.niets >}}", "which is empty (null)"),
        ("a {{< var >}}", "doc.qmd:6: found an unknown variable"),
        ("a {{< vra run.mark >}}", 'an unknown shortcode "vra"'),
        ("a {{< var run.mark", "doc.qmd:6: found a shortcode that does not end"),
        ("\n{{< include _weg.md >}}", "doc.qmd:7: found an include of _weg.md, which does not exist"),
        ("{{< include ../../pyproject.toml >}}", "does not exist in the report's folder"),
        ("{{< include doc.qmd >}}", "includes itself (doc.qmd > doc.qmd)"),
        ("a {{< include _dieper.md >}}", "in the middle of a line"),
        ("Zie @fig-weg.", "doc.qmd:6: found a reference @fig-weg, but no figure, table or section has #fig-weg"),
        (f"{FIGURE}\n\nZie @fig-lijm.", 'doc.qmd:8: found a reference @fig-lijm, but no figure, table or section has'),
        (f"{FIGURE}\n\nZie @fig-lijm.", 'did you mean "fig-lijn"?'),
        ("## Kop {#sec-a .unnumbered}\n\nZie @sec-a.", "to a section without a number"),
        ("Zie [@jansen2202].", 'doc.qmd:6: found a citation @jansen2202 that is not in the bibliography; did you mean'),
        ("![Een lijn](figures/lijn.svg){#fig-lijn}", "doc.qmd:6: found figure #fig-lijn (figures/lijn.svg) without alt"),
        ("Een ![](figures/lijn.svg) plaatje", "doc.qmd:6: found image figures/lijn.svg without alt text"),
        ('![Een](figures/weg.svg){#fig-a fig-alt="x"}', "(figures/weg.svg), but that file does not exist"),
        ('![Een](https://cbs.nl/x.svg){#fig-a fig-alt="x"}', "which is fetched from elsewhere"),
        ('![](figures/lijn.svg){#fig-a fig-alt="x"}', "doc.qmd:6: found image #fig-a without a caption"),
        ("::: {#tbl-a}\ntekst\n:::", "doc.qmd:6: found a block #tbl-a around a figure or table"),
        (f"{FIGURE}\n\n{FIGURE}", "found #fig-lijn more than once"),
        ('::: {.content-visible when-format="pdf"}\na\n:::', 'doc.qmd:6: found when-format="pdf", expected one of html, typst'),
        ("::: panel-tabset\n\ntekst\n\n### Tab\n\n:::", "a panel-tabset must begin with a heading"),
        ("## Een\n\n#### Drie", "skip"),
    ],
)  # fmt: skip
def test_fault_is_named_with_its_place(write: Write, make: Make, text: str, expected: str) -> None:
    write(text)
    with pytest.raises(WijkanalyseError) as error:
        make()
    assert expected in str(error.value)


def test_fault_in_an_included_file_is_named_there(write: Write, make: Make, sources: Path) -> None:
    (sources / "_stuk.md").write_text("eerste regel\n\n{{< var weg >}}\n", encoding="utf-8")
    write("{{< include _stuk.md >}}")
    with pytest.raises(WijkanalyseError, match=r"reports/_stuk\.md:3: found an unknown variable"):
        make()


def test_all_faults_of_a_document_are_told_at_once(write: Write, make: Make) -> None:
    write("Zie @fig-a en @tbl-b en [@niemand1900].")
    with pytest.raises(WijkanalyseError) as error:
        make()
    assert all(name in str(error.value) for name in ("@fig-a", "@tbl-b", "@niemand1900"))
    assert len(str(error.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("lang: nl", "found no title"),
        ("title: T\nlang: de", "found lang 'de', expected nl or en"),
        ("title: T", "found lang 'missing'"),
        ("title: T\nlang: nl\ndate: today", "reads the clock"),
        ("title: T\nlang: nl\nbibliography: weg.bib", "the bibliography weg.bib does not exist"),
    ],
)
def test_front_matter_is_checked(sources: Path, make: Make, front: str, expected: str) -> None:
    (sources / "doc.qmd").write_text(f"---\n{front}\n---\n\nTekst.\n", encoding="utf-8")
    with pytest.raises(WijkanalyseError) as error:
        make()
    assert expected in str(error.value)


def test_missing_document_and_broken_settings_are_errors(sources: Path, make: Make, write: Write) -> None:
    with pytest.raises(WijkanalyseError, match=r"there is no weg\.qmd in"):
        make("weg.qmd")
    write("a")
    (sources / "_quarto.yml").write_text("a: [", encoding="utf-8")
    with pytest.raises(WijkanalyseError, match=r"_quarto\.yml is not valid YAML"):
        make()


@pytest.mark.parametrize("stage", ["html", "pdf", "publish"])
def test_failure_leaves_the_old_report_and_nothing_else(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    sources = write("Zie @fig-weg." if stage == "html" else "Tekst.")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.html").write_text("old page")
    (out / "a.pdf").write_text("old paper")
    if stage == "pdf":
        monkeypatch.setattr(adapter, "compile_pdf", lambda folder, code: b"%PDF-1.7 half")
    if stage == "publish":
        original = Path.write_bytes

        def full_disk(self: Path, content: bytes) -> int:
            if "a.pdf" in self.name:
                raise OSError("disk full")
            return original(self, content)

        monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises((WijkanalyseError, OSError)):
        render(sources, "doc.qmd", out / "a.html", out / "a.pdf", {}, Renderer("pandoc", ""))
    assert {path.name: path.read_text() for path in out.iterdir()} == {"a.html": "old page", "a.pdf": "old paper"}


def test_sources_are_left_alone_and_outputs_may_lie_among_them(write: Write) -> None:
    sources = write("Tekst.")
    before = {path: path.read_bytes() for path in sources.rglob("*") if path.is_file()}
    for _ in range(2):
        render(sources, "doc.qmd", sources / "doc.html", sources / "doc.pdf", {}, find_renderer("pandoc"))
    after = {path: path.read_bytes() for path in sources.rglob("*") if path.is_file()}
    assert set(after) - set(before) == {sources / "doc.html", sources / "doc.pdf"}
    assert all(after[path] == content for path, content in before.items())


def test_program_that_hangs_is_stopped(write: Write, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    write("Tekst.")
    monkeypatch.setattr(adapter, "PANDOC_SECONDS", 0.01)
    with pytest.raises(WijkanalyseError, match=r"pandoc was not ready after 0\.01 seconds"):
        make()


def test_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(WijkanalyseError, match="no-such-program cannot be started"):
        process.run(["no-such-program"], tmp_path, 1)


def test_variables_print_the_same_in_both_renderers() -> None:
    assert as_text({"a": {"b": 0.10, "c": True, "d": None, 5: "x"}}) == {"a": {"b": "0.1", "c": "true", "d": None, "5": "x"}}


def test_code_keeps_its_shortcodes_for_quarto(write: Write) -> None:
    folder = write("```\n{{< var a >}}\n```\n\n{{{< var a >}}} {{< var a >}}\n\n{{< pagebreak >}}")
    source = fill_in(folder, "doc.qmd", {"a": "WAARDE"}, folder, for_quarto=True)
    assert source.text_for_quarto.splitlines()[5:] == [
        "```", "{{{< var a >}}}", "```", "", "{{{< var a >}}} WAARDE", "", "{{< pagebreak >}}",
    ]  # fmt: skip


def test_fences_of_four_ticks_and_in_quotes_are_code(write: Write) -> None:
    folder = write("````\n```\n{{< var weg >}}\n```\n````\n\n> ~~~\n> {{< var weg >}}\n> ~~~\n\n``` een ``` {{< var a >}}")
    assert fill_in(folder, "doc.qmd", {"a": "W"}, folder, for_quarto=False).text.rstrip().endswith("W")


@pytest.mark.parametrize(
    "page",
    [
        '<html><img src="https://example.org/x.png"></html>',
        '<html><link rel="stylesheet" href="x.css"></html>',
        "<html><style>a { background: url(//example.org/x) }</style></html>",
        "<html><style>@import 'https://example.org/x.css';</style></html>",
        '<html><p style="background:url(https://example.org/x)"></html>',
    ],
)
def test_page_that_fetches_is_refused(page: str) -> None:
    with pytest.raises(WijkanalyseError, match="loads from elsewhere"):
        check_html(page.encode())


def test_halves_are_refused_and_links_are_fine() -> None:
    check_html(b'<html><a href="https://example.org">x</a></html>')
    with pytest.raises(WijkanalyseError, match="cut off"):
        check_html(b"<html><body>")
    with pytest.raises(WijkanalyseError, match="cut off"):
        check_pdf(b"%PDF-1.7 and no end")


def test_finishing_copies_everything_else_letter_by_letter() -> None:
    page = (
        "<!DOCTYPE html>\n<html lang='nl'><!-- c --><body><p class=a>&amp; &#233; &nbsp;<br/>x</p>"
        "<script>if (a < b && c) '<th>'</script><svg><![CDATA[x]]></svg></body></html>\n"
    )
    assert finish_html(page.encode(), "nl").decode() == page


def test_header_cells_of_rows_and_columns_get_their_scope() -> None:
    page = b'<table><thead><tr><th>a</th><th scope="colgroup">b</th></tr></thead><tbody><tr><th>r</th></tr></tbody></table>'
    done = finish_html(page, "en").decode()
    assert '<th scope="col">a</th><th scope="colgroup">b</th>' in done
    assert '<th scope="row">r</th>' in done
    assert done.startswith('<div class="table-scroll" role="region" tabindex="0" aria-label="Table"><table>')


def test_moment_of_the_caller_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "5")
    assert process.epoch() == "5"
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert process.epoch() == process.FIXED_EPOCH
    assert "SOURCE_DATE_EPOCH" not in os.environ
