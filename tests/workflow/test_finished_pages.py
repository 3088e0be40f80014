"""The finished report as its readers meet it: in a browser, by keyboard, on paper, and number by number."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import page as pdf_validation
import pandas as pd
import pikepdf
import pytest

from tests.browser import Page, axe_core, browser
from tests.workflow.project import Project
from wijkanalyse.report.tracked import numbers_in_text, numbers_of

pytestmark = pytest.mark.pipeline

DOCUMENTS = {"nl": "reports/wijkteams", "en": "reports/wijkteams.en"}
both = pytest.mark.parametrize("language", DOCUMENTS)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def paper(project: Project, language: str) -> Path:
    return project.path(f"{DOCUMENTS[language]}.pdf")


def pdf_text(path: Path, *options: str) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    return subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("nl", 1280, "light"), ("nl", 320, "dark"), ("en", 1280, "dark"), ("en", 320, "light")]
)
def test_axe_finds_no_violation_of_wcag_aa_and_nothing_sticks_out(
    tab: Page, finished: Project, language: str, width: int, scheme: str
) -> None:
    tab.open(finished.path(f"{DOCUMENTS[language]}.html").as_uri(), width, scheme)
    tab.evaluate("document.querySelectorAll('details.figure-data').forEach(one => { one.open = true })")
    assert tab.violations(axe_core()) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@both
def test_no_request_leaves_the_machine(tab: Page, finished: Project, language: str) -> None:
    tab.requested.clear()
    tab.open(finished.path(f"{DOCUMENTS[language]}.html").as_uri())
    assert [url for url in tab.requested if not url.startswith(("file:", "data:", "about:"))] == []
    assert tab.complaints == []


def test_with_the_keyboard_alone_a_number_shows_where_it_comes_from(tab: Page, finished: Project) -> None:
    tab.open(finished.path("reports/wijkteams.html").as_uri())
    tab.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip-link"
    tab.press("Enter")
    for _ in range(60):
        tab.press("Tab")
        if tab.evaluate("document.activeElement.classList.contains('claim')"):
            break
    name = tab.evaluate("document.activeElement.getAttribute('href')").removeprefix("#claim-")
    tab.press("Enter")
    shown = tab.evaluate("document.getElementById('claim-box').textContent")
    assert tab.evaluate("document.getElementById('claim-box').matches(':popover-open')")
    claims = pd.concat([pd.read_parquet(finished.path(f"data/processed/{part}.parquet")) for part in ("claims", "printed")])
    claim = claims.set_index("id").loc[name]
    assert claim["file"] in shown
    assert claim["label"] in shown
    assert name in shown
    tab.press("Escape")
    assert not tab.evaluate("document.getElementById('claim-box').matches(':popover-open')")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == f"#claim-{name}"


def test_without_script_a_number_leads_to_its_place_in_the_open_list(finished: Project) -> None:
    page = finished.path("reports/wijkteams.html").read_text(encoding="utf-8")
    called = set(re.findall(r'<a href="#(claim-[^"]+)"', page))
    listed = re.findall(r'<div id="(claim-[^"]+)">', page)
    assert called
    assert called == set(listed)
    assert len(listed) == len(set(listed))
    # the list is open until a script closes it
    assert '<details class="claims" open>' in page
    assert set(re.findall(r'href="#(behind-[^"]+)"', page)) == set(re.findall(r'<div id="(behind-[^"]+)">', page))


@both
def test_the_pdf_is_accessible_as_pdf_ua_asks(finished: Project, language: str) -> None:
    found = pdf_validation.validate_pdf(str(paper(finished, language)), profile="ua1")
    assert [f"{failure.rule_id}: {failure.message}" for failure in found.failures] == []
    with pikepdf.open(paper(finished, language)) as pdf:
        assert str(pdf.Root.Lang).startswith(language)
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"])
        kinds = [str(node.get("/S")) for node in nodes(pdf.Root.StructTreeRoot)]
        figures = [node for node in nodes(pdf.Root.StructTreeRoot) if node.get("/S") == "/Figure"]
    assert kinds.count("/Table") > 10
    assert kinds.count("/TH") > kinds.count("/Table")
    assert figures
    assert all(str(figure.get("/Alt", "")) for figure in figures)


def nodes(root: pikepdf.Object) -> Iterator[pikepdf.Object]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting += list(node)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield node
            if "/K" in node:
                waiting.append(node.K)


@both
def test_nothing_runs_off_a_page_of_the_pdf(finished: Project, language: str) -> None:
    boxes = pdf_text(paper(finished, language), "-bbox")
    outside, width, height = [], 0.0, 0.0
    for line in boxes.splitlines():
        if size := re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line):
            width, height = float(size[1]), float(size[2])
        elif word := re.search(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', line):
            left, top, right, bottom = map(float, word.groups()[:4])
            if left < 20 or top < 10 or right > width - 20 or bottom > height - 10:
                outside.append(word[5])
    assert width > 0
    assert outside == []


@both
def test_html_pdf_and_claims_hold_the_same_numbers(finished: Project, language: str) -> None:
    found = numbers_of(finished.path(f"{DOCUMENTS[language]}.html").read_text(encoding="utf-8"))
    assert found.untracked == []
    claims = pd.concat([pd.read_parquet(finished.path(f"data/processed/{part}.parquet")) for part in ("claims", "printed")])
    known = claims.set_index("id")
    assert {name for name, _ in found.claims} <= set(known.index)
    text = pdf_text(paper(finished, language))
    on_paper = numbers_in_text(text)
    assert sorted(found.values - on_paper) == []
    pages = {str(number) for number in range(1, text.count("\f") + 1)}
    assert sorted(on_paper - found.values - found.apart - pages) == []


def test_both_languages_carry_the_same_claims_in_the_same_order(finished: Project) -> None:
    dutch, english = (
        [name for name, _ in numbers_of(finished.path(f"{path}.html").read_text(encoding="utf-8")).claims]
        for path in DOCUMENTS.values()
    )
    assert len(dutch) > 500
    assert dutch == english
