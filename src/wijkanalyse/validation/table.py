"""How the estimators did, for people to read (first what a referee looks for, then everything) and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from wijkanalyse.files import replacing, write_text
from wijkanalyse.frames import rows
from wijkanalyse.validation.origin import describe_code
from wijkanalyse.validation.scenarios import scenario_named
from wijkanalyse.validation.studies import EstimatorStudy

COVERAGE: Final = (0.93, 0.97)
WRONG: Final = (0.03, 0.07)
"""Wanted shares of intervals that hold the truth, and of wrong findings."""

_PRIMARY: Final = "primary"
_PUBLISHED: Final = "published"
_AS_PUBLISHED: Final[Mapping[str, str]] = {
    "use_change": "published_use_zonder_verblijf",
    "duration_within": "published_duration_zonder_verblijf",
    "crisis_share": "published_crisis_zonder_verblijf",
}
"""What the study compared where we ask a primary question: all help without residence, the team's own included, pooled."""

# a truth of a tenth of the spread moves the rejections of a 5 % test by 0.1 point: as good as nil
_AS_GOOD_AS_NIL: Final = 0.1
_NORMAL: Final = 1.96
_DECIMALS: Final = {"days": 1, "percentage points": 2, "log ratio": 3}
_UNITS: Final = {"days": "days", "percentage points": "points", "log ratio": ""}


def write_recovery(summary: pd.DataFrame, study: EstimatorStudy, csv: Path, text: Path) -> None:
    """Write `summary` (`recovery.Summary`) as CSV and as Markdown."""
    with replacing(csv) as temporary:
        summary.to_csv(temporary, index=False, lineterminator="\n", float_format="%.6g")
    write_text(as_markdown(summary, study), text)


def as_markdown(summary: pd.DataFrame, study: EstimatorStudy) -> str:
    """Return the tables in words and Markdown: the primary estimators beside the published contrasts, then each scenario."""
    lines = [
        "# Do the methods find what is there?",
        "",
        f"{study.replications} made-up countries per scenario, seed {study.seed}, {describe_code()}.",
        "Choices are in config/validation.yaml, all columns in recovery.csv. Made again by `snakemake --cores 2 recovery`.",
        "",
        "## The primary estimators, as the report prints them, beside contrasts as the study published them",
        "",
        "The truth is what the effects of the teams do to the very comparison that is estimated, as the logarithm of a ratio",
        "(0.1 is about 10 %). *Covers*: 95 % intervals that hold the truth, wanted 93 to 97 %. *Wrong*: intervals without zero",
        "where the truth is nil, wanted 3 to 7 %; where it is not nil they are the *power*. Shares in per cent, ± Monte Carlo",
        "standard error; **bold** is further outside the wanted range than chance explains. The published-style contrast",
        "counts the team's own help in: what it finds, and how often that is *significant*, beside what is true of it.",
        "",
        *_short_table(summary, study),
        "",
        *_verdict(summary, study),
        "",
        *(line for line in [*study.remarks.splitlines(), ""] if study.remarks),
        "## All estimators by scenario",
        "",
        "The truth is the value of the comparison on the expected figures of the country, minus that of the same country",
        "without the effects. Relabelling and late deliveries are no effects. `primary` and `secondary` have jackknife errors",
        "(CR3), as in the report; `primary_cr1` the usual cluster-robust ones; `published` are contrasts in the study's way.",
        "",
        "- bias: mean of estimate minus truth; ± is its Monte Carlo standard error.",
        "- spread: standard deviation of estimate minus truth, to be compared with the mean reported standard error.",
        "- coverage: 95 % intervals that hold the truth.",
        "- rejects: 95 % intervals without zero: wrong findings where the truth is nil, elsewhere the power.",
        "",
        "How much municipalities, youth regions and counts vary by chance is in `wijkanalyse/example/chance.py`, with reasons.",
    ]
    for name in study.scenarios:
        words = scenario_named(name).words
        found = summary[summary["scenario"].eq(name)]
        lines += ["", f"### {name}", "", f"{words[:1].upper()}{words[1:]}.", "", *_table(found)]
    return "\n".join(lines) + "\n"


def outside(share: float, wanted: tuple[float, float], cases: int) -> bool:
    """Whether a share of `cases` countries is further outside the wanted range than chance explains (two-sided, 5 %)."""
    low, high = wanted
    margins = [_NORMAL * np.sqrt(end * (1 - end) / cases) for end in wanted]
    return bool(share < low - margins[0] or share > high + margins[1])


