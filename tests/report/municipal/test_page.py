"""The page as a file: its figures are the panel's, it is whole, small, marked, and asks nothing of anybody."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from tests.report.municipal.conftest import RUN, Made, page_of, page_sources
from wijkanalyse.report.municipal.page import LARGEST_BYTES
from wijkanalyse.report.numbers import number


class Elements(HTMLParser):
    """Every element with its attributes, and the texts of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.raw: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in ("script", "style") and data.strip():
            self.raw.append((self.found[-1][0], data))


@pytest.fixture(scope="module")
def elements(made: Made) -> Elements:
    return Elements(made.html)


def figures(made: Made, gm: str, name: str) -> dict[int, Any]:
    data = made.data
    one = next(one for one in data["municipalities"] if one["code"] == gm)
    kind = "counts" if name in data["counts"] else "ratios"
    return dict(zip(data["years"], one[kind][data[kind].index(name)], strict=True))


def bare(figure: Any) -> float | None:
    """The value of an embedded figure; None where only bounds are known."""
    return figure if not isinstance(figure, list) else None if len(figure) == 2 else figure[0]


def test_every_figure_is_that_of_the_panel(made: Made) -> None:
    panel = made.panel.set_index(["gm_code", "year"])
    data, compared = made.data, 0
    for one in data["municipalities"]:
        for place, year in enumerate(data["years"]):
            row = panel.loc[(one["code"], year)]
            for name, series in zip(data["counts"], one["counts"], strict=True):
                if isinstance(series[place], int | float):
                    assert series[place] == pytest.approx(row[name], abs=0.5)
                    compared += 1
            expected = {
                "begun_zonder_verblijf": 1000 * row["begun_zonder_verblijf"] / row["population_0_22"],
                "running_niet_wijkteam": 1000 * row["trajectories_niet_wijkteam"] / row["population_0_22"],
                "crisis_zonder_verblijf": 100 * row["begun_crisis_zonder_verblijf"] / row["begun_zonder_verblijf"],
                "share": 100 * row["trajectories_wijkteam"] / row["trajectories_zonder_verblijf"],
                "duration_niet_wijkteam": row["mean_duration_days_niet_wijkteam"],
            }
            for name, value in expected.items():
                figure = bare(one["ratios"][data["ratios"].index(name)][place])
                if figure is not None:
                    assert figure == pytest.approx(value, abs=0.51 if name.startswith("duration") else 0.051)
                    compared += 1
    assert compared > 26 * 11 * 10


def test_a_suppressed_count_stands_there_as_its_bounds(made: Made) -> None:
    hidden = made.long[made.long["reason"].eq("suppressed") & made.long["variable"].eq("begun_wijkteam")]
    assert len(hidden) > 20
    for row in hidden.head(40).itertuples():
        low, high = figures(made, row.gm_code, "begun_wijkteam")[row.year]
        assert low <= row.low
        assert high >= row.high
        assert high - low <= row.high - row.low + 2


def test_the_sentences_print_the_same_figures(made: Made) -> None:
    row = made.classification.set_index("gm_code").loc["GM0344"]
    article = made.article("GM0344")
    assert f"{number(row['share_pct'], 1)}% van alle jeugdhulp zonder verblijf" in article
    assert f"telt daarom als {'actief' if row['group'] == 'active' else 'niet actief'}" in article
    year = made.data["compared_in"]["duration"]
    mean = made.panel.set_index(["gm_code", "year"]).at[("GM0344", year), "mean_duration_days_zonder_verblijf"]
    assert f"Trajecten die in {year} eindigden, hadden gemiddeld {number(mean)} dagen geduurd" in article


