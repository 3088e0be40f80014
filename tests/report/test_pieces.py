"""Figures and tables: complete, marked when made up, the same bytes for the same figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wijkanalyse.report.claims import Claim, Origin, as_frame
from wijkanalyse.report.figures import contrasts as figures
from wijkanalyse.report.tables import contrasts, data
from wijkanalyse.report.tables.markdown import Ledger, markdown_table

ORIGIN = Origin("f", "r", "t", "rule")


@pytest.fixture
def observations() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frames = [
        pd.DataFrame(
            {
                "contrast": "duration",
                "form": form,
                "group": group,
                "gm_code": [f"GM{n:04}" for n in range(40)],
                "value": rng.normal(middle, 20, 40),
                "weight": rng.integers(50, 5000, 40),
            }
        )
        for form in ("zonder_verblijf", "niet_wijkteam")
        for group, middle in (("active", 340), ("not_active", 390))
    ]
    return pd.concat(frames, ignore_index=True)


@pytest.fixture
def estimates(observations: pd.DataFrame) -> pd.DataFrame:
    means = observations.groupby(["contrast", "form", "group"], as_index=False)["value"].mean()
    return means.rename(columns={"group": "term"}).assign(
        weighting="pooled", unit="days", lower=lambda f: f["value"] - 5, upper=lambda f: f["value"] + 5
    )


def test_a_contrast_figure_is_reproducible_marked_and_described(
    observations: pd.DataFrame, estimates: pd.DataFrame, tmp_path: Path
) -> None:
    published = {"active": 337.0, "not_active": 389.0}
    paths = [tmp_path / name for name in ("a.svg", "b.svg", "plain.svg")]
    alt = figures.draw_contrast("duration", observations, estimates, published, paths[0], mark=True)
    figures.draw_contrast("duration", observations, estimates, published, paths[1], mark=True)
    figures.draw_contrast("duration", observations, estimates, published, paths[2], mark=False)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[2].stat().st_size < paths[0].stat().st_size
    assert "actief: 40 gemeenten" in alt
    assert "zonder de hulp van het wijkteam zelf" in alt
    middle = observations.query("form == 'zonder_verblijf' and group == 'active'")["value"].median()
    assert f"mediaan {middle:.0f}" in alt


def test_a_form_that_was_not_estimated_has_no_panel(
    observations: pd.DataFrame, estimates: pd.DataFrame, tmp_path: Path
) -> None:
    only = observations[observations["form"].eq("zonder_verblijf")]
    alt = figures.draw_contrast("duration", only, estimates, {}, tmp_path / "x.svg", mark=False)
    assert "zonder de hulp van het wijkteam zelf" not in alt


def test_the_table_of_published_figures_names_units_once_and_shows_intervals() -> None:
    claims = [Claim(f"published.{name}.{group}", 3, "percent", "x", ORIGIN, decimals=0)
              for name in ("use", "duration", "crisis") for group in ("active", "not_active")]  # fmt: skip
    claims.append(Claim("use.zonder_verblijf.pooled.active", -7.5, "percent", "x", ORIGIN, lower=-9.4, upper=-5.6))
    table = contrasts.published_against_rerun(Ledger(as_frame(claims, "s")), mark=True)
    assert "\N{MINUS SIGN}7,5 (\N{MINUS SIGN}9,4 tot \N{MINUS SIGN}5,6)" in table
    assert "VOORBEELDCIJFERS" in table
    assert "{#tbl-naast-elkaar}" in table
    # what was not estimated is a dash, not an empty cell or a nan
    assert "nan" not in table
    assert "\N{EM DASH}" in table


def test_failed_checks_come_first_with_what_was_expected_and_found() -> None:
    frame = pd.DataFrame(
        {
            "check": ["title", "title", "division"],
            "subject": ["84134NED", "85099NED", "2020"],
            "passed": [True, False, True],
            "expected": ["A", "B", "355"],
            "found": ["A", "C", "355"],
        }
    )
    lines = data.checks(frame, mark=False).splitlines()
    assert "`85099NED`" in lines[2]
    assert "verwacht B, gevonden C" in lines[2]
    assert "VOORBEELDCIJFERS" not in "".join(lines)


def test_a_cell_with_a_pipe_stays_one_cell() -> None:
    table = markdown_table(["a", "b"], [["x|y", "z"]], "Titel.", "tbl-x", [5, 5], 1)
    assert "| x\\|y | z |" in table
