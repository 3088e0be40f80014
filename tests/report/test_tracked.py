"""Every number on a page is a claim: what counts as a number, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.report.claims import Claim, Origin, as_frame
from wijkanalyse.report.tracked import check_tracked, numbers_in_text, numbers_of

ORIGIN = Origin("data/processed/x.parquet", "row", "84134NED", "estimate_contrasts")


@pytest.fixture
def ledger() -> pd.DataFrame:
    claims = [Claim("duration.difference", -49.6, "days", "duur", ORIGIN, lower=-60, upper=-40)]
    return as_frame(lambda: claims, "CBS StatLine")


def claim(text: str, name: str = "duration.difference") -> str:
    return f'<a href="#claim-{name}" class="claim">{text}</a>'


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("van 1.234,5 tot 2019", {"1.234,5", "2019"}),
        ("\N{MINUS SIGN}7,5% (n = 12).", {"\N{MINUS SIGN}7,5", "12"}),
        ("CR3, 85097NED en p05 zijn namen", set()),
        ("2017-2020", {"2017", "2020"}),
    ],
)
def test_what_is_a_number(text: str, numbers: set[str]) -> None:
    assert numbers_in_text(text) == numbers


def test_a_claim_may_be_printed_with_or_without_its_unit_or_as_its_interval(ledger: pd.DataFrame) -> None:
    ways = ["\N{MINUS SIGN}50\u00a0dagen", "\N{MINUS SIGN}50", "\N{MINUS SIGN}60 tot \N{MINUS SIGN}40\u00a0dagen"]
    page = "<main>" + "".join(f"<p>Het is {claim(way)}.</p>" for way in ways) + "</main>"
    check_tracked(page, ledger, "nl")
    assert numbers_of(page).values == {"\N{MINUS SIGN}50", "\N{MINUS SIGN}60", "\N{MINUS SIGN}40"}
    check_tracked("<p>" + claim("\N{MINUS SIGN}50\u00a0days") + "</p>", ledger, "en")


def test_words_are_the_same_with_curly_quotes() -> None:
    ledger = as_frame(lambda: [Claim("a.b", float("nan"), "text", "x", ORIGIN, words="the team's help")], "s")
    check_tracked("<p>" + claim("the team\N{RIGHT SINGLE QUOTATION MARK}s help", "a.b") + "</p>", ledger, "en")


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<p>Het is 50 dagen.</p>", "a number that is no claim: Het is 50 dagen."),
        ("<table><tr><td>50</td></tr></table>", "no claim: 50"),
        (f"<p>{claim('51')}</p>", "'51' links to duration.difference, which says"),
        (f"<p>{claim('50', 'duration.other')}</p>", "duration.other, which is no claim"),
        ("<figcaption>In 2020</figcaption>", "In 2020"),
    ],
)
def test_a_number_that_cannot_be_followed_back_is_refused(ledger: pd.DataFrame, page: str, message: str) -> None:
    with pytest.raises(WijkanalyseError, match="cannot be followed back") as refused:
        check_tracked(f"<main>{page}</main>", ledger, "nl", "wijkteams.html")
    assert message in str(refused.value)


def test_the_reports_own_order_is_no_finding(ledger: pd.DataFrame) -> None:
    page = (
        '<nav>1 Vraag</nav><h2><span class="header-section-number">1</span> Vraag</h2><p>Zie <a class="crossref">Figuur 2</a> '
        'en <span class="citation">(NJi 2022)</span>, <code>0.1.0</code>.</p><div id="refs">2022</div>'
        '<svg><text>12</text></svg><dl class="claims-list"><dt>50</dt></dl>'
    )
    check_tracked(page, ledger, "nl")
    assert numbers_of(page).apart == {"1", "2", "2022", "12", "50", "0.1.0"}
