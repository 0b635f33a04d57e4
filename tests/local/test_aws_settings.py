"""What `make deploy`, `make status` and `make doctor` say where AWS is not set up, or not as it has to be."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = pytest.mark.parametrize(
    "module", [["local.deploy", "check", "fleet"], ["local.status", "fleet"], ["local.doctor"]]
)


def refusal(module: list[str], home: Path, settings: Mapping[str, str]) -> str:
    """What the command says as it ends, with these settings of AWS and no others."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env={
            **bare,
            "HOME": str(home),
            "AWS_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **settings,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = done.stdout + done.stderr
    assert done.returncode in (1, 2)
    assert "Traceback" not in said
    return said


@COMMANDS
def test_without_credentials_that_is_said_at_once_with_what_to_do(module: list[str], tmp_path: Path) -> None:
    said = refusal(module, tmp_path, {})
    assert "There are no AWS credentials here" in said
    assert "aws configure" in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"AWS_PROFILE": "nobody"}, "There is no such profile"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere", "AWS_ROLE_ARN": "arn:aws:iam::1:role/a"}, "/nowhere"),
        (
            {"AWS_ENDPOINT_URL": "nowhere", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
            "Invalid endpoint",
        ),
    ],
)
@COMMANDS
def test_settings_of_aws_that_cannot_be_used_are_said(
    module: list[str], settings: Mapping[str, str], said: str, tmp_path: Path
) -> None:
    assert said in refusal(module, tmp_path, settings)
