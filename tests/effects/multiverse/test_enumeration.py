"""Which specifications there are: enough, only those that make sense, and the same ones whatever is added."""

from functools import cache

import numpy as np
import pytest

from tests.effects.multiverse.country import declaration, figures
from wijkanalyse.effects.multiverse.declaration import BRANCHES, CONTRASTS, PLACES, ContrastName, Declaration
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.specifications import declare, rows_of, table_of
from wijkanalyse.years import TREND_BREAK


@cache
def space(contrast: ContrastName) -> Space:
    return Space(declaration(), contrast, figures())


@cache
def rows_drawn(contrast: ContrastName) -> np.ndarray:
    return space(contrast).draw()


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_every_contrast_has_thousands_of_admissible_specifications_and_the_lot_takes_its_part(contrast: ContrastName) -> None:
    size, drawn = space(contrast).size, len(rows_drawn(contrast))
    assert size >= 5000
    expected = size / declaration().contrasts[contrast].draw_one_in
    assert abs(drawn - expected) < 5 * np.sqrt(expected) + 2


def drawn(contrast: ContrastName) -> list[tuple[tuple[int, ...], tuple[int, ...], np.ndarray]]:
    here = space(contrast)
    return [
        (here.outcome_years(row[PLACES["window"]], row[PLACES["base"]]) or (), here.share_years(row), row)
        for row in rows_drawn(contrast)
    ]


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_no_outcome_and_no_share_crosses_the_break_or_comes_after_the_outcome(contrast: ContrastName) -> None:
    for outcome_years, share_years, _ in drawn(contrast):
        for years in (outcome_years, share_years):
            assert len({year >= TREND_BREAK for year in years}) == 1
            assert list(years) == sorted(years)
        assert share_years[-1] <= outcome_years[-1]


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_excluded_combinations_do_not_occur(contrast: ContrastName) -> None:
    here = space(contrast)
    for row in rows_drawn(contrast):
        chosen = {branch: here.names[branch][row[place]] for branch, place in PLACES.items()}
        for exclusion in declaration().exclude:
            assert not all(chosen[branch] in names for branch, names in exclusion.when.items()), exclusion.because


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_no_two_specifications_are_the_same_computation(contrast: ContrastName) -> None:
    found = set()
    for outcome_years, share_years, row in drawn(contrast):
        rest = tuple(number for branch, number in zip(BRANCHES, row, strict=True) if branch != "timing")
        found.add((outcome_years, share_years, rest))
    assert len(found) == len(rows_drawn(contrast))


def with_option(branch: str, name: str, **values: object) -> Declaration:
    """The declaration with one more option, as a line of YAML would add it."""
    dumped = declaration().model_dump()
    first = next(iter(dumped["branches"][branch]["options"].values()))
    dumped["branches"][branch]["options"][name] = {**first, **values}
    return Declaration.model_validate(dumped)


@pytest.mark.parametrize(
    ("branch", "values"), [("threshold", {"percent": 20.0}), ("window", {"years": (2022, 2023), "label": "2022-2023"})]
)
def test_a_new_option_adds_specifications_and_leaves_the_others(branch: str, values: dict[str, object]) -> None:
    before = table_of(space("duration"), rows_drawn("duration"))
    wider = Space(with_option(branch, "added", **values), "duration", figures())
    after = table_of(wider, wider.draw())
    assert wider.size > space("duration").size
    assert set(before["id"]) < set(after["id"])
    assert set(after.loc[~after["id"].isin(before["id"]), branch]) == {"added"}


def test_another_seed_is_another_lot_with_the_same_names() -> None:
    other = Space(declaration().model_copy(update={"seed": 7}), "duration", figures())
    mine, theirs = (set(table_of(here, here.draw())["id"]) for here in (space("duration"), other))
    named = set(table_of(space("duration"), space("duration").named_rows())["id"])
    assert named <= mine & theirs
    assert len(mine & theirs) < 0.2 * len(mine)


def test_every_specification_has_its_own_name_and_is_read_back_from_the_table() -> None:
    declared, sizes = declare(declaration(), figures())
    assert declared["id"].is_unique
    assert list(sizes["drawn"]) == [int(declared["contrast"].eq(contrast).sum()) for contrast in CONTRASTS]
    for contrast in CONTRASTS:
        mine = declared[declared["contrast"].eq(contrast)]
        assert (rows_of(space(contrast), mine) == rows_drawn(contrast)).all()
        assert mine["name"].eq("primary").sum() == 1
        assert (mine.loc[mine["name"].eq("primary"), "differs"] == 0).all()


def test_neighbours_differ_in_one_branch_and_are_admissible() -> None:
    here = space("crisis")
    rows = rows_drawn("crisis")[:20]
    others, origin, branch = here.neighbours(rows)
    assert here.is_admissible(others).all()
    differs = others != rows[origin]
    assert (differs.sum(axis=1) == 1).all()
    assert (differs.argmax(axis=1) == branch).all()


def test_boundaries_without_a_panel_are_left_out() -> None:
    assert space("use").names["boundaries"] == ["of_the_run"]
