"""`make soak`: queries a whole Fleetgraph with the sandbox without a pause, at the concurrency of this computer.

SECONDS is the duration (600), CONCURRENCY the number of clients (by default, as many as still increase the rate of
answers). Before that, nobody asks for a while: what it uses at rest is measured. The exit code is 1 if an answer was
wrong, a process of ours grew, or it did not rest. Results go to stdout; what goes on, and for how long, to stderr.
Memory and time of the processor are read from /proc, so it needs Linux.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.processes import Scale, growth
from bench.soak.load import MOST_STEPS, ask_together, highest_concurrency
from bench.soak.rest import rest
from bench.soak.target import fleetgraph

MOST_GROWTH_MIB = 8.0
"""The accepted growth of a warm process, by linear regression."""
REST_SHARE = 0.1
WARM_UP_SHARE = 0.2
LEAST_WARM_UP_SECONDS = 15.0
"""By then what a process keeps of documents and of the fleet is there. Within 90 seconds it grew by 1.4 MiB then."""
SAID_EVERY_SECONDS = 30.0
"""How often a long phase says how far it is."""


@contextmanager
def saying(what: str, seconds: float) -> Iterator[None]:
    """Says on stderr what goes on, for about how long, and how far it is."""
    began, is_over = time.monotonic(), threading.Event()

    def run() -> None:
        while not is_over.wait(SAID_EVERY_SECONDS):
            passed = time.monotonic() - began
            print(f"  {passed:.0f} of {max(passed, seconds):.0f} seconds", file=sys.stderr, flush=True)

    print(f"{what}, about {seconds:.0f} seconds", file=sys.stderr, flush=True)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def main() -> int:
    seconds = float(os.environ.get("SECONDS") or 600)
    step = min(10.0, max(0.5, seconds / 60))
    resting = max(3.0, REST_SHARE * seconds)
    warm_up = max(WARM_UP_SHARE * seconds, LEAST_WARM_UP_SECONDS)
    print("starting Fleetgraph with the sandbox", file=sys.stderr, flush=True)
    with fleetgraph() as target:
        with saying("measuring it at rest", resting):
            at_rest = rest(target, resting)
        print(
            f"at rest: {at_rest.processor_seconds:.1f} seconds of a processor and {at_rest.requests:.0f} requests to"
            " providers a minute",
            flush=True,
        )
        at_once = int(os.environ.get("CONCURRENCY") or 0)
        if not at_once:
            with saying("looking for the concurrency of this computer", MOST_STEPS * step):
                at_once = highest_concurrency(target, step)
        print(f"{at_once} at once for {seconds:g} seconds", flush=True)
        with saying("warming up", warm_up):
            ask_together(target, at_once, warm_up)
        scale = Scale(target.processes, step / 5)
        with saying("querying", seconds), scale.weighing():
            measured = ask_together(target, at_once, seconds)
    faults = [f"{count} times {wrong}" for wrong, count in measured.wrong.most_common(10)]
    faults += at_rest.faults()
    p50, p95, p99 = (measured.percentile(share) for share in (0.5, 0.95, 0.99))
    print(
        f"{len(measured.seconds) / seconds:.1f} requests/s, p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms"
    )
    for name, samples in scale.samples.items():
        grown = growth(samples)
        at_first, in_the_end = samples[0], samples[-1]
        print(
            f"{name}: {at_first:.1f} MiB at first, {in_the_end:.1f} MiB in the end, {grown:+.1f} MiB by its trend"
        )
        if grown > MOST_GROWTH_MIB:
            faults.append(f"{name} grew by {grown:.1f} MiB")
    for fault in faults:
        print(f"failed: {fault}", file=sys.stderr)
    print("failed" if faults else "passed: every answer was right, nothing grew, and it rested", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
