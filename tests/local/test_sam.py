"""`make sam-local` up to where containers would take over, with engines and a `sam` that are made up."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from functions.settings import read_settings
from local.engine import NO_ENGINE
from local.ministack import PYTHON
from local.sam import read_env_file

DEAD = "#!/bin/sh\necho 'Cannot connect to the daemon' >&2\nexit 1\n"
DOCKER = "#!/bin/sh\ncase $1 in info) echo fine ;; network) echo {bridge} ;; esac\n"
PODMAN = '#!/bin/sh\ncase "$*" in *RemoteSocket*) echo /run/podman.sock ;; info) ;; network*) echo 127.0.0.1 ;; esac\n'

SAM = f"""#!{sys.executable}
import json, os, sys
given = json.load(open(sys.argv[sys.argv.index("--env-vars") + 1]))["Parameters"]
print(json.dumps({{"arguments": sys.argv[1:], "given": given, "docker": os.environ.get("DOCKER_HOST"),
                  "endpoint": os.environ.get("AWS_ENDPOINT_URL"), "key": os.environ["AWS_ACCESS_KEY_ID"]}}))
"""


def put(folder: Path, **programs: str) -> Path:
    for name, text in programs.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def run(module: str, programs: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", module, *options],
        env={
            **os.environ,
            "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "AWS_ACCESS_KEY_ID": "real",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


@pytest.mark.parametrize("module", ["local.engine", "local.sam"])
def test_where_no_engine_answers_that_is_said_with_what_does_without(module: str, tmp_path: Path) -> None:
    done = run(module, put(tmp_path, docker=DEAD, podman=DEAD), "env.json")
    assert done.returncode == NO_ENGINE
    assert "neither Docker nor Podman answers" in done.stderr
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("programs", "host", "docker_host"),
    [
        ({"docker": DOCKER.format(bridge="127.0.0.1")}, "127.0.0.1", None),
        ({"docker": DOCKER.format(bridge="192.0.2.1")}, "host.docker.internal", None),
        ({"docker": DEAD, "podman": PODMAN}, "127.0.0.1", "unix:///run/podman.sock"),
    ],
)
def test_sam_is_given_a_file_with_what_every_function_is_told(
    programs: dict[str, str], host: str, docker_host: str | None, tmp_path: Path
) -> None:
    if not PYTHON.exists():
        pytest.skip("the emulator of AWS is not installed: make setup")
    file = tmp_path / "env.json"
    done = run("local.sam", put(tmp_path, sam=SAM, **programs), str(file), "--port", "3001")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["arguments"] == ["local", "start-api", "--env-vars", str(file), "--port", "3001"]
    assert told["given"] == read_env_file(file)
    assert told["given"]["AWS_ENDPOINT_URL"].startswith(f"http://{host}:")
    assert read_settings(told["given"]).queue_url.startswith(told["given"]["AWS_ENDPOINT_URL"])
    assert (told["docker"], told["endpoint"], told["key"]) == (docker_host, None, "local")
