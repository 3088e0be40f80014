"""Claims on the reports of the teams: how often themes are seen, and how far two coders agree on that."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import pandas as pd

from wijkanalyse.frames import rows
from wijkanalyse.report import evidence_words as words
from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import enumeration
from wijkanalyse.synthesis.coders import HELP, TOGETHER

FOLDER: Final = "data/processed/estimates"
RULE: Final = "synthesise_evidence"
COMPARED: Final = "municipal_report"
"""The texts that stand beside those of the configuration."""


def themes(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``theme.<name>.*`` for the texts of the configuration, ``theme_municipal.<name>.*`` for municipal sections.

    table: frame as in `Themes` with all texts and consensus rules. ``rule_shift`` is the largest change with another rule.
    """
    base = table[table["is_base"]]
    rule, level = str(base["consensus"].iloc[0]), str(base["source_level"].iloc[0])
    beside = table[table["source_level"].eq(COMPARED) & table["consensus"].eq(rule)]
    for prefix, found in (("theme", base), ("theme_municipal", beside)):
        for row in rows(found):
            where = _themes_at(f"theme={row.theme}, source_level={row.source_level}, consensus={rule}")
            label = tr("Thema gezien in {texts}: {theme}", texts=words.LEVELS[row.source_level], theme=tr(row.label_nl))
            ends = float(row.lower), float(row.upper)
            yield Claim(f"{prefix}.{row.theme}.share", float(row.share_pct), "percent", label, where, *ends, 0)
            yield Claim(f"{prefix}.{row.theme}.seen", row.seen, "count", label, where)
    others = table[table["source_level"].eq(level)]
    change = others["share_pct"] - others["theme"].map(base.set_index("theme")["share_pct"])
    shift = change.abs().groupby(others["theme"]).max()
    for row in rows(base):
        where = _themes_at(f"theme={row.theme}, source_level={level}, all consensus rules")
        label = tr("Grootste verschuiving met een andere regel: {theme}", theme=tr(row.label_nl))
        yield Claim(f"theme.{row.theme}.rule_shift", float(shift[row.theme]), "points", label, where, decimals=0)
    most = base.set_index("theme").at[shift.idxmax(), "label_nl"]
    where = _themes_at(f"source_level={level}, all consensus rules")
    yield _text("themes.rule_most", tr("Thema waarbij de regel het meest uitmaakt"), where, tr(str(most)))
    label = tr("Grootste verschuiving door de regel")
    yield Claim("themes.rule_shift", float(shift.max()), "points", label, where, decimals=0)
    ranked = base[base["kind"].eq("theme")].sort_values("share_pct", ascending=False, kind="stable")
    for place, row in zip(("first", "second", "third"), rows(ranked), strict=False):
        where = _themes_at(f"theme={row.theme}, is_base")
        yield _text(f"themes.{place}", tr("Vaakst geziene thema's"), where, tr(row.label_nl))
        yield Claim(f"themes.{place}_share", row.share_pct, "percent", tr("Vaakst geziene thema's"), where, decimals=0)
    texts, municipal = words.LEVELS[level], words.LEVELS[COMPARED]
    for leaf, found, column, label in (
        ("n", base, "n", tr("Aantal {texts} (organisatie en jaar)", texts=texts)),
        ("n_two_coders", base, "n_two_coders", tr("Aantal {texts} met twee codeurs", texts=texts)),
        ("n_municipal", beside, "n", tr("Aantal {texts} (organisatie en jaar)", texts=municipal)),
    ):
        yield Claim(f"themes.{leaf}", found[column].iloc[0], "count", label, _themes_at(column))
    label = tr("Regel voor verslagen met twee codeurs")
    yield _text("themes.consensus", label, _themes_at("is_base"), words.CONSENSUS[rule])
    yield _text("themes.level", tr("Teksten die zijn geteld"), _themes_at("is_base"), texts)


def elements(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``elements.*``: how many elements the study names, and how many of them no column codes."""
    base = table[table["is_base"]]
    where = Origin(f"{FOLDER}/elements.parquet", "is_base", "annual_reports.csv", RULE)
    yield Claim("elements.all", len(base), "count", tr("Elementen die de studie noemt"), where)
    yield Claim("elements.not_coded", int(base["theme"].isna().sum()), "count", tr("Waarvan niet gecodeerd"), where)
    barriers = base[base["kind"].eq("barrier")].sort_values("seen", ascending=False, kind="stable")
    seen = [tr("{element} ({n} keer)", element=tr(row.wording), n=row.seen) for row in rows(barriers)]
    yield Claim("elements.barriers_n", len(barriers), "count", tr("Belemmeringen die de studie noemt"), where)
    yield _text("elements.barriers", tr("Belemmeringen van de studie, hoe vaak gezien"), where, enumeration(seen))


def coders(table: pd.DataFrame) -> Iterator[Claim]:
    """Claims ``coders.*``: agreement over all themes together, and the theme on which the two differ most.

    table: frame as in `Agreement`.
    """
    (row,) = rows(table[table["item"].eq(TOGETHER)])
    where = _coders_at(f"item={TOGETHER}")
    yield Claim("coders.reports", row.reports, "count", tr("Verslagen die twee codeurs lazen"), where)
    yield Claim("coders.decisions", row.n, "count", tr("Beslissingen van twee codeurs (verslag en thema)"), where)
    yield Claim("coders.agreement", row.agreement_pct, "percent", tr("Gelijke beslissingen"), where, decimals=0)
    yield Claim("coders.kappa", row.kappa, "ratio", tr("Cohens kappa"), where, row.kappa_lower, row.kappa_upper)
    yield Claim("coders.alpha", row.alpha, "ratio", tr("Krippendorffs alfa"), where, row.alpha_lower, row.alpha_upper)
    yield Claim("coders.ac1", row.ac1, "ratio", tr("Gwets AC1"), where)
    items = table[~table["item"].isin([TOGETHER, HELP])]
    most = items[items["disagreements"].eq(items["disagreements"].max())]
    where = _coders_at("most disagreements")
    label = tr("Thema waarover de codeurs het vaakst verschillen")
    yield _text("coders.most", label, where, enumeration([tr(name) for name in most["label_nl"]]))
    yield Claim("coders.most_n", most["disagreements"].iloc[0], "count", label, where)
    rare = int(items["status"].ne("").sum())
    label = tr("Thema's die te weinig zijn gezien om hun codering te beoordelen")
    yield Claim("coders.rare", rare, "count", label, _coders_at("status"))
    yield Claim("coders.themes", len(items), "count", tr("Thema's die twee codeurs codeerden"), _coders_at("items"))


def _themes_at(row: str) -> Origin:
    return Origin(f"{FOLDER}/themes_all.parquet", row, "annual_reports.csv, annual_reports_second_coder.csv", RULE)


def _coders_at(row: str) -> Origin:
    return Origin(f"{FOLDER}/coder_agreement.parquet", row, "annual_reports.csv, annual_reports_second_coder.csv", RULE)


def _text(name: str, label: str, where: Origin, said: str) -> Claim:
    return Claim(name, math.nan, "text", label, where, words=said)
