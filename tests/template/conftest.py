"""template.yaml as it is written, and as AWS transforms it."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
SAM = ROOT / ".venv-sam" / "bin" / "python"


class Loader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms as the long ones."""


def _long_form(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Any
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
            if suffix == "GetAtt":
                value = value.split(".", 1)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            raise AssertionError(f"!{suffix} takes no mapping here")
    return {name: value}


Loader.add_multi_constructor("!", _long_form)


@cache
def read_template(file: Path = ROOT / "template.yaml") -> dict[str, Any]:
    """Read once in a process. Whoever changes it takes a copy."""
    loaded: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader)
    return loaded


@pytest.fixture(scope="session")
def written() -> dict[str, Any]:
    return read_template()


def transform(**parameters: str) -> dict[str, Any]:
    given = [f"{name}={value}" for name, value in parameters.items()]
    done = subprocess.run(
        [SAM, Path(__file__).parent / "transform.py", ROOT / "template.yaml", *given],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "AWS_DEFAULT_REGION": "eu-central-1"},
    )
    assert done.returncode == 0, done.stderr
    transformed: dict[str, Any] = json.loads(done.stdout)
    return transformed
