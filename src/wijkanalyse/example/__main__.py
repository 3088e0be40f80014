"""`python -m wijkanalyse.example`: serve the embedded StatLine until interrupted."""

import argparse
import sys
import threading

from wijkanalyse.errors import WijkanalyseError
from wijkanalyse.example import StatLineServer, World, make_tables


def main() -> int:
    """Serve the tables of the asked world and print where; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m wijkanalyse.example",
        description="Serve the embedded StatLine: made-up figures in the shapes of CBS's OData v3 service.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8123, help="port, 0 for any free one (default: 8123)")
    parser.add_argument("--provinces", nargs="+", metavar="PV", help="only these provinces, such as PV26 (default: all)")
    parser.add_argument("--seed", type=int, default=World.seed, help=f"seed of the world (default: {World.seed})")
    chosen = parser.parse_args()
    try:
        world = World(seed=chosen.seed, provinces=tuple(chosen.provinces) if chosen.provinces else None)
        with StatLineServer(make_tables(world), chosen.host, chosen.port) as statline:
            print(f"VOORBEELDCIJFERS (made up), catalog_url: {statline.catalog_url}  (plain http; stop with Ctrl-C)")
            sys.stdout.flush()
            threading.Event().wait()
    except WijkanalyseError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
