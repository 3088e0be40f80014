"""A small country, through the whole way from its tables to the page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.small_world import ROOT, fetched_tables, register
from wijkanalyse.classification import classify
from wijkanalyse.config import Config
from wijkanalyse.panel.build import build_panel
from wijkanalyse.report.municipal import SOURCES, make_page

RUN = {
    "source": "example",
    "tables": {
        "84134NED": {
            "title": "Kerncijfers <over> jeugdzorg, 2015-2020",
            "modified": "2026-04-30T02:00:00",
            "retrieved_at": "2026-11-22T00:26:59+00:00",
        }
    },
}


@dataclass(frozen=True)
class Made:
    """The page, and what it was made from."""

    panel: pd.DataFrame
    long: pd.DataFrame
    classification: pd.DataFrame
    html: str

    @property
    def data(self) -> dict[str, Any]:
        """The figures that the page carries."""
        found = re.search(r'<script type="application/json" id="data">(.*?)</script>', self.html, re.DOTALL)
        assert found
        return dict(json.loads(found.group(1)))

    def article(self, gm: str) -> str:
        """The HTML of one municipality."""
        found = re.search(f'<article class="gemeente" id="{gm}".*?</article>', self.html, re.DOTALL)
        assert found
        return found.group(0)


def page_sources() -> dict[str, str]:
    """The files that the page is put together from."""
    folders = {"styles.css": ROOT / "reports"}
    return {name: (folders.get(name, ROOT / "reports" / "gemeenten") / name).read_text(encoding="utf-8") for name in SOURCES}


def page_of(made: Made, run: Mapping[str, Any] = RUN) -> str:
    """The page of the same figures again, for another run."""
    config = Config()
    return make_page(made.panel, made.long, made.classification, run, config.classification, config.panel, page_sources())


@pytest.fixture(scope="session")
def made() -> Made:
    """The page of the municipalities of the province of Utrecht."""
    tables, config = fetched_tables(), Config()
    built = build_panel(lambda name: tables[name], register(), config.panel, "VOORBEELDCIJFERS")
    classification = classify(built.wide, built.long, config.classification)
    empty = Made(built.wide, built.long, classification, "")
    return Made(built.wide, built.long, classification, page_of(empty))


@pytest.fixture(scope="session")
def page_url(made: Made, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page as a file, in a folder whose name has a blank and an accent."""
    path: Path = tmp_path_factory.mktemp("een pagina é") / "gemeenten.html"
    path.write_text(made.html, encoding="utf-8")
    return path.as_uri()
