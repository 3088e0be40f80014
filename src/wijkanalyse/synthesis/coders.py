"""How far two coders agree on the same reports, and on what they do not.

The second coder read 46 of the reports blind. A theme that both hardly ever see gives much agreement and a low kappa; the
coefficients therefore stand beside each other with the counts that they come from.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.config import Evidence
from wijkanalyse.contracts import Contract
from wijkanalyse.evidence.codes import DELIVERS_HELP, THEMES
from wijkanalyse.synthesis.agreement import (
    alpha_interval,
    cohen_kappa,
    coincidences,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
)
from wijkanalyse.synthesis.meta import LEVEL

TOGETHER, HELP = "all_themes", "delivers_help"
_LABELS: Final = {name: theme.label_nl for name, theme in THEMES.items()} | {
    HELP: "geeft zelf hulp",
    TOGETHER: "alle thema's samen",
}
_KINDS: Final = {name: theme.kind for name, theme in THEMES.items()} | {HELP: "help", TOGETHER: "all"}
# Fewer reports than this with the theme (by either coder) say little of how well it is coded.
_FEW_SEEN: Final = 5


class Agreement(Contract):
    """Agreement of the two coders: one row per theme, for `delivers_help`, and for all themes together."""

    item: Series[str] = pa.Field(isin=list(_LABELS), unique=True, description="theme, delivers_help, or all_themes")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    kind: Series[str] = pa.Field(description="theme, barrier, enabling, help or all")
    reports: Series[int] = pa.Field(ge=0, description="reports that both coded")
    n: Series[int] = pa.Field(ge=0, description="decisions: reports, or reports x themes for all_themes")
    first_seen: Series[int] = pa.Field(ge=0, description="decisions `seen` (delivers_help: yes) of the first coder")
    second_seen: Series[int] = pa.Field(ge=0, description="those of the second coder")
    both_seen: Series[int] = pa.Field(ge=0, description="decisions where both say so")
    disagreements: Series[int] = pa.Field(ge=0, description="decisions that differ")
    agreement_pct: Series[float] = pa.Field(nullable=True, description="decisions that are the same, percent")
    kappa: Series[float] = pa.Field(nullable=True, description="Cohen's kappa; empty where neither coder varies")
    kappa_lower: Series[float] = pa.Field(
        nullable=True, description="lower end of its normal interval, decisions as if independent"
    )
    kappa_upper: Series[float] = pa.Field(nullable=True, description="upper end of that")
    alpha: Series[float] = pa.Field(nullable=True, description="Krippendorff's alpha, nominal; empty where nothing varies")
    alpha_lower: Series[float] = pa.Field(nullable=True, description="lower end of its bootstrap interval over reports")
    alpha_upper: Series[float] = pa.Field(nullable=True, description="upper end; empty where over 5 % of samples do not vary")
    ac1: Series[float] = pa.Field(nullable=True, description="Gwet's AC1, which rare themes do not push down")
    status: Series[str] = pa.Field(description="what to keep in mind, or empty")


class Disagreements(Contract):
    """One row per decision on which the coders differ, for an adjudicator."""

    report_id: Series[str] = pa.Field(description="report")
    organisation: Series[str] = pa.Field(description="whose report")
    year: Series[str] = pa.Field(nullable=True, description="its year or years")
    source_level: Series[str] = pa.Field(description="whose text it is")
    item: Series[str] = pa.Field(description="theme or delivers_help")
    label_nl: Series[str] = pa.Field(description="its Dutch name")
    first: Series[str] = pa.Field(description="code of the first coder")
    second: Series[str] = pa.Field(description="code of the second coder")
    consensus: Series[str] = pa.Field(
        description="what the rule of the configuration makes of it; delivers_help: the first code"
    )
    url: Series[str] = pa.Field(description="page to look at again")


def coder_agreement(
    annual_reports: pd.DataFrame, second: pd.DataFrame, draws: int, seed: int, level: float = LEVEL
) -> pd.DataFrame:
    """Return the agreement per theme over the reports that both coders read; a frame as in `Agreement`.

    annual_reports, second: the tidy tables; draws, seed: of the bootstrap. Its units are reports, also where all themes are
    taken together: decisions on one page hang together.
    """
    first, other = _both(annual_reports, second)
    rng = np.random.default_rng([seed, 46])
    ratings = {name: np.stack([first[name].to_numpy(int), other[name].to_numpy(int)]) for name in THEMES}
    help_codes = {word: code for code, word in enumerate(reversed(DELIVERS_HELP))}
    ratings[HELP] = np.stack([frame[HELP].map(help_codes).to_numpy(int) for frame in (first, other)])
    ratings[TOGETHER] = np.concatenate([ratings[name] for name in THEMES], axis=1)
    rows = []
    for item, codes in ratings.items():
        categories = len(DELIVERS_HELP) if item == HELP else 2
        units = coincidences(codes, categories)
        if item == TOGETHER:
            units = units.reshape(len(THEMES), len(first), categories, categories).sum(axis=0)
        kappa, kappa_lower, kappa_upper = cohen_kappa(codes[0], codes[1], level)
        alpha_lower, alpha_upper = alpha_interval(units, rng, draws, level=level)
        yes = codes == categories - 1
        rows.append(
            {
                "item": item,
                "label_nl": _LABELS[item],
                "kind": _KINDS[item],
                "reports": len(first),
                "n": codes.shape[1],
                "first_seen": int(yes[0].sum()),
                "second_seen": int(yes[1].sum()),
                "both_seen": int(yes.all(axis=0).sum()),
                "disagreements": int((codes[0] != codes[1]).sum()),
                "agreement_pct": percent_agreement(codes),
                "kappa": kappa,
                "kappa_lower": kappa_lower,
                "kappa_upper": kappa_upper,
                "alpha": krippendorff_alpha(codes),
                "alpha_lower": alpha_lower,
                "alpha_upper": alpha_upper,
                "ac1": gwet_ac1(codes),
                "status": _status(int(yes.any(axis=0).sum())),
            }
        )
    return pd.DataFrame(rows)


def coder_disagreements(annual_reports: pd.DataFrame, second: pd.DataFrame, choices: Evidence) -> pd.DataFrame:
    """List every decision on which the coders differ, by report and theme; a frame as in `Disagreements`."""
    first, other = _both(annual_reports, second)
    about = annual_reports.set_index("report_id")
    rows = []
    for item in (*THEMES, HELP):
        for report in first.index[(first[item] != other[item]).to_numpy(bool)]:
            codes = str(first.at[report, item]), str(other.at[report, item])
            agreed = {"first": codes[0], "second": codes[1], "both": "0", "either": "1"}[choices.consensus]
            rows.append(
                {
                    "report_id": report,
                    **{name: about.at[report, name] for name in ("organisation", "year", "source_level", "url")},
                    "item": item,
                    "label_nl": _LABELS[item],
                    "first": codes[0],
                    "second": codes[1],
                    "consensus": codes[0] if item == HELP else agreed,
                }
            )
    frame = pd.DataFrame(rows, columns=list(Disagreements.to_schema().columns))
    number = frame["report_id"].str.extract(r"(\d+)", expand=False).astype(int)
    return frame.iloc[np.argsort(number.to_numpy(), kind="stable")].reset_index(drop=True)


def _both(annual_reports: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    # in one order, whatever that of the files: the bootstrap draws by place
    other = second.set_index("report_id").sort_index()
    first = annual_reports.set_index("report_id").loc[other.index]
    return first, other


def _status(seen: int) -> str:
    if seen == 0:
        return "neither coder saw it"
    if seen < _FEW_SEEN:
        return f"seen in {seen} of the reports by either coder: kappa and alpha rest on these"
    return ""