def test_every_municipality_has_an_article_a_link_and_six_others_beside_it(made: Made, elements: Elements) -> None:
    codes = set(made.panel["gm_code"])
    assert {attributes["id"] for tag, attributes in elements.found if tag == "article"} == codes
    targets = {attributes.get("href", "") for tag, attributes in elements.found if tag == "a"}
    assert {f"#{code}" for code in codes} <= targets
    names = [one["name"] for one in made.data["municipalities"]]
    assert names == sorted(names), "on alphabet, not on a figure"
    for place, one in enumerate(made.data["municipalities"]):
        assert len(one["peers"]) == 6
        assert place not in [peer for peer, _ in one["peers"]]


def test_ids_are_unique_and_headings_skip_no_level(elements: Elements) -> None:
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    local = {attributes["href"][1:] for tag, attributes in elements.found if attributes.get("href", "").startswith("#")}
    assert local <= set(ids)
    levels = [int(tag[1]) for tag, _ in elements.found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert ("html", {"lang": "nl"}) in elements.found


def test_nothing_outside_the_file_is_asked_for(made: Made, elements: Elements) -> None:
    for tag, attributes in elements.found:
        assert "src" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], "the page's policy forbids inline handlers"
        if tag == "link":
            assert attributes["href"] == "data:,"
    styles = "".join(text for tag, text in elements.raw if tag == "style")
    assert "url(" not in styles
    assert "@import" not in styles
    address = re.compile(r"https?://(?!www\.w3\.org/2000/svg)|//cdn|wss?://")
    assert not address.search(made.html)
    scripts = [text for tag, text in elements.raw if tag == "script"]
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(", "".join(scripts))


def test_only_the_pages_own_scripts_and_styles_may_run(made: Made, elements: Elements) -> None:
    policy = next(attributes["content"] for tag, attributes in elements.found if "http-equiv" in attributes)
    assert policy.startswith("default-src 'none';")
    texts = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", made.html, re.DOTALL)
    assert len(texts) == 3
    for text in texts:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy


def test_it_is_small_also_for_the_whole_country(made: Made) -> None:
    fixed = sum(len(text.encode()) for text in page_sources().values())
    each = (len(made.html.encode()) - fixed) / made.panel["gm_code"].nunique()
    # what stands there once (leeswijzer, sources, limits) is counted for every municipality: an upper bound
    assert fixed + 400 * each < LARGEST_BYTES


def test_the_same_figures_give_the_same_bytes(made: Made) -> None:
    assert page_of(made) == made.html


def test_made_up_figures_are_marked_and_real_ones_are_not(made: Made) -> None:
    assert made.data["mark"] == "VOORBEELDCIJFERS"
    assert 'class="mark"' in made.html
    assert '@top-center { content: "VOORBEELDCIJFERS' in made.html
    assert all("VOORBEELDCIJFERS" in made.article(gm) for gm in made.panel["gm_code"].unique())
    assert re.search(r"<caption>.*VOORBEELDCIJFERS.*</caption>", made.html)
    assert "<title>Wijkteams en jeugdhulp per gemeente (VOORBEELDCIJFERS)</title>" in made.html
    real = page_of(made, {**RUN, "source": "cbs"})
    scripts = "".join(page_sources().values())
    assert real.count("VOORBEELDCIJFERS") == scripts.count("VOORBEELDCIJFERS")
    assert 'class="mark"' not in real


def test_sources_stand_there_with_their_version(made: Made) -> None:
    assert '<th scope="row">84134NED</th>' in made.html
    assert "Kerncijfers &lt;over&gt; jeugdzorg" in made.html
    assert "<td>30 april 2026</td>" in made.html
    assert 'href="wijkteams.html"' in made.html
    assert "een ranglijst zou" in made.html


def test_former_municipalities_are_named_and_found(made: Made) -> None:
    article = made.article("GM1961")
    assert "Geheel of deels hierin opgegaan sinds 2015: Leerdam, Vianen en Zederik" in article
    one = next(one for one in made.data["municipalities"] if one["code"] == "GM1961")
    assert one["also"] == ["Leerdam", "Vianen", "Zederik"]
