"""`make sam-local` running in containers, for tests that ask it what the README says one can: `make sam-local-test`."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

import httpx
import pytest

from local.engine import find_engine
from tests.artefact.conftest import ROOT, SAM_PYTHON, free_port
from tests.containers.engine import Lacking, some_engine
from tests.containers.image import make_sure_of_the_image

START_SECONDS = 300
"""A container that starts and imports everything takes a second, and minutes where others keep the machine busy."""
_EXPORT = re.compile(r"^ *export (\w+)=(\S+)$", re.MULTILINE)
ENV_FILE = ROOT / ".aws-sam" / "env.json"


@dataclass(frozen=True, kw_only=True)
class SamLocal:
    url: str
    exports: Mapping[str, str]
    """What it tells a second shell to set."""

    def run(self, command: str) -> str:
        """What a person's second shell answers to a line of the README, wherever that shell thinks it is."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=ROOT,
            env=_second_shell(self.exports),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def sam_local() -> Iterator[SamLocal]:
    with pytest.MonkeyPatch.context() as patch:
        try:
            with some_engine() as environment:
                for name, value in environment.items():
                    patch.setenv(name, value)
                make_sure_of_the_image(find_engine())
                # Whatever is newer where the image came from, none is pulled that is here.
                patch.setenv("SAM_SKIP_PULL_IMAGE", "1")
                with _served() as served:
                    yield served
        except Lacking as lacking:
            pytest.fail(str(lacking), pytrace=False)


@contextmanager
def _served() -> Iterator[SamLocal]:
    """`make sam-local`, on a free port; it ends as by Ctrl-C, which reaches all of it."""
    port = free_port()
    with TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.sam", ENV_FILE, "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "PATH": _with_sam()},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _await(process, port, log)
            yield SamLocal(url=f"http://127.0.0.1:{port}/graphql", exports=dict(_EXPORT.findall(_read(log))))
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.wait(START_SECONDS)


def _await(process: "subprocess.Popen[bytes]", port: int, log: BinaryIO) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}/", timeout=START_SECONDS)
        except httpx.TransportError:
            if process.poll() is not None or time.monotonic() > give_up_at:
                pytest.fail(f"sam local start-api does not start:\n{_read(log)}", pytrace=False)
            time.sleep(0.1)
        else:
            return


def _read(log: BinaryIO) -> str:
    log.seek(0)
    return log.read().decode(errors="replace")


def _with_sam() -> str:
    return f"{SAM_PYTHON.parent}{os.pathsep}{os.environ['PATH']}"


def _second_shell(exports: Mapping[str, str]) -> dict[str, str]:
    """One of somebody who works elsewhere, with keys of their own."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_REGION": "us-west-2",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "somebody",
        "PATH": _with_sam(),
        "SAM_CLI_TELEMETRY": "0",
        **exports,
    }
