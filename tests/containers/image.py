"""The image of Lambda's runtime that sam builds on: AWS's own where it can be had, or else one of Debian's packages.

Debian trixie has Lambda's version of Python; AWS's runtime client comes from the environment of `make artefact-test`.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.artefact.conftest import RUNTIME, SAM_PYTHON
from tests.containers.engine import Lacking

RELEASE = "trixie"
PULL_SECONDS = 300

_NAMED = """
from samcli.local.docker.lambda_image import LambdaImage, Runtime
print(f"{LambdaImage._INVOKE_REPO_PREFIX}/{Runtime.get_image_name_tag('python3.13', 'x86_64')}")
"""

_BOOTSTRAP = """\
#!/bin/sh
cd /var/task
export PYTHONPATH=/var/task:/var/runtime
exec python3 -m awslambdaric "$_HANDLER"
"""

_LEFT_OUT = ("./dev", "./usr/share/doc", "./usr/share/locale", "./var/cache/apt", "./var/lib/apt")


def make_sure_of_the_image(engine: str) -> None:
    """`engine` is the command that answers: docker or podman."""
    name = _run([str(SAM_PYTHON), "-c", _NAMED])
    if _succeeds([engine, "image", "inspect", name]) or _succeeds([engine, "pull", name]):
        return
    if shutil.which("debootstrap") is None:
        raise Lacking(f"{name} cannot be pulled, and there is no debootstrap to make such an image with.")
    with TemporaryDirectory(prefix="fleet-") as made:
        root = Path(made, "root")
        _run(["debootstrap", "--variant=minbase", "--include=python3,ca-certificates", RELEASE, str(root)])
        _add_runtime(root)
        _import(engine, root, name)


def _add_runtime(root: Path) -> None:
    folder = root / "var" / "runtime"
    (root / "var" / "task").mkdir()
    (packages,) = RUNTIME.parent.parent.glob("lib/python3.13/site-packages")
    shutil.copytree(packages, folder, ignore=shutil.ignore_patterns("pip", "*.dist-info", "__pycache__"))
    bootstrap = folder / "bootstrap"
    bootstrap.write_text(_BOOTSTRAP, encoding="utf-8")
    bootstrap.chmod(0o755)


def _import(engine: str, root: Path, name: str) -> None:
    left_out = [f"--exclude={path}" for path in _LEFT_OUT]
    with subprocess.Popen(["tar", "-C", str(root), *left_out, "-c", "."], stdout=subprocess.PIPE) as packed:
        subprocess.run(
            [engine, "import", "--change", "WORKDIR /var/task", "-", name],
            stdin=packed.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
        )


def _succeeds(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=PULL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        output = (done.stdout + done.stderr).strip().splitlines()
        raise Lacking(f"{command[0]} fails here:\n" + "\n".join(output[-5:]))
    return done.stdout.strip()
