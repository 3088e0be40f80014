"""`wijkanalyse ...`: what a person asks at the terminal, beside the workflow itself."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from pathlib import Path

from wijkanalyse.errors import WijkanalyseError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code, 1 with one clear message for anything a person can mend."""
    parser = argparse.ArgumentParser(prog="wijkanalyse", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    summary = commands.add_parser("summary", help="where the report is and which figures it rests on")
    summary.add_argument("--started", type=int, help="moment (seconds since 1970) from which the time is counted")
    summary.set_defaults(run=_summary)

    doctor = commands.add_parser("doctor", help="whether this machine and this checkout are fit for a run")
    doctor.set_defaults(run=_doctor)

    config = commands.add_parser("config", help="show the default choices, or write them to config/")
    config.add_argument("--write", action="store_true", help="write config/config.yaml and config/config.schema.json")
    config.set_defaults(run=_config)

    trace = commands.add_parser("trace", help="where a number of the report comes from")
    trace.add_argument("claim", help="its name in data/processed/claims.csv, e.g. duration.zonder_verblijf.pooled.active")
    trace.set_defaults(run=_trace)

    verify = commands.add_parser("verify", help="check a finished run: bytes, contracts, and the numbers in the report")
    verify.set_defaults(run=_verify)

    vintages = commands.add_parser("vintages", help="what CBS changed between the two newest stored versions of a table")
    vintages.add_argument("table", nargs="?", help="number of a table; without it all tables with two versions")
    vintages.set_defaults(run=_vintages)

    evidence = commands.add_parser("evidence", help="check the hand-coded records, or add one").add_subparsers(
        required=True, metavar="what"
    )
    check = evidence.add_parser("check", help="name every problem in the evidence files")
    check.add_argument("paths", nargs="*", type=Path, metavar="folder or file", help="default: data/raw/evidence")
    check.set_defaults(run=_evidence_check)
    add = evidence.add_parser("add", help="ask for a record column by column and append it to its file")
    add.add_argument("table", help="name of the file without .csv, e.g. client_surveys")
    add.add_argument("--folder", type=Path, help="default: data/raw/evidence")
    add.set_defaults(run=_evidence_add)

    dictionary = commands.add_parser("dictionary", help="what every column of every table means, or write it to docs/")
    dictionary.add_argument("--write", action="store_true", help="write docs/data-dictionary.md")
    dictionary.set_defaults(run=_dictionary)

    replication = commands.add_parser("replication", help="what a replicator asks, or write it to docs/")
    replication.add_argument("--write", action="store_true", help="write docs/replication.md")
    replication.add_argument("--measure", action="store_true", help="first take time and memory from the last run's benchmarks")
    replication.set_defaults(run=_replication)

    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen) or 0)
    except WijkanalyseError as error:
        print(error, file=sys.stderr)
        return 1


def _summary(chosen: argparse.Namespace) -> None:
    from wijkanalyse.report.summary import describe_run

    print(describe_run())
    if chosen.started:
        print(f"  time   {time.time() - chosen.started:.0f} s in all")


def _doctor(_: argparse.Namespace) -> int:
    from wijkanalyse.doctor import as_table, examine

    signs = examine()
    print(as_table(signs))
    return int(any(sign.state == "wrong" for sign in signs))


def _config(chosen: argparse.Namespace) -> None:
    from wijkanalyse.config_files import default_yaml, write_generated

    if chosen.write:
        print("\n".join(f"written: {path}" for path in write_generated(Path("config"))))
    else:
        print(default_yaml(), end="")


def _trace(chosen: argparse.Namespace) -> None:
    import pandas as pd

    from wijkanalyse.files import read_table
    from wijkanalyse.provenance.telling import as_text
    from wijkanalyse.provenance.tracing import Run, describe
    from wijkanalyse.report.claims import Claims

    ledgers = [Path(f"data/processed/{name}.parquet") for name in ("claims", "printed")]
    if not ledgers[0].is_file():
        raise WijkanalyseError(f"{ledgers[0]} is not there; run `snakemake --cores 4` first.")
    try:
        claims = pd.concat([read_table(path, Claims) for path in ledgers if path.is_file()], ignore_index=True)
    except (OSError, ValueError) as error:
        names = " or ".join(str(path) for path in ledgers)
        raise WijkanalyseError(f"{names} cannot be read ({error}); run `snakemake --cores 4` again.") from error
    print(as_text(describe(chosen.claim, Run(claims))))


def _verify(chosen: argparse.Namespace) -> int:
    from wijkanalyse.provenance.verifying import as_table, is_in_order, verify

    findings = verify()
    print(as_table(findings))
    return 0 if is_in_order(findings) else 1


def _vintages(chosen: argparse.Namespace) -> None:
    from wijkanalyse.statline.vintages import describe, revisions

    found = revisions(Path("data/raw"), chosen.table)
    if not found:
        of_it = f" of {chosen.table}" if chosen.table else " of any table"
        raise WijkanalyseError(f"there are no two versions{of_it} in data/raw; `snakemake refresh` fetches what CBS has now.")
    print("\n\n".join(describe(revision) for revision in found))


def _evidence_check(chosen: argparse.Namespace) -> None:
    from wijkanalyse.evidence.checking import FOLDER, check

    print(check(chosen.paths or [FOLDER]))


def _evidence_add(chosen: argparse.Namespace) -> int:
    from wijkanalyse.evidence.adding import add_record
    from wijkanalyse.evidence.checking import FOLDER

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # lets a person edit the line that is typed
    return 0 if add_record(chosen.table, chosen.folder or FOLDER, ask=_ask) else 1


def _ask(prompt: str) -> str:
    answer = input(prompt)
    if not sys.stdin.isatty():
        print(answer)  # answers from a pipe are seen where a person would have typed them
    return answer


def _dictionary(chosen: argparse.Namespace) -> None:
    from wijkanalyse.dictionary import PATH, data_dictionary
    from wijkanalyse.files import write_text

    if chosen.write:
        write_text(data_dictionary(), PATH)
        print(f"written: {PATH}")
    else:
        print(data_dictionary(), end="")


def _replication(chosen: argparse.Namespace) -> None:
    from wijkanalyse.files import write_text
    from wijkanalyse.provenance.replication import MEASURED, PATH, measure, replication_text

    if chosen.measure:
        write_text(measure(), MEASURED)
        print(f"written: {MEASURED}")
    if chosen.write:
        write_text(replication_text(), PATH)
        print(f"written: {PATH}")
    elif not chosen.measure:
        print(replication_text(), end="")
