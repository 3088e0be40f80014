"""From the declaration to the table of specifications, and from that to their estimates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from wijkanalyse.effects.firewall import Verdict, is_mechanical
from wijkanalyse.effects.multiverse.curve import Curve, Results
from wijkanalyse.effects.multiverse.declaration import BRANCHES, CONTRASTS, PLACES, ContrastName, Declaration
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.figures import Bools, Figures, Ints
from wijkanalyse.effects.multiverse.schemas import ESTIMATED, MECHANICAL, SIDES, Declared, Sizes, Specifications
from wijkanalyse.effects.multiverse.treatments import share_variables

TOO_FEW = "te weinig gemeenten of clusters in een van de groepen"
NOT_DISTINCT = "actief valt samen met de regio's of kenmerken waarvoor is gecorrigeerd"


def declare(declaration: Declaration, figures: Figures) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the specifications that are computed (`Declared`) and how many there are (`Sizes`)."""
    tables, sizes = [], []
    for contrast in CONTRASTS:
        space = Space(declaration, contrast, figures)
        rows = space.draw()
        tables.append(table_of(space, rows))
        one_in = declaration.contrasts[contrast].draw_one_in
        sizes.append({"contrast": contrast, "admissible": space.size, "one_in": one_in, "drawn": len(rows)})
    made = pd.DataFrame(sizes).assign(deviation=declaration.deviation, source=figures.source)
    return pd.concat(tables, ignore_index=True), made[list(Sizes.to_schema().columns)]


def table_of(space: Space, rows: Ints) -> pd.DataFrame:
    """Specifications (n x branches) as a table with the names of their options, as in `Declared`."""
    named = space.named_rows()
    names = np.full(len(rows), "", dtype=object)
    # a reading that is the primary keeps that name
    for name, row in reversed(list(zip(space.declaration.named, named, strict=True))):
        names[(rows == row).all(axis=1)] = name
    verdicts = verdicts_of(space, rows)
    plan = space.declaration.contrasts[space.contrast]
    is_change = np.array([option.year is not None for option in space.options["base"]])[rows[:, PLACES["base"]]]
    return pd.DataFrame(
        {
            "id": [f"{space.contrast}-{number:016x}" for number in space.hashes(rows)],
            "contrast": space.contrast,
            "name": names,
            **{branch: np.array(space.names[branch], dtype=object)[rows[:, at]] for at, branch in enumerate(BRANCHES)},
            "differs": (rows != named[0]).sum(axis=1),
            "mechanical": [verdict.is_mechanical for verdict in verdicts],
            "reason": [verdict.reason for verdict in verdicts],
            "comparable": (is_change == (plan.published_as == "change")) & ~_is_standardised(space, rows),
            "source": space.figures.source,
        }
    )[list(Declared.to_schema().columns)]


def rows_of(space: Space, table: pd.DataFrame) -> Ints:
    """The other way round: option numbers of the specifications of one contrast."""
    columns = [pd.Index(space.names[branch]).get_indexer(pd.Index(table[branch])) for branch in BRANCHES]
    return np.stack(columns, axis=1).astype(np.int64)


def by_contrast(table: pd.DataFrame) -> Iterator[tuple[ContrastName, pd.DataFrame]]:
    """The specifications of each contrast that has any."""
    for contrast in CONTRASTS:
        mine = table[table["contrast"].eq(contrast)]
        if len(mine):
            yield contrast, mine


def by_side(table: pd.DataFrame) -> Iterator[tuple[ContrastName, str, pd.DataFrame]]:
    """The specifications of each contrast on each side of the firewall that has any."""
    for contrast, mine in by_contrast(table):
        for side in SIDES:
            rows = mine[mine["mechanical"].eq(side == MECHANICAL)]
            if len(rows):
                yield contrast, side, rows


def verdicts_of(space: Space, rows: Ints) -> list[Verdict]:
    """Which specifications are mechanical, and why."""
    branches = ("outcome", "per", "help", "window", "base", "measure", "share", "timing")
    distinct, number = np.unique(rows[:, [PLACES[each] for each in branches]], axis=0, return_inverse=True)
    judged = []
    for codes in distinct:
        row = np.zeros(len(BRANCHES), dtype=np.int64)
        row[[PLACES[each] for each in branches]] = codes
        variables = space.variables_of(row)
        numerator, denominator = share_variables(space.option("measure", row), space.option("share", row))
        outcome_years = space.outcome_years(row[PLACES["window"]], row[PLACES["base"]])
        judged.append(
            is_mechanical(
                outcome=variables.outcome,
                per=variables.per,
                outcome_years=outcome_years or (),
                numerator=numerator,
                denominator=denominator,
                share_years=space.share_years(row),
            )
        )
    return [judged[each] for each in number.reshape(-1)]


def estimate(declaration: Declaration, figures: Figures, declared: pd.DataFrame) -> pd.DataFrame:
    """Return the estimates of the specifications in `declared`, as in `Specifications`."""
    made = []
    for contrast, table in by_contrast(declared):
        space = Space(declaration, contrast, figures)
        results = Curve(space, rows_of(space, table)).fit()
        made.append(with_results(table, results, declaration))
    return pd.concat(made, ignore_index=True)


def with_results(table: pd.DataFrame, results: Results, declaration: Declaration) -> pd.DataFrame:
    """The table of specifications with what was estimated."""
    contrast: ContrastName = table["contrast"].iloc[0]
    few = np.minimum(results.n_active, results.municipalities - results.n_active) < declaration.minimum_per_group
    status = np.where(np.isfinite(results.error), ESTIMATED, np.where(few, TOO_FEW, NOT_DISTINCT))
    made = table.assign(**vars(results), unit=declaration.contrasts[contrast].unit, status=status)
    return made[list(Specifications.to_schema().columns)]


def _is_standardised(space: Space, rows: Ints) -> Bools:
    """Shares that are expressed per start at the country's number of starts: not what was published."""
    places = [PLACES[branch] for branch in ("outcome", "per", "help")]
    distinct, number = np.unique(rows[:, places], axis=0, return_inverse=True)
    found = [space.variables(*map(int, codes)) for codes in distinct]
    flags = np.array([each.starts is not None and each.per != each.starts for each in found])
    return flags[number.reshape(-1)]
