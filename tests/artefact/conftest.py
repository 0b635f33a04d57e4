"""What `make build` made, run by AWS's own runtime client and interface emulator: `make artefact-test`."""

import json
import os
import platform
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent.parent
BUILT = ROOT / ".aws-sam" / "build"
RUNTIME = ROOT / ".venv-runtime" / "bin" / "python"
SAM_PYTHON = ROOT / ".venv-sam" / "bin" / "python"
START_SECONDS = 60


def emulator() -> Path:
    """The one for this machine's processor, out of the SAM tools."""
    processor = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    (found,) = (ROOT / ".venv-sam").glob(
        f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{processor}"
    )
    found.chmod(0o755)
    return found


@dataclass(frozen=True, kw_only=True)
class Served:
    """A function as an invoker sees it."""

    url: str

    def invoke(self, event: Mapping[str, Any]) -> Any:
        request = Request(self.url, json.dumps(event).encode(), method="POST")
        with urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())


@contextmanager
def serve(name: str, environment: Mapping[str, str]) -> Iterator[Served]:
    """The built function, in its own folder, with nothing on its path but that folder and AWS's runtime client."""
    program, port, api = emulator(), free_port(), free_port()
    folder = BUILT / name.title()
    process = subprocess.Popen(
        [
            program,
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{port}",
            "--runtime-api-address",
            f"127.0.0.1:{api}",
            RUNTIME,
            "-m",
            "awslambdaric",
            f"functions.{name}.handler",
        ],
        cwd=folder,
        env={
            **{key: value for key, value in os.environ.items() if key.startswith("AWS_") or key == "PATH"},
            "LAMBDA_TASK_ROOT": str(folder),
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
            **environment,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_listening(port, process)
        yield Served(url=f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations")
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def await_listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, f"the emulator ended with {process.returncode}"
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                return  # it answers, if only that there is nothing at that address
        assert time.monotonic() < give_up_at, "the emulator does not listen"
        time.sleep(0.05)
