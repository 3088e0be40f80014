"""`python -m wijkanalyse.validation`: run the estimators on made-up countries and write down how they did."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from wijkanalyse.errors import WijkanalyseError, nearest
from wijkanalyse.validation.estimators import ESTIMATORS
from wijkanalyse.validation.recovery import run_recovery, summarise
from wijkanalyse.validation.scenarios import SCENARIOS
from wijkanalyse.validation.table import write_recovery


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m wijkanalyse.validation", description=__doc__)
    parser.add_argument("--replications", type=int, default=200, help="countries per scenario (default: 200)")
    parser.add_argument("--processes", type=int, default=1, help="processes at once (default: 1; the result is the same)")
    parser.add_argument("--seed", type=int, default=2022, help="seed of the whole (default: 2022)")
    parser.add_argument("--scenarios", nargs="+", metavar="NAME", help=f"only these of {', '.join(SCENARIOS)}")
    parser.add_argument("--estimators", nargs="+", metavar="NAME", help=f"only these of {', '.join(ESTIMATORS)}")
    parser.add_argument(
        "--out", type=Path, default=Path("docs/validation"), help="folder to write to (default: docs/validation)"
    )
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        for name in chosen.scenarios or ():
            if name not in SCENARIOS:
                raise WijkanalyseError(f"there is no scenario {name}{nearest(name, SCENARIOS)}")
        for name in chosen.estimators or ():
            if name not in ESTIMATORS:
                raise WijkanalyseError(f"there is no estimator {name}{nearest(name, ESTIMATORS)}")
        estimators = {name: ESTIMATORS[name] for name in chosen.estimators or ESTIMATORS}
        scenarios = {name: SCENARIOS[name] for name in chosen.scenarios or SCENARIOS}
        results = run_recovery(estimators, scenarios, chosen.replications, chosen.seed, chosen.processes)
        for path in write_recovery(summarise(results), scenarios, chosen.seed, chosen.out):
            print(path)
    except WijkanalyseError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
