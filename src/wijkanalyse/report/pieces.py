"""The made parts of the report: figures with their captions and tables, each a file that the text includes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.classification import Classified
from wijkanalyse.effects.contrasts import Estimates, Observations
from wijkanalyse.effects.revised import Revised, RevisedContrasts
from wijkanalyse.files import read_table, write_text
from wijkanalyse.panel.schemas import Checks
from wijkanalyse.report import figures, tables
from wijkanalyse.report.claims import Claims
from wijkanalyse.report.claims.effectiveness import PUBLISHED_AS
from wijkanalyse.report.words import CONTRASTS, MARK


def make_pieces(files: Mapping[str, Path], config: Mapping[str, Any], folder: Path) -> None:
    """Make every figure and table of the report in `folder`.

    `files` names the register of the run, claims, classification, estimates, observations, indicators, themes, checks,
    revised and revised_contrasts; `config` is the configuration as plain values.
    """
    run = json.loads(files["register"].read_text(encoding="utf-8"))
    mark = run["source"] == "example"
    claims = read_table(files["claims"], Claims)
    indicators = pd.read_parquet(files["indicators"])
    make_figures(
        claims=claims,
        classification=read_table(files["classification"], Classified),
        estimates=read_table(files["estimates"], Estimates),
        observations=read_table(files["observations"], Observations),
        indicators=indicators,
        themes=pd.read_parquet(files["themes"]),
        threshold_pct=config["classification"]["threshold_pct"],
        mark=mark,
        folder=folder,
    )
    make_tables(
        claims=claims,
        indicators=indicators,
        checks=read_table(files["checks"], Checks),
        revised=read_table(files["revised"], Revised),
        revised_contrasts=read_table(files["revised_contrasts"], RevisedContrasts),
        run=run,
        config=config,
        mark=mark,
        folder=folder,
    )


def make_figures(
    claims: pd.DataFrame,
    classification: pd.DataFrame,
    estimates: pd.DataFrame,
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    themes: pd.DataFrame,
    threshold_pct: float,
    mark: bool,
    folder: Path,
) -> None:
    """Draw every figure into ``folder/figures`` and write, per figure, ``folder/fig_<name>.md`` with caption and alt text."""
    ledger = tables.Ledger(claims)
    values = claims.set_index("id")["value"]
    alts, captions = {}, {}

    def path(name: str) -> Path:
        return folder / "figures" / f"{name}.svg"

    alts["share"] = figures.draw_shares(classification, threshold_pct, path("share"), mark)
    captions["share"] = (
        f"Aandeel van het wijkteam per gemeente, {ledger.text('choice.classification_years')}. De streep is de grens van "
        f"{ledger.text('choice.threshold')}."
    )
    for name in CONTRASTS:
        published = {
            group: float(values[f"published.{name}.{group}"])
            for group in ("active", "not_active")
            if f"published.{name}.{group}" in values.index
        }
        alts[name] = figures.draw_contrast(name, observations, estimates, published, path(name), mark)
        years = ledger.text(f"choice.{name}_years")
        captions[name] = (
            f"{CONTRASTS[name]}, {years}: {ledger.text(f'{name}.zonder_verblijf.municipalities_active')} gemeenten met en "
            f"{ledger.text(f'{name}.zonder_verblijf.municipalities_not_active')} zonder actief wijkteam. Elke stip is een "
            "gemeente, groter bij meer trajecten of jongeren."
            + (" De stippellijn is het gepubliceerde cijfer." if name in PUBLISHED_AS else "")
        )
    alts["indicators"] = figures.draw_indicators(indicators, path("indicators"))
    captions["indicators"] = "Cliëntcijfers: herhaling naast gepubliceerd, met tussen haakjes het aantal onderzoeken."
    alts["themes"] = figures.draw_themes(themes, path("themes"))
    captions["themes"] = f"Thema's in {ledger.text('themes.n')} verslagen van teams. Niet gezien is niet hetzelfde als afwezig."

    for name, alt in alts.items():
        # the evidence figures rest on real records, also where the StatLine figures are made up
        note = f" {MARK}." if mark and name not in ("indicators", "themes") else ""
        alt_text = (note.strip() + " " + alt if note else alt).replace('"', "'")
        target = f"_generated/figures/{name}.svg"
        write_text(f'![{captions[name]}{note}]({target}){{#fig-{name} fig-alt="{alt_text}"}}\n', folder / f"fig_{name}.md")


def make_tables(
    claims: pd.DataFrame,
    indicators: pd.DataFrame,
    checks: pd.DataFrame,
    revised: pd.DataFrame,
    revised_contrasts: pd.DataFrame,
    run: Mapping[str, Any],
    config: Mapping[str, Any],
    mark: bool,
    folder: Path,
) -> None:
    """Write every table as ``folder/tbl_<name>.md``, and ``folder/example.md``, which is empty for real figures."""
    ledger = tables.Ledger(claims)
    pieces = {
        "published": tables.published_against_rerun(ledger, mark),
        "construction": tables.with_and_without_team(ledger, mark, has_truth=mark),
        "indicators": tables.client_indicators(ledger, indicators),
        "sources": tables.sources(run, mark),
        "checks": tables.checks(checks, mark),
        "revisions": tables.revisions(revised, revised_contrasts),
        "choices": tables.choices(ledger, config),
    }
    for name, text in pieces.items():
        write_text(text, folder / f"tbl_{name}.md")
    write_text(_example_note(ledger) if mark else "", folder / "example.md")


def _example_note(ledger: tables.Ledger) -> str:
    return (
        f'::: {{.callout-warning title="{MARK}"}}\n'
        "De cijfers uit StatLine in dit rapport zijn **verzonnen**: StatLine was niet bereikbaar, of er is om het voorbeeld "
        "gevraagd. Ze komen uit een nagebootst land waarvan de waarheid bekend is. Een actief wijkteam verandert daar het "
        f"specialistische gebruik met {ledger.text('truth.use')}, de duur binnen een vorm van hulp met "
        f"{ledger.text('truth.duration')} en de starts vanuit crisis buiten het team met {ledger.text('truth.crisis')}. Wat "
        "het rapport verder aan verschillen laat zien, is dus geen effect. De handmatig vastgelegde bronnen (cliëntcijfers, "
        "verslagen, peilingen, onderzoeken) zijn wel echt.\n:::\n"
    )
