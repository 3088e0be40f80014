"""From chunks to tables: what the jobs of the multiverse found, brought together in an order that does not depend on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from wijkanalyse.contracts import Contract
from wijkanalyse.effects.multiverse.declaration import Declaration
from wijkanalyse.effects.multiverse.decomposition import decompose
from wijkanalyse.effects.multiverse.figures import Figures
from wijkanalyse.effects.multiverse.nearest import nearest, published_pairs, summarise_curves
from wijkanalyse.effects.multiverse.permutations import joint_test
from wijkanalyse.effects.multiverse.schemas import BranchShares, Common, JointTest, Nearest, OptionShifts, Summary
from wijkanalyse.errors import WijkanalyseError


@dataclass(frozen=True)
class Gathered:
    """What the specifications say together."""

    joint_test: pd.DataFrame
    branch_shares: pd.DataFrame
    option_shifts: pd.DataFrame
    nearest: pd.DataFrame
    common: pd.DataFrame
    summary: pd.DataFrame

    contracts: ClassVar[dict[str, type[Contract]]] = {
        "joint_test": JointTest,
        "branch_shares": BranchShares,
        "option_shifts": OptionShifts,
        "nearest": Nearest,
        "common": Common,
        "summary": Summary,
    }


def chunk_of(declared: pd.DataFrame, number: int, chunks: int) -> pd.DataFrame:
    """Part `number` (from 0) of the specifications in `chunks` parts of the same size and mix."""
    return declared.iloc[number::chunks]


def range_of(permutations: int, number: int, chunks: int) -> range:
    """Part `number` (from 0) of the permutations in `chunks` parts."""
    return range(permutations * number // chunks, permutations * (number + 1) // chunks)


def whole(declared: pd.DataFrame, estimated: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The chunks of `Specifications` in the order of `declared`."""
    together = pd.concat(list(estimated)).set_index("id", drop=False)
    if missing := set(declared["id"]) ^ set(together.index):
        raise WijkanalyseError(
            f"multiverse: the chunks do not hold what was declared ({len(missing)} specifications differ, for example "
            f"{min(missing)}); delete data/processed/estimates/multiverse/chunks and run again"
        )
    return together.loc[declared["id"]].reset_index(drop=True)


def gather(
    declaration: Declaration,
    figures: Figures,
    specifications: pd.DataFrame,
    permuted: Iterable[pd.DataFrame],
    published_figures: pd.DataFrame,
) -> Gathered:
    """Judge and take apart all specifications (`Specifications`) with their permutations (`Permuted`)."""
    pairs = published_pairs(declaration, published_figures)
    curves = pd.concat(list(permuted)).sort_values(["contrast", "side", "permutation"], ignore_index=True)
    shares, shifts = decompose(
        declaration, figures, specifications, {name: float(np.sign(pair.difference)) for name, pair in pairs.items()}
    )
    first, common = nearest(declaration, specifications, pairs)
    return Gathered(
        joint_test=joint_test(declaration, specifications, curves),
        branch_shares=shares,
        option_shifts=shifts,
        nearest=first,
        common=common,
        summary=summarise_curves(declaration, specifications, pairs),
    )
