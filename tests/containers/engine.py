"""A container engine for the tests: the one that answers here, or else one of their own.

`python -m tests.containers.engine` says whether there is one, or what is missing.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from local.engine import NO_ENGINE, NoEngine, find_engine

ROOT = Path(__file__).parent.parent.parent
KEPT = ROOT / ".containers"
"""Where images of an engine of our own stay for the next time; `make distclean` removes it."""

START_SECONDS = 60


class Lacking(Exception):
    """What this computer has not, in a sentence."""


@contextmanager
def some_engine() -> Iterator[Mapping[str, str]]:
    """Gives what the environment says of it to `docker` and to sam."""
    try:
        find_engine()
    except NoEngine as none:
        with _own_engine(none) as address:
            yield {"DOCKER_HOST": address}
    else:
        yield {}


@contextmanager
def _own_engine(none: NoEngine) -> Iterator[str]:
    """Its socket has a short path, because longer ones than 108 characters are none."""
    if shutil.which("dockerd") is None or shutil.which("docker") is None:
        raise Lacking(
            f"{none}\nNor are there dockerd and docker to start one with: docker.io on Debian has both."
        )
    if os.geteuid() != 0:
        raise Lacking(
            f"{none}\nTo start one takes root: sudo service docker start, or sudo make sam-local-test."
        )
    KEPT.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="fleet-") as scratch, (KEPT / "dockerd.log").open("wb") as log:
        address = f"unix://{scratch}/docker.sock"
        command = [
            "dockerd",
            f"--host={address}",
            f"--data-root={KEPT / 'docker'}",
            f"--exec-root={scratch}/exec",
            f"--pidfile={scratch}/pid",
        ]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            _await(process, address)
            yield address
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _await(process: "subprocess.Popen[bytes]", address: str) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    command = ["docker", "--host", address, "info"]
    while subprocess.run(command, capture_output=True, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > give_up_at:
            output = (KEPT / "dockerd.log").read_text(encoding="utf-8", errors="replace").splitlines()
            raise Lacking("dockerd does not start here:\n" + "\n".join(output[-3:]))
        time.sleep(0.1)


def main() -> int:
    try:
        with some_engine() as environment:
            sys.stdout.write(" ".join(("Containers run.", *environment.values())) + "\n")
    except Lacking as lacking:
        sys.stderr.write(f"{lacking}\n")
        return NO_ENGINE
    return 0


if __name__ == "__main__":
    sys.exit(main())
