"""`make bench`: prints one table of how fast it answers beside its peers, and writes it to docs/performance.md.

ROUNDS is the number of rounds (9), BARS the measures (all); with either, the page is not written. The exit code is 1 if
a bar is missed and no reason is written beside it.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.performance import report
from bench.performance.measures import MEASURES, Measure
from bench.performance.report import Result
from bench.performance.rounds import run
from bench.performance.subjects.fleet import Size, write_all
from fleet.ports.clock import SystemClock
from infra.dynamodb.opening import open_with_table
from infra.dynamodb.table import DynamoTable
from local.ministack import ministack

ROUNDS = 9
REGION = "eu-central-1"


@contextmanager
def fleets(sizes: Sequence[Size]) -> Iterator[None]:
    """Tables with these fleets, in an emulator that the environment names meanwhile."""
    if not sizes:
        yield
        return
    with ministack() as emulator, emulator.as_aws(REGION):
        for size in sizes:
            client, _ = open_with_table(emulator.url, size.table)
            table = DynamoTable(client, size.table, SystemClock())
            write_all(table, size)
            table.close()
            client.close()
        yield


def measured(measure: Measure, rounds: int) -> Result:
    if missing := measure.missing():
        return Result(measure=measure, missing=missing)
    with fleets(measure.fleets), measure.beside() as environment:
        if measure.fleets:  # what is measured holds once a process has asked, whose bundles the others read
            list(run(measure.subjects, 1, environment))
        return Result(measure=measure, rounds=list(run(measure.subjects, rounds, environment)))


def main() -> int:
    rounds = int(os.environ.get("ROUNDS") or ROUNDS)
    wanted = (os.environ.get("BARS") or "").split()
    unknown = set(wanted) - {one.name for one in MEASURES}
    if unknown:
        raise SystemExit(
            f"BARS are of {', '.join(one.name for one in MEASURES)}; not {', '.join(sorted(unknown))}."
        )
    print(f"{report.machine()}\n{report.versions()}\n{rounds} rounds", flush=True)
    results = []
    for measure in MEASURES:
        if wanted and measure.name not in wanted:
            continue
        result = measured(measure, rounds)
        results.append(result)
        print(f"\n{measure.title}\n{report.table(result)}", flush=True)
    if not wanted and rounds == ROUNDS:
        report.write(results, rounds)
        print(f"\nwritten: {report.PAGE.relative_to(report.DOCS.parent)}")
    failed = [bar for result in results for bar in result.failed()]
    for bar in failed:
        print(f"failed: {bar.name}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
