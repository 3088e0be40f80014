"""Which specifications give the published figures, what they have in common, and the curves in a few figures.

The distance of a specification to the published pair is the larger of the deviations of its two groups, in halves of the last
digit that was published: at 1 or less both groups round to what was published. Only specifications of the published quantity
are measured: a level is not set against a change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wijkanalyse.effects.multiverse.declaration import BRANCHES, CONTRASTS, ContrastName, Declaration
from wijkanalyse.effects.multiverse.schemas import ESTIMATED, Common, Nearest, Summary
from wijkanalyse.effects.multiverse.specifications import by_side
from wijkanalyse.errors import WijkanalyseError

NUMBER = 20
_TEXT = "study-slides"
"""The text that prints both groups of all three contrasts."""


@dataclass(frozen=True)
class Published:
    """A published pair."""

    active: float
    not_active: float

    @property
    def difference(self) -> float:
        """Active minus not active."""
        return self.active - self.not_active


def published_pairs(declaration: Declaration, published_figures: pd.DataFrame) -> dict[str, Published]:
    """The published pair of every contrast, from the hand-coded `published_figures`."""
    pairs = {}
    for contrast, plan in declaration.contrasts.items():
        rows = published_figures[published_figures["indicator"].eq(plan.published) & published_figures["source"].eq(_TEXT)]
        values = rows.set_index("group")["value"].astype(float)
        if not {"active", "not_active"} <= set(values.index):
            raise WijkanalyseError(
                f"published_figures.csv has no active and not_active {plan.published} from {_TEXT}; "
                f"contrasts.{contrast}.published of config/multiverse.yaml names its indicator"
            )
        pairs[str(contrast)] = Published(float(values["active"]), float(values["not_active"]))
    return pairs


def distances(estimated: pd.DataFrame, declaration: Declaration, pairs: dict[str, Published]) -> pd.Series:
    """The distance of each specification to the published pair; NaN where it is not estimated or not the same quantity."""
    half = estimated["contrast"].map({name: plan.rounded_to / 2 for name, plan in declaration.contrasts.items()})
    own, other = (
        (estimated[group] - estimated["contrast"].map({name: getattr(pair, group) for name, pair in pairs.items()})).abs()
        / half
        for group in ("active", "not_active")
    )
    return own.where(own > other, other).where(estimated["comparable"] & estimated["status"].eq(ESTIMATED))


def nearest(
    declaration: Declaration, estimated: pd.DataFrame, pairs: dict[str, Published]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the specifications nearest to the published figures (`Nearest`) and what they have in common (`Common`)."""
    measured = estimated.assign(distance=distances(estimated, declaration, pairs))
    tables, common = [], []
    for contrast in CONTRASTS:
        all_of_it = measured[measured["contrast"].eq(contrast) & measured["distance"].notna()]
        first = all_of_it.sort_values(["distance", "id"]).head(NUMBER)
        pair = pairs[contrast]
        tables.append(
            first.assign(
                rank=range(1, len(first) + 1),
                within_rounding=first["distance"].le(1),
                published_active=pair.active,
                published_not_active=pair.not_active,
                choices=[in_words(declaration, row) for _, row in first.iterrows()],
            )
        )
        for branch in BRANCHES:
            among, overall = (each[branch].value_counts(normalize=True) for each in (first, all_of_it))
            common += [
                {"contrast": contrast, "branch": branch, "option": option, "label":
                declaration.options(branch)[str(option)].label,
                 "share_nearest": among.get(option, 0.0), "share_comparable": share, "source": all_of_it["source"].iloc[0]}
                for option, share in overall.items()
            ]  # fmt: skip
    return (
        pd.concat(tables, ignore_index=True)[list(Nearest.to_schema().columns)],
        pd.DataFrame(common, columns=list(Common.to_schema().columns)),
    )


def in_words(declaration: Declaration, row: pd.Series) -> str:
    """The choices of a specification in words, those left out in which the contrast has no choice."""
    contrast: ContrastName = row["contrast"]
    chosen = [
        declaration.options(branch)[row[branch]].label
        for branch in BRANCHES
        if len(declaration.options_of(contrast, branch)) > 1
    ]
    return "; ".join(chosen)


def summarise_curves(declaration: Declaration, estimated: pd.DataFrame, pairs: dict[str, Published]) -> pd.DataFrame:
    """Return each curve, on both sides of the firewall, in a few figures (`Summary`)."""
    measured = estimated.assign(distance=distances(estimated, declaration, pairs))
    rows = []
    for contrast, side, table in by_side(measured):
        known = table[table["status"].eq(ESTIMATED)]
        published = pairs[contrast].difference
        sign = np.sign(published)
        towards, significant = known["estimate"] * sign, known["p"].lt(1 - declaration.level)
        quantiles = known["estimate"].quantile([0.05, 0.25, 0.5, 0.75, 0.95])
        primary = known.loc[known["name"].eq("primary"), "estimate"]
        rows.append(
            {
                "contrast": contrast,
                "side": side,
                "unit": table["unit"].iloc[0],
                "published": published,
                "primary": primary.iloc[0] if len(primary) else np.nan,
                "specifications": len(table),
                "estimated": len(known),
                "share_in_direction": towards.gt(0).mean(),
                "share_significant": (towards.gt(0) & significant).mean(),
                "share_opposite": (towards.lt(0) & significant).mean(),
                "share_as_large": towards.ge(abs(published)).mean(),
                **dict(zip(("q05", "q25", "median", "q75", "q95"), quantiles, strict=True)),
                "comparable": int(known["comparable"].sum()),
                "within_rounding": int(known["distance"].le(1).sum()),
                "source": table["source"].iloc[0],
            }
        )
    return pd.DataFrame(rows)[list(Summary.to_schema().columns)]
