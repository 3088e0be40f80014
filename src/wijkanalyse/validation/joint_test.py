"""The joint test of the multiverse on made-up countries: does it keep its level, and does it find an effect?

Of every country a part of the specifications is computed and set against permutations, as in a run. Without effect the share of
countries with p of at most 5 % should be 5 % for the specifications that are not mechanical; with one it is the power. The
mechanical ones are shown apart: they reject where nothing is.
"""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from wijkanalyse.contracts import Contract
from wijkanalyse.effects.multiverse.declaration import Declaration
from wijkanalyse.effects.multiverse.figures import make_figures
from wijkanalyse.effects.multiverse.permutations import joint_test, permute
from wijkanalyse.effects.multiverse.specifications import declare, estimate
from wijkanalyse.validation.countries import draw_country, seed_of
from wijkanalyse.validation.scenarios import SCENARIOS, Scenario

log = logging.getLogger(__name__)

LEVEL = 0.05
_MORE = 5
"""The lot takes this many times fewer specifications than in a run: enough to choose from, and quickly declared."""


class CountryTests(Contract):
    """One row per scenario, country, contrast, side of the firewall and statistic of the curve."""

    scenario: Series[str] = pa.Field(description="name in validation/scenarios.py")
    replication: Series[int] = pa.Field(ge=0, description="number of the country within the scenario")
    contrast: Series[str] = pa.Field(description="use, duration or crisis")
    side: Series[str] = pa.Field(description="mechanical or not_mechanical")
    statistic: Series[str] = pa.Field(description="what of the curve is tested")
    observed: Series[float] = pa.Field(nullable=True, description="its value")
    p: Series[float] = pa.Field(nullable=True, description="part of the permutations at least as far, observed included")
    permutations: Series[int] = pa.Field(ge=0, description="permutations")
    specifications: Series[int] = pa.Field(ge=0, description="specifications of the curve")


class Rejections(Contract):
    """One row per scenario, contrast, side and statistic, over all countries."""

    scenario: Series[str] = pa.Field(description="name in validation/scenarios.py")
    contrast: Series[str] = pa.Field(description="use, duration or crisis")
    side: Series[str] = pa.Field(description="mechanical or not_mechanical")
    statistic: Series[str] = pa.Field(description="what of the curve is tested")
    replications: Series[int] = pa.Field(ge=1, description="countries with a p value")
    specifications: Series[float] = pa.Field(description="mean number of specifications of the curve")
    observed: Series[float] = pa.Field(nullable=True, description="mean of the statistic")
    rejection: Series[float] = pa.Field(ge=0, le=1, description="share of the countries with p of at most 5 %")
    rejection_error: Series[float] = pa.Field(description="its Monte Carlo standard error")


def run_joint_tests(
    declaration: Declaration, scenario: Scenario, replications: range, seed: int, specifications: int, permutations: int
) -> pd.DataFrame:
    """Test the countries `replications` of a scenario; a frame as in `CountryTests`.

    specifications: of each contrast on each side of the firewall. The observed country has the same specifications as its
    permutations, and every country has the same ones.
    """
    smaller = _smaller(declaration, permutations)
    # what is published does not differ between countries, so neither does what can be specified
    reference = draw_country(SCENARIOS["zero"], 1)
    declared = declare(smaller, make_figures({None: (reference.panel, reference.long)}))[0]
    # ordered by hash: the first ones are a random part
    declared = declared.groupby(["contrast", "mechanical"], sort=False).head(specifications)
    found = []
    for replication in replications:
        country = draw_country(scenario, seed_of(scenario, replication, seed))
        figures = make_figures({None: (country.panel, country.long)})
        permuted = permute(smaller, figures, declared, range(permutations))
        tested = joint_test(smaller, estimate(smaller, figures, declared), permuted)
        found.append(tested.assign(scenario=scenario.name, replication=replication))
    log.info("%s: countries %d to %d", scenario.name, replications.start, replications.stop - 1)
    return pd.DataFrame(CountryTests.validate(pd.concat(found, ignore_index=True)[list(CountryTests.to_schema().columns)]))


def rejections(tested: pd.DataFrame) -> pd.DataFrame:
    """Return how often the test rejects at 5 % in `tested` (`CountryTests`); a frame as in `Rejections`."""
    known = tested.dropna(subset=["p"])
    # p is a ratio of whole numbers: one that is exactly 5 % must not fail by its last digit
    known = known.assign(rejects=known["p"].le(LEVEL + 1e-9))
    summary = known.groupby(["scenario", "contrast", "side", "statistic"], sort=False, as_index=False).agg(
        replications=("replication", "nunique"),
        specifications=("specifications", "mean"),
        observed=("observed", "mean"),
        rejection=("rejects", "mean"),
    )
    variance = summary["rejection"] * (1 - summary["rejection"]) / summary["replications"]
    return pd.DataFrame(Rejections.validate(summary.assign(rejection_error=np.sqrt(variance))))


def _smaller(declaration: Declaration, permutations: int) -> Declaration:
    plans = {
        name: plan.model_copy(update={"draw_one_in": plan.draw_one_in * _MORE}) for name, plan in declaration.contrasts.items()
    }
    plan = declaration.permutations.model_copy(update={"number": permutations})
    return declaration.model_copy(update={"contrasts": plans, "permutations": plan})
