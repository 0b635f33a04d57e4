"""`python -m sandbox PROVIDER`: runs one fake provider.

Prints one line of JSON when it accepts connections: {"provider": ..., "url": ..., "pid": ...}.
"""

import argparse
import json
import os
import signal
import sys
import threading

from sandbox.registry import startable
from sandbox.server import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Runs one fake provider.")
    parser.add_argument("provider", choices=sorted(startable()))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--seed", type=int, default=0, help="decides the identifiers")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end also when standard input does")
    options = parser.parse_args()

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    if options.exit_with_stdin:
        threading.Thread(target=await_end_of_input, args=(ended,), daemon=True).start()
    try:
        with serve(options.provider, host=options.host, port=options.port, seed=options.seed) as server:
            line = {"provider": options.provider, "url": server.url, "pid": os.getpid()}
            print(json.dumps(line), flush=True)
            ended.wait()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        print(f"cannot listen on {options.host}:{options.port}: {reason}", file=sys.stderr)
        return 2
    return 0


def await_end_of_input(ended: threading.Event) -> None:
    # Not through sys.stdin, because this thread would still have its lock when the interpreter ends.
    while os.read(0, 4096):
        pass
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
