"""Every feature that the report may use, in both formats, made by pandoc and Typst."""

import re
import shutil
import subprocess
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

MARK = "VOORBEELDCIJFERS: verzonnen cijfers, niet van CBS"
needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not installed")


class Page(HTMLParser):
    """The elements of a page with their attributes, and its visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.silent = False
        self.feed(html)
        self.text = re.sub(r"\s+", " ", "".join(self.words).replace("\u00a0", " "))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.silent = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.elements if name in (attributes.get("class") or "").split()]


def pdf_text(pdf: Path) -> str:
    out = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    return out.replace("\u00a0", " ")


def unpacked(pdf: Path) -> bytes:
    """The PDF with its compressed streams opened, for a search by words."""
    content = pdf.read_bytes()
    streams = []
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            streams.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return content + b"".join(streams)


@pytest.fixture(scope="module")
def page(dutch: Any) -> Page:
    return Page(dutch.html)


def test_variables_are_filled_in_everywhere_but_in_code(dutch: Any, page: Page) -> None:
    assert "daalt het gebruik met -10,0 %" in page.text
    assert "studie naar 34 gemeenten" in page.text  # in the front matter too
    assert "{{< var bestaat.niet >}}" in page.text
    assert "een letterlijke: {{< var cijfers.daling.tekst >}}" in page.text
    assert "{{< var bestaat.niet >}}" in dutch.typst


def test_includes_are_recursive(dutch: Any, page: Page) -> None:
    assert "Diep ingevoegd: -10,0." in page.text
    assert "Diep ingevoegd: -10,0." in dutch.typst


def test_references_have_dutch_labels_and_the_numbers_of_their_targets(dutch: Any, page: Page) -> None:
    expected = "Zie Figuur 1, Tabel 1, Tabel 2 en Paragraaf 3; ook Figuur 1, Tabel 1 en nummer 2."
    assert expected in page.text
    assert {"fig-lijn", "tbl-smal", "tbl-breed", "sec-methode"} <= {
        (link.get("href") or "").removeprefix("#") for link in page.with_class("crossref")
    }
    assert "Figuur 1: De ontwikkeling" in page.text
    assert "Tabel 1: Daling" in page.text
    assert "#link(<fig-lijn>)[Figuur~1]" in dutch.typst
    assert "#strong[Tabel~2:] Een brede tabel" in dutch.typst


def test_references_have_english_labels(english: Any) -> None:
    page = Page(english.html)
    assert "See Figure 1, Table 1 and Section 1, and Jansen et al. (2020)." in page.text
    assert "Warning" in page.text
    assert "Contents" in page.text
    assert "#link(<sec-intro>)[Section~1]" in english.typst


def test_every_id_that_is_linked_to_exists_once(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        if (target := link.get("href") or "").startswith("#"):
            assert target[1:] in ids, f"{target} leads nowhere"


def test_figures_have_their_alt_text(dutch: Any, page: Page) -> None:
    expected = 'Lijngrafiek: "actief" daalt van 10,1 naar 9,0; niet actief van 10,4 naar 9,9.'
    assert [image["alt"] for image in page.all("img")] == [expected]
    assert 'alt: "Lijngrafiek: \\"actief\\" daalt' in dutch.typst
    assert b"/Alt" in unpacked(dutch.pdf)


def test_tables_have_scopes_and_scroll_by_keyboard(page: Page) -> None:
    assert page.all("th")
    assert {cell["scope"] for cell in page.all("th")} == {"col"}
    regions = page.with_class("table-scroll")
    assert len(regions) == len(page.all("table")) == 3
    assert all(region["tabindex"] == "0" and region["role"] == "region" for region in regions)
    assert regions[0]["aria-label"] == "Tabel 1: Daling van het gebruik per groep (Vries en Jansen 2021)"
    assert regions[1]["aria-label"] == "Tabel"  # no caption


def test_callouts_have_their_title_or_a_dutch_one(dutch: Any, page: Page) -> None:
    labels = [notice["aria-label"] for notice in page.with_class("notice")]
    assert labels == ["Opmerking: Wat is nieuw?", "Tip", "Waarschuwing", "Belangrijk: Titel als kop", "Let op"]
    assert '#notice("note")[\nWat is #emph[nieuw]?' in dutch.typst
    assert "Wat is nieuw?" in page.text


def test_tabs_are_no_sections(dutch: Any, page: Page) -> None:
    assert len(page.with_class("tab")) == 2
    assert "#strong[Gebruik]" in dutch.typst
    assert "= Gebruik" not in dutch.typst
    assert "3.2" not in page.text


def test_conditional_text_and_page_breaks(dutch: Any, page: Page) -> None:
    assert "Alleen op het scherm." in page.text
    assert "Alleen op papier." not in page.text
    assert "Verborgen op het scherm." not in page.text
    assert "Alleen op papier." in dutch.typst
    assert "Alleen op het scherm." not in dutch.typst
    assert "#pagebreak(weak: true)" in dutch.typst.split("Tekst over duur")[1]
    assert page.with_class("pagebreak")


def test_citations_are_author_date_in_dutch_with_a_reference_list(dutch: Any, page: Page) -> None:
    assert "(Jansen e.a. 2020; Vries en Jansen 2021, 12)" in page.text
    assert "Jansen, Anna, Bob de Vries, en C. Pietersen. 2020." in page.text
    assert "Jansen, Anna, Bob de Vries, en C. Pietersen. 2020." in dutch.typst


def test_sections_are_numbered_but_not_the_references(page: Page, dutch: Any) -> None:
    assert "3.1 Een lange kop" in page.text
    assert "#heading(level: 1, numbering: none)[Literatuur]" in dutch.typst
    assert [tag for tag, _ in page.elements if tag == "h1"] == ["h1"]


def test_page_has_landmarks_language_and_a_way_past_the_menu(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "nl"
    assert len(page.all("main")) == len(page.all("header")) == len(page.all("nav")) == 1
    assert page.with_class("skip-link")[0]["href"] == "#" + str(page.all("main")[0]["id"])
    assert "Inhoud" in page.text
    assert page.all("title")


def test_page_fetches_nothing(dutch: Any, page: Page) -> None:
    assert not page.all("link")
    assert all("src" not in script for script in page.all("script"))
    assert all((image["src"] or "").startswith("data:") for image in page.all("img"))
    assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", dutch.html)


def test_mark_is_on_the_page_once_and_is_read_aloud(page: Page, dutch: Any) -> None:
    assert page.text.count(MARK) == 1
    assert page.with_class("mark")[0]["role"] == "region"
    assert any(attributes.get("role") == "note" for tag, attributes in page.elements if tag == "p")
    assert f'@top-center {{ content: "{MARK}"' in dutch.html


@needs_pdftotext
def test_mark_is_on_every_page_of_the_pdf(dutch: Any) -> None:
    pages = pdf_text(dutch.pdf).rstrip("\f").split("\f")
    assert len(pages) >= 4
    for number, text in enumerate(pages, start=1):
        assert MARK in text, f"page {number}"
        assert re.search(rf"{number} ?/ ?{len(pages)}\s*$", text)


@needs_pdftotext
@pytest.mark.parametrize("variables", [{}, {"run": {"mark": ""}}, {"run": {"mark": None}}])
def test_no_mark_without_made_up_figures(
    write: Callable[..., Path], make: Callable[..., tuple[str, Path]], variables: dict[str, Any]
) -> None:
    write("Tekst.")
    html, pdf = make(variables=variables)
    assert "VOORBEELDCIJFERS" not in html + pdf_text(pdf)
    assert not Page(html).with_class("mark")


@needs_pdftotext
def test_mark_of_strange_characters_is_shown_as_it_is(
    write: Callable[..., Path], make: Callable[..., tuple[str, Path]]
) -> None:
    write("Tekst.")
    mark = 'LET OP: "a" <b> & #c \\d $e'
    html, pdf = make(variables={"run": {"mark": mark}})
    assert mark in Page(html).text
    assert mark in pdf_text(pdf)


def test_pdf_is_tagged_with_title_and_dutch_language(dutch: Any) -> None:
    content = unpacked(dutch.pdf)
    assert b"nl-NL" in content
    assert b"/StructTreeRoot" in content
    assert b"pdfuaid" in content
    assert b"/TH" in content
    assert b"/DisplayDocTitle true" in content


@needs_pdftotext
def test_long_table_repeats_its_header_and_stays_on_the_page(
    write: Callable[..., Path], make: Callable[..., tuple[str, Path]]
) -> None:
    rows = "\n".join(f"| Gemeente {i} | {i} | {'lange woorden ' * 6} |" for i in range(120))
    write(f"| Plaatsnaam | Aantal | Toelichting |\n|:--|--:|:--|\n{rows}\n\n: Lang {{#tbl-lang}}")
    _, pdf = make()
    pages = pdf_text(pdf).rstrip("\f").split("\f")
    assert len(pages) >= 5
    assert all(re.search(rf"Gemeente {i}\b", "".join(pages)) for i in range(120))
    assert all("Plaatsnaam" in text for text in pages if "Gemeente" in text)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler) is not installed")
def test_wide_table_of_long_words_stays_within_the_margins(dutch: Any) -> None:
    boxes = subprocess.run(["pdftotext", "-bbox", str(dutch.pdf), "-"], capture_output=True, text=True, check=True).stdout
    right = [float(edge) for edge, word in re.findall(r'xMax="([\d.]+)"[^>]*>([^<]*)</word>', boxes)]
    assert right
    assert max(right) < 595.3 - 28 / 25.4 * 72 + 2  # A4 less the margin of 28 mm in points, and a comma in it


def test_same_input_gives_the_same_bytes(write: Callable[..., Path], make: Callable[..., tuple[str, Path]]) -> None:
    first_html, pdf = make("all_features.qmd")
    first_pdf = pdf.read_bytes()
    second_html, pdf = make("all_features.qmd")
    assert second_html == first_html
    assert pdf.read_bytes() == first_pdf


@pytest.mark.parametrize("levels", ["# Een\n\n## Twee {#sec-t}", "## Een\n\n### Twee {#sec-t}"])
def test_highest_heading_is_the_first_level(
    write: Callable[..., Path], make: Callable[..., tuple[str, Path]], levels: str
) -> None:
    write(levels + "\n\nZie @sec-t.")
    page = Page(make()[0])
    assert "Zie Paragraaf 1.1." in page.text
    assert [tag for tag, _ in page.elements if re.fullmatch(r"h\d", tag)] == ["h1", "h2", "h3"]
