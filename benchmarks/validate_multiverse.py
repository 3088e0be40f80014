"""Does the joint test of the multiverse keep its level, and find an effect? On made-up countries of which the truth is known.

    python benchmarks/validate_multiverse.py --replications 200 --processes 2

Of every country a part of the specifications is computed and set against permutations, as in a run. Without effect the
share of countries with p of at most 5 % should be 5 % for the specifications that are not mechanical; with one it is the
power. The mechanical specifications are shown beside them: they reject where nothing is.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from wijkanalyse.effects.multiverse.declaration import Declaration, Permutations, read_declaration
from wijkanalyse.effects.multiverse.figures import make_figures
from wijkanalyse.effects.multiverse.permutations import joint_test, permute
from wijkanalyse.effects.multiverse.specifications import declare, estimate
from wijkanalyse.validation.countries import draw_country, seed_of
from wijkanalyse.validation.scenarios import SCENARIOS

ROOT = Path(__file__).parents[1]


def one(values: dict[str, Any], declared: pd.DataFrame, scenario: str, seed: int, replication: int) -> pd.DataFrame:
    """The joint test of one country; `values` are those of the declaration."""
    declaration = Declaration.model_validate(values)
    country = draw_country(SCENARIOS[scenario], seed_of(SCENARIOS[scenario], replication, seed))
    figures = make_figures({None: (country.panel, country.long)})
    permuted = permute(declaration, figures, declared, range(declaration.permutations.number))
    return joint_test(declaration, estimate(declaration, figures, declared), permuted).assign(replication=replication)


def main() -> None:
    """Run the countries and print the share that is rejected."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", nargs="+", default=["zero", "use_level"], choices=list(SCENARIOS))
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--permutations", type=int, default=99)
    parser.add_argument("--specifications", type=int, default=200, help="of each contrast")
    parser.add_argument("--region", choices=["country", "province_code", "jeugdregio_code"], help="of the strata")
    parser.add_argument("--size-classes", type=int)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=2022)
    chosen = parser.parse_args()
    declaration = read_declaration(ROOT / "config" / "multiverse.yaml")
    plan = declaration.permutations
    plan = Permutations(
        number=chosen.permutations, region=chosen.region or plan.region, size_classes=chosen.size_classes or plan.size_classes
    )
    # enough for the part that is computed
    plans = {
        name: each.model_copy(update={"draw_one_in": each.draw_one_in * 5}) for name, each in declaration.contrasts.items()
    }
    declaration = declaration.model_copy(update={"permutations": plan, "contrasts": plans})
    # every country offers the same specifications; they are ordered by hash, so the first ones are a random part
    country = draw_country(SCENARIOS["zero"], 1)
    declared = declare(declaration, make_figures({None: (country.panel, country.long)}))[0]
    declared = declared.groupby("contrast", sort=False).head(chosen.specifications)
    for scenario in chosen.scenarios:
        work = partial(one, declaration.model_dump(), declared, scenario, chosen.seed)
        with ProcessPoolExecutor(chosen.processes) as pool:
            found = pd.concat(pool.map(work, range(chosen.replications)), ignore_index=True)
        rejected = found.assign(rejected=found["p"].le(0.05)).groupby(["contrast", "side", "statistic"])["rejected"].mean()
        print(f"{scenario}: share of {chosen.replications} countries with p <= 0.05 ({plan})")
        print((100 * rejected).unstack().round(1).to_string(), flush=True)


if __name__ == "__main__":
    main()
