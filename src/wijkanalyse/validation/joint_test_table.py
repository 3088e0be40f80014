"""How often the joint test of the multiverse rejects, for people to read and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from wijkanalyse.effects.multiverse.schemas import MECHANICAL, NOT_MECHANICAL
from wijkanalyse.files import replacing, write_text
from wijkanalyse.frames import rows
from wijkanalyse.validation.origin import describe_code
from wijkanalyse.validation.scenarios import scenario_named
from wijkanalyse.validation.studies import JointTestStudy
from wijkanalyse.validation.table import WRONG, as_line, as_share, marked, outside

_STATISTICS = {
    "median_statistic": "median t (printed in the report)",
    "median_estimate": "median estimate",
    "share_negative": "share below zero",
    "share_significant": "share significant",
}
_SIDES = {NOT_MECHANICAL: "not mechanical", MECHANICAL: "mechanical"}


def write_rejections(summary: pd.DataFrame, study: JointTestStudy, csv: Path, text: Path) -> None:
    """Write `summary` (`joint_test.Rejections`) as CSV and as Markdown."""
    with replacing(csv) as temporary:
        summary.to_csv(temporary, index=False, lineterminator="\n", float_format="%.6g")
    write_text(as_markdown(summary, study), text)


def as_markdown(summary: pd.DataFrame, study: JointTestStudy) -> str:
    """Return the tables in words and Markdown, first the specifications that are not mechanical."""
    countries = ", ".join(f"{number} of {name}" for name, number in study.replications.items())
    lines = [
        "# Does the joint test of the multiverse keep its level, and does it find an effect?",
        "",
        f"Made-up countries: {countries}; seed {study.seed}, {describe_code()}. Of each country",
        f"{study.permutations} permutations and at most {study.specifications} specifications of each contrast on each side of",
        "the firewall, drawn by lot (a run has more of both). Choices are in config/validation.yaml, all columns in",
        "multiverse.csv. Made again by `snakemake --cores 2 recovery_multiverse`.",
        "",
        "Shares of the countries in which the test rejects at 5 %, in per cent, ± Monte Carlo standard error. Where the truth",
        "is nil 3 to 7 % are wanted of the specifications that are not mechanical; **bold** is further outside than chance",
        "explains. Mechanical specifications compare what municipalities were classified on: they reject by construction,",
        "without any effect, and that is why the report keeps them apart.",
        *(line for line in ["", *study.remarks.splitlines()] if study.remarks),
    ]
    for side, title in _SIDES.items():
        lines += ["", f"## Specifications that are {title}", "", *_table(summary[summary["side"].eq(side)], side, study)]
    lines += ["", "What is true in the countries:", ""]
    lines += [f"- {name}: {scenario_named(name).words}." for name in study.replications]
    return "\n".join(lines) + "\n"


def _table(found: pd.DataFrame, side: str, study: JointTestStudy) -> Iterator[str]:
    yield as_line(["scenario", "contrast", "specifications", *_STATISTICS.values()])
    yield as_line(["---", "---", *["---:"] * (1 + len(_STATISTICS))])
    for name in study.replications:
        has_level = side == NOT_MECHANICAL and not scenario_named(name).has_effect
        mine = found[found["scenario"].eq(name)]
        for contrast, each in mine.groupby("contrast", sort=False):
            shares = {
                row.statistic: marked(
                    as_share(row.rejection, row.rejection_error),
                    has_level and outside(row.rejection, WRONG, row.replications),
                )
                for row in rows(each)
            }
            specifications = f"{each['specifications'].mean():.0f}"
            yield as_line([name, contrast, specifications, *(shares.get(statistic, "") for statistic in _STATISTICS)])
