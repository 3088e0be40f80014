"""Claims on the run itself: what it rests on, and, for made-up figures, the truth that was put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wijkanalyse.report.claims.ledger import Claim, Origin
from wijkanalyse.report.language import tr
from wijkanalyse.report.numbers import date
from wijkanalyse.report.words import MARK

REGISTER = "data/processed/statline.json"


def origin(run: Mapping[str, Any]) -> Iterator[Claim]:
    """Claims ``run.*``: source, marks, dates and number of tables."""
    is_example = run["source"] == "example"
    tables = run["tables"].values()

    def text(name: str, label: str, words: str) -> Claim:
        return Claim(f"run.{name}", float("nan"), "text", label, Origin(REGISTER, name, "all", "fetch_statline"), words=words)

    yield text("source", tr("Bron van de cijfers"), tr(str(run["source_text"])))
    # a text that is empty for real figures cannot be a claim of its own (its words would be "niet bekend")
    if is_example:
        yield text("mark", tr("Merk op elke bladzijde"), tr("{mark}: verzonnen cijfers, niet van CBS", mark=MARK))
    yield text(
        "retrieved", tr("Dag waarop de jongste tabel is opgehaald"), date(max(table["retrieved_at"] for table in tables))
    )
    yield text("modified", tr("Jongste versie van de tabellen"), date(max(str(table["modified"]) for table in tables)))
    yield Claim(
        "run.tables", len(run["tables"]), "count", tr("StatLine-tabellen"), Origin(REGISTER, "tables", "all", "fetch_statline")
    )
    cells = sum(int(table["row_count"]) for table in tables)
    yield Claim("run.rows", cells, "count", tr("Rijen in de tabellen"), Origin(REGISTER, "row_count", "all", "fetch_statline"))


def truth(parameters: Mapping[str, Any]) -> Iterator[Claim]:
    """Claims ``truth.*``: the true effects of the made-up country."""
    for name, (key, label) in {
        "use": ("effect_specialised_use_pct", tr("Waar effect op specialistisch gebruik")),
        "duration": ("effect_duration_pct", tr("Waar effect op de duur binnen een vorm van hulp")),
        "crisis": ("effect_crisis_pct", tr("Waar effect op starts vanuit crisis buiten het team")),
    }.items():
        value = float(parameters[key])
        origin = Origin("data/raw/example/truth.json", key, "example", "fetch_statline")
        yield Claim(f"truth.{name}", value, "percent", label, origin, decimals=0 if value.is_integer() else 1)
