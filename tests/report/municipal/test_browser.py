"""The page in a real browser: by keyboard, without a network, without script, and against WCAG 2.1 AA."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import Page, axe_core, browser
from tests.report.municipal.conftest import Made
from wijkanalyse.report.numbers import number


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


CHOSEN = "document.querySelector('.gemeente.chosen')?.id"
FOCUS = "document.activeElement.id"


def test_a_municipality_is_found_and_read_with_the_keyboard_alone(page: Page, page_url: str) -> None:
    page.open(page_url)
    assert page.evaluate(CHOSEN) is None
    # the skip link is first, and leads to the field
    page.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.press("Enter")
    page.press("Tab")
    assert page.evaluate(FOCUS) == "name"
    page.type("utrecht")
    assert page.evaluate("document.getElementById('status').textContent") == "2 gemeenten gevonden."
    assert page.evaluate("document.getElementById('name').getAttribute('aria-expanded')") == "true"
    names = page.evaluate("[...document.querySelectorAll('#found li')].map(one => one.textContent)")
    assert names == ["Utrecht", "Utrechtse Heuvelrug"]
    page.press("ArrowDown")
    page.press("ArrowDown")
    assert page.evaluate("document.getElementById('name').getAttribute('aria-activedescendant')") == "found-1"
    page.press("ArrowUp")
    page.press("Enter")
    assert page.evaluate(CHOSEN) == "GM0344"
    assert page.evaluate(FOCUS) == "GM0344-naam"
    assert page.evaluate("location.hash") == "#GM0344"
    assert page.evaluate("document.title").startswith("Utrecht – ")
    # on to the first table
    for _ in range(12):
        page.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.querySelectorAll('tbody tr').length") == 11


@pytest.mark.parametrize(
    ("typed", "found"), [("Vianen", ["Vijfheerenlanden (Vianen)"]), ("zzz", []), ("ijssels", ["IJsselstein"])]
)
def test_former_names_are_found_and_what_is_not_there_is_said(page: Page, page_url: str, typed: str, found: list[str]) -> None:
    page.open(page_url)
    page.evaluate("document.getElementById('name').focus()")
    page.type(typed)
    assert page.evaluate("[...document.querySelectorAll('#found li')].map(one => one.textContent)") == found
    expected = "1 gemeente gevonden." if found else "Geen gemeente gevonden met deze naam."
    assert page.evaluate("document.getElementById('status').textContent") == expected


def test_a_deep_link_shows_its_municipality_with_charts_broken_at_the_trend_break(page: Page, page_url: str) -> None:
    page.open(f"{page_url}#GM0344-duur")
    assert page.evaluate(CHOSEN) == "GM0344"
    assert page.evaluate("[...document.querySelectorAll('.gemeente')].filter(one => one.offsetParent).length") == 1
    # one line per side of the break: nothing is drawn across it
    for path in page.evaluate("[...document.querySelectorAll('.chosen .plot path.line')].map(one => one.getAttribute('d'))"):
        assert path.count("M") >= 2
    charts = page.evaluate("[...document.querySelectorAll('.chosen svg[role=img]')].map(one => one.getAttribute('aria-label'))")
    assert len(charts) == 11  # five trends, three funnel plots in two forms
    assert all("Utrecht" in label and "VOORBEELDCIJFERS" in label for label in charts)
    marks = page.evaluate("[...document.querySelectorAll('.chosen svg[role=img]')].map(one => one.textContent)")
    assert all("VOORBEELDCIJFERS" in text for text in marks)
    page.evaluate("document.querySelectorAll('.chosen details').forEach(one => { one.open = true })")
    page.settle()
    captions = page.evaluate("[...document.querySelectorAll('.chosen caption')].map(one => one.textContent)")
    assert len(captions) == 10
    assert all("VOORBEELDCIJFERS" in caption for caption in captions)


def test_the_table_prints_what_the_sentence_says(page: Page, page_url: str, made: Made) -> None:
    page.open(f"{page_url}#GM0344")
    page.evaluate("document.querySelector('.chosen [data-part=duur] details').open = true")
    page.settle()
    rows = page.evaluate(
        "[...document.querySelector('.chosen [data-part=duur] tbody').rows].map(r => [...r.cells].map(c => c.textContent))"
    )
    panel = made.panel[made.panel["gm_code"].eq("GM0344")].set_index("year")
    printed = {row[0][:4]: row for row in rows}
    for year in (2015, 2020, 2021, 2024):
        assert printed[str(year)][1] == number(panel.at[year, "mean_duration_days_zonder_verblijf"])
        assert printed[str(year)][4] == number(panel.at[year, "ended_zonder_verblijf"])
    assert printed["2025"][0] == "2025 (voorlopig)"


def test_nothing_is_asked_of_another_machine(page: Page, page_url: str) -> None:
    page.requested.clear()
    page.complaints.clear()
    page.open(f"{page_url}#GM0344")
    assert [url for url in page.requested if not url.startswith(("file:", "data:", "about:"))] == []
    assert page.complaints == []
    # and it could not: the page's own policy forbids it
    refused = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', error => String(error))")
    assert "TypeError" in refused
    assert any("Content Security Policy" in text for text in page.complaints)


def test_without_script_all_municipalities_can_be_read(page: Page, page_url: str, made: Made) -> None:
    page.open(f"{page_url}#GM0344", script=False)
    tree = page.call("Accessibility.getFullAXTree")["nodes"]
    headings = {node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "heading"}
    page.call("Emulation.setScriptExecutionDisabled", value=False)
    assert {"Utrecht", "Amersfoort", "Zo leest u deze cijfers"} <= headings
    assert len(headings) > made.panel["gm_code"].nunique()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_no_violation_of_wcag_aa_and_nothing_sticks_out(page: Page, page_url: str, width: int, scheme: str) -> None:
    axe = axe_core()
    page.open(f"{page_url}#GM0344", width, scheme)
    page.evaluate("document.querySelectorAll('.chosen details').forEach(one => { one.open = true })")
    page.evaluate("document.getElementById('name').focus()")
    page.type("a")
    page.press("ArrowDown")
    assert page.violations(axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