def is_nil(row: Any) -> bool:
    """Whether the truth of a row of `recovery.Summary` is nil, or so near it that rejections are wrong findings too."""
    return bool(abs(row.truth) <= _AS_GOOD_AS_NIL * row.empirical_se)


def _primaries(summary: pd.DataFrame, study: EstimatorStudy) -> Iterator[tuple[Any, Any]]:
    """The primary rows in the order of the scenarios, each with that of the published contrast beside it (or None)."""
    published = {(row.scenario, row.question): row for row in rows(summary[summary["estimator"].eq(_PUBLISHED)])}
    mine = summary[summary["estimator"].eq(_PRIMARY)]
    for name in study.scenarios:
        for row in rows(mine[mine["scenario"].eq(name)]):
            yield row, published.get((name, _AS_PUBLISHED.get(row.question, "")))


def _short_table(summary: pd.DataFrame, study: EstimatorStudy) -> Iterator[str]:
    yield as_line(
        [
            *("scenario", "question", "truth", "bias", "covers", "wrong", "power"),
            *("published-style: truth", "finds", "significant"),
        ]
    )
    yield as_line(["---", "---", *["---:"] * 8])
    for row, published in _primaries(summary, study):
        nil, cases = is_nil(row), _cases(row)
        rejects = as_share(row.rejection, row.rejection_error)
        beside = ["", "", ""]
        if published is not None:
            digits, unit = _DECIMALS[published.unit], _UNITS[published.unit]
            beside = [
                f"{_number(published.truth, digits)} {unit}",
                f"{_number(published.mean, digits)} {unit}",
                as_share(published.rejection, published.rejection_error),
            ]
        yield as_line(
            [
                row.scenario,
                row.question,
                _number(row.truth, 3),
                f"{_number(row.bias, 3)} ± {row.bias_error:.3f}",
                marked(as_share(row.coverage, row.coverage_error), outside(row.coverage, COVERAGE, cases)),
                marked(rejects, outside(row.rejection, WRONG, cases)) if nil else "",
                "" if nil else rejects,
                *beside,
            ]
        )


def _verdict(summary: pd.DataFrame, study: EstimatorStudy) -> Iterator[str]:
    """How many estimators cover the truth as often as they should, and which do not."""
    found = [row for row, _ in _primaries(summary, study)]
    missed = [row for row in found if outside(row.coverage, COVERAGE, _cases(row))]
    within = sum(COVERAGE[0] <= round(row.coverage, 6) <= COVERAGE[1] for row in found)
    near = len(found) - len(missed) - within
    yield f"Of {len(found)} coverages {within} are within the wanted range, {near} no further outside than chance explains,"
    yield f"and {len(missed)} further."
    if missed:
        named = [f"{row.question} in {row.scenario} ({100 * row.coverage:.1f} %)" for row in missed]
        yield f"Further outside: {'; '.join(named)}."


def _table(found: pd.DataFrame) -> Iterator[str]:
    header = (
        *("estimator", "question", "unit", "truth", "mean", "bias", "spread", "reported SE"),
        *("coverage %", "rejects %", "no number %"),
    )
    yield as_line(header)
    yield as_line(["---", "---", "---", *["---:"] * (len(header) - 3)])
    for row in rows(found):
        digits = _DECIMALS.get(row.unit, 3)
        yield as_line(
            [
                row.estimator,
                row.question or f"(all) {row.why}",
                row.unit,
                _number(row.truth, digits),
                _number(row.mean, digits),
                f"{_number(row.bias, digits)} ± {row.bias_error:.{digits}f}",
                f"{row.empirical_se:.{digits}f}",
                f"{row.mean_se:.{digits}f}",
                as_share(row.coverage, row.coverage_error),
                as_share(row.rejection, row.rejection_error),
                f"{100 * row.without_number:.0f}" + (f" ({row.why})" if row.why and row.question else ""),
            ]
        )


def _cases(row: Any) -> int:
    """Countries with a number."""
    return max(round(row.replications * (1 - row.without_number)), 1)


def _number(value: float, digits: int) -> str:
    """The number, without the sign of a zero."""
    return f"{value:.{digits}f}" if round(value, digits) else f"{0:.{digits}f}"


def as_share(value: float, error: float) -> str:
    """Return a share and its error in per cent."""
    return f"{100 * value:.1f} ± {100 * error:.1f}"


def marked(text: str, is_marked: bool) -> str:
    """Return the text, bold where it is marked."""
    return f"**{text}**" if is_marked else text


def as_line(cells: Iterable[Any]) -> str:
    """Return the row of a Markdown table."""
    # a bar within a cell would begin another one
    return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ").strip() for cell in cells) + " |"
