"""What was declared of the multiverse: its choices with their defence, and whether its primary is still the frozen one."""

from __future__ import annotations

from wijkanalyse.effects.multiverse.declaration import BRANCHES, Declaration
from wijkanalyse.effects.multiverse.frozen import Changed, changed_since_frozen
from wijkanalyse.report.language import tr
from wijkanalyse.report.tables.markdown import markdown_table
from wijkanalyse.report.tables.printed import Printed
from wijkanalyse.report.words import CONTRASTS


def declared(declaration: Declaration, printed: Printed) -> str:
    """A row per choice: its options and what speaks for each; bold is the option of the primary that all contrasts share."""
    rows = []
    for branch in BRANCHES:
        said = []
        for name, option in declaration.options(branch).items():
            key = f"{branch} {name}"
            mark = "**" if declaration.primary.options.get(branch) == name else "*"
            words, defence = (printed.words(key, part, tr(getattr(option, part))) for part in ("label", "defence"))
            said.append(f"{mark}{words}{mark}: {defence}")
        rows.append([tr(getattr(declaration.branches, branch).label), " ".join(said)])
    caption = tr(
        "Alle keuzes van het multiversum, hun opties en wat voor elk daarvan spreekt. Vet: de optie van de hoofdspecificatie, "
        "waar die voor alle uitkomsten dezelfde is."
    )
    header = [tr("Keuze"), tr("Opties, en wat ervoor spreekt")]
    return markdown_table(header, rows, caption, "tbl-multiversum-opties", [25, 75], 0)


def deviations(declaration: Declaration, printed: Printed) -> str:
    """A table of the options that were changed after the primary was frozen, or a sentence where there is none to make."""
    changes = changed_since_frozen(declaration)
    if changes is None:
        seals = (declaration.primary.frozen_sha256[:12], declaration.primary_sha256[:12])
        return (
            tr(
                "De hoofdspecificatie is gewijzigd nadat ze was vastgelegd, in meer dan twee keuzes of in wat een optie "
                "betekent. Haar zegel was `{frozen}` en is nu `{now}`.",
                frozen=seals[0],
                now=seals[1],
            )
            + "\n"
        )
    if not changes:
        return tr("De hoofdspecificatie is dezelfde als toen ze werd vastgelegd, voordat een uitkomst bekend was.") + "\n"
    rows = [_row(declaration, change, printed) for change in changes]
    header = [tr("Keuze"), tr("Vastgelegd"), tr("Nu")]
    caption = tr("Wat in de hoofdspecificatie is gewijzigd nadat ze was vastgelegd.")
    return markdown_table(header, rows, caption, "tbl-multiversum-afwijking", [40, 30, 30], 0)


def _row(declaration: Declaration, change: Changed, printed: Printed) -> list[str]:
    contrast, branch, frozen = change
    now = declaration.primary.of(contrast or "use")[branch]
    key = f"{contrast or 'all'} {branch}"
    label = tr(getattr(declaration.branches, branch).label) + (f" ({CONTRASTS[contrast].lower()})" if contrast else "")
    words = [
        printed.words(key, name, tr(declaration.options(branch)[option].label))
        for name, option in (("frozen", frozen), ("now", now))
    ]
    return [label, *words]
