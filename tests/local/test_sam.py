"""`make sam-local` up to where containers would take over, with engines and a `sam` that are made up."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from functions.settings import read_settings
from local.deployment import REGION
from local.engine import NO_ENGINE
from local.ministack import PYTHON
from local.sam import read_env_file

ROOT = Path(__file__).parent.parent.parent

DEAD = "#!/bin/sh\necho 'Cannot connect to the daemon' >&2\nexit 1\n"
DOCKER = """#!/bin/sh
case $1 in
info) echo '["name=seccomp"]' ;;
network) echo '[{{"Name": "bridge", "IPAM": {{"Driver": "default", "Config": [{bridge}]}}}}]' ;;
esac
"""
ROOTLESS_DOCKER = '#!/bin/sh\necho \'["name=seccomp", "name=rootless"]\'\n'
PODMAN = """#!/bin/sh
case "$*" in
*RemoteSocket.Path*) echo /run/podman.sock ;;
*Rootless*) echo {properties} ;;
info) ;;
network*) echo '[{{"name": "podman", "subnets": [{{"subnet": "{subnet}", "gateway": "{gateway}"}}]}}]' ;;
"pod create") echo a-pod ;;
"pod "*) echo "$*" >> {folder}/pods; exit {pods} ;;
esac
"""


def docker(bridge: str) -> str:
    return DOCKER.format(bridge=bridge)


def podman(
    properties: str = "rootless=false remote=false socket=true",
    gateway: str = "127.0.0.1",
    folder: Path = Path("/nowhere"),
    pods: int = 0,
) -> str:
    subnet = f"{gateway.rpartition('.')[0]}.0/24"
    return PODMAN.format(properties=properties, subnet=subnet, gateway=gateway, folder=folder, pods=pods)


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
    assert "Neither Docker nor Podman answers" in done.stderr
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("programs", "sentence"),
    [
        ({"docker": ROOTLESS_DOCKER, "podman": DEAD}, "Docker answers, but runs rootless"),
        (
            {"docker": DEAD, "podman": podman("rootless=true remote=false socket=true")},
            "Podman answers, but runs rootless",
        ),
        ({"docker": DEAD, "podman": podman("rootless=false remote=false socket=false")}, "podman.socket"),
    ],
)
def test_an_engine_whose_containers_could_not_reach_us_is_said_to_be_one(
    programs: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    done = run("local.engine", put(tmp_path, **programs))
    assert done.returncode == NO_ENGINE
    assert sentence in done.stderr


def test_a_podman_whose_bridge_is_down_keeps_it_up_for_as_long_as_it_is_used(tmp_path: Path) -> None:
    with_podman = {"docker": DEAD, "podman": podman(gateway="192.0.2.1", folder=tmp_path)}
    run("local.sam", put(tmp_path, sam=SAM, **with_podman), str(tmp_path / "env.json"))
    assert (tmp_path / "pods").read_text(encoding="utf-8").splitlines() == [
        "pod start a-pod",
        "pod rm --force a-pod",
    ]


def test_a_podman_that_runs_nothing_is_said_to_be_one(tmp_path: Path) -> None:
    with_podman = {"docker": DEAD, "podman": podman(gateway="192.0.2.1", folder=tmp_path, pods=1)}
    done = run("local.sam", put(tmp_path, **with_podman), "env.json")
    assert done.returncode == NO_ENGINE
    assert "runs no container" in done.stderr


def test_functions_run_in_the_region_of_the_table_wherever_a_shell_is() -> None:
    """sam takes the region of an option, which this file gives, over those of the environment and of profiles."""
    told = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))["default"]
    assert told["local_invoke"]["parameters"]["region"] == REGION
    assert told["local_start_api"]["parameters"]["region"] == REGION


@pytest.mark.parametrize(
    ("programs", "host", "docker_host"),
    [
        ({"docker": docker('{"Subnet": "127.0.0.0/8", "Gateway": "127.0.0.1"}')}, "127.0.0.1", None),
        pytest.param(
            {"docker": docker('{"Subnet": "fd00::/80"}, {"Subnet": "127.0.0.0/8"}')},
            "127.0.0.1",
            None,
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"docker": docker('{"Subnet": "192.0.2.0/24"}')},
            "host.docker.internal",
            None,
            marks=pytest.mark.thorough,
        ),
        pytest.param({"docker": docker("")}, "host.docker.internal", None, marks=pytest.mark.thorough),
        ({"docker": DEAD, "podman": podman()}, "127.0.0.1", "unix:///run/podman.sock"),
        pytest.param(
            {"docker": DEAD, "podman": podman("rootless=true remote=true socket=true", "192.0.2.1")},
            "host.containers.internal",
            "unix:///run/podman.sock",
            marks=pytest.mark.thorough,
        ),
    ],
    ids=["gateway", "no gateway told", "docker in a vm", "no network told", "podman", "podman in a vm"],
)
def test_sam_gets_a_file_with_the_environment_of_every_function(
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
    assert (told["docker"], told["endpoint"]) == (docker_host, None)
    assert re.fullmatch(r"\d{12}", told["key"]), "the one that the emulator answers to"
    assert f"export AWS_ACCESS_KEY_ID={told['key']}" in done.stdout
