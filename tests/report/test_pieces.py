"""Figures and tables: complete, marked when made up, the same bytes for the same figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wijkanalyse.report.claims import Claim, Origin, as_frame
from wijkanalyse.report.figures import contrasts as figures
from wijkanalyse.report.language import speaking
from wijkanalyse.report.tables import contrasts, data
from wijkanalyse.report.tables.markdown import Ledger, markdown_table
from wijkanalyse.report.tables.printed import Book, Printed

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
    drawn = figures.draw_contrast("duration", observations, estimates, published, paths[0], mark=True)
    figures.draw_contrast("duration", observations, estimates, published, paths[1], mark=True)
    figures.draw_contrast("duration", observations, estimates, published, paths[2], mark=False)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[2].stat().st_size < paths[0].stat().st_size
    assert "actief: 40 gemeenten" in drawn.alt
    assert "zonder de hulp van het wijkteam zelf" in drawn.alt
    middle = observations.query("form == 'zonder_verblijf' and group == 'active'")["value"].median()
    assert f"mediaan {middle:.0f}" in drawn.alt
    # the figures behind the picture: a row per panel and group
    assert drawn.data.index.tolist() == [
        f"{form} {group}" for form in ("zonder_verblijf", "niet_wijkteam") for group in ("active", "not_active")
    ]
    assert drawn.data["middle"].iloc[0] == pytest.approx(middle)


def test_the_figures_behind_a_picture_are_claims_and_the_picture_speaks_english(
    observations: pd.DataFrame, estimates: pd.DataFrame, tmp_path: Path
) -> None:
    book = Book()
    with speaking("en"):
        drawn = figures.draw_contrast("duration", observations, estimates, {}, tmp_path / "x.svg", mark=False)
        rows = list(drawn.rows(Printed(book, "duration", "f.parquet", "estimate_contrasts", "84134NED")))
    assert "active: 40 municipalities" in drawn.alt
    assert rows[0][2] == '[40]{.claim of="cell.duration.zonder_verblijf_active.municipalities"}'
    assert book.claims["cell.duration.zonder_verblijf_active.municipalities"].value == 40


def test_a_form_that_was_not_estimated_has_no_panel(
    observations: pd.DataFrame, estimates: pd.DataFrame, tmp_path: Path
) -> None:
    only = observations[observations["form"].eq("zonder_verblijf")]
    drawn = figures.draw_contrast("duration", only, estimates, {}, tmp_path / "x.svg", mark=False)
    assert "zonder de hulp van het wijkteam zelf" not in drawn.alt


def test_the_table_of_published_figures_names_units_once_and_shows_intervals() -> None:
    claims = [Claim(f"published.{name}.{group}", 3, "percent", "x", ORIGIN, decimals=0)
              for name in ("use", "duration", "crisis") for group in ("active", "not_active")]  # fmt: skip
    claims.append(Claim("use.zonder_verblijf.pooled.active", -7.5, "percent", "x", ORIGIN, lower=-9.4, upper=-5.6))
    table = contrasts.published_against_rerun(Ledger(as_frame(lambda: claims, "s")), mark=True)
    of = '{.claim of="use.zonder_verblijf.pooled.active"}'
    assert f"[\N{MINUS SIGN}7,5]{of} ([\N{MINUS SIGN}9,4 tot \N{MINUS SIGN}5,6]{of})" in table
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
    lines = data.checks(frame, Printed(Book(), "checks", "f.parquet", "build_panel", "all"), mark=False).splitlines()
    assert "`85099NED`" in lines[2]
    assert "verwacht B, gevonden C" in lines[2]
    assert "VOORBEELDCIJFERS" not in "".join(lines)


def test_a_cell_with_a_pipe_stays_one_cell() -> None:
    table = markdown_table(["a", "b"], [["x|y", "z"]], "Titel.", "tbl-x", [5, 5], 1)
    assert "| x\\|y | z |" in table


def test_a_number_of_a_table_is_named_by_row_and_column_and_printed_once_only_in_one_way() -> None:
    printed = Printed(Book(), "balance", "balance.parquet", "estimate_effects", "70072ned")
    assert printed.number("eenouder", "smd", 0.234) == '[0,23]{.claim of="cell.balance.eenouder.smd"}'
    assert (
        printed.interval("GM0344", "ci", -1.25, 2, "percent", 1)
        == '[\N{MINUS SIGN}1,3 tot 2,0]{.claim of="cell.balance.gm0344.ci"}'
    )
    assert printed.words("x", "years", "2017-2020") == '[2017-2020]{.claim of="cell.balance.x.years"}'
    assert printed.words("x", "found", "2016: -25 %").startswith("[2016: \N{MINUS SIGN}25 %]")
    assert printed.words("x", "name", "geen getal") == "geen getal"
    assert printed.number("x", "smd", float("nan")) == "\N{EM DASH}"
    claim = printed.book.claims["cell.balance.eenouder.smd"]
    assert (claim.value, claim.origin.file, claim.origin.row) == (0.234, "balance.parquet", "eenouder: smd")
    with pytest.raises(ValueError, match="name the rows apart"):
        printed.number("eenouder", "smd", 0.5)
