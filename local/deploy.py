"""`make deploy`: it finds errors before it builds, and asks nothing that has a default.

`python -m local.deploy check STACK` says where it would deploy to, or why it cannot. `python -m local.deploy STACK
OPTION ...` then runs `sam deploy`. With GUIDED=1 it asks for every parameter and explains each.
"""

import getpass
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.stack import AwsUnavailable, Stack, concurrency, find_stack, identity
from local.region import settle_region

ROOT = Path(__file__).parent.parent
SAM_PYTHON = ROOT / ".venv-sam" / "bin" / "python"

NEW_ACCOUNT_QUOTA = 10
"""The concurrent executions of a new AWS account. Observing must leave some to the API."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,99}")
_READ_PARAMETERS = """
import json, pathlib, sys
from samtranslator.yaml_helper import yaml_parse
print(json.dumps(yaml_parse(pathlib.Path("template.yaml").read_text(encoding="utf-8"))["Parameters"]))
"""


class CannotDeploy(Exception):
    """It cannot be deployed. The message says why and what to do."""


def check(name: str) -> Stack | None:
    """Prints who would deploy what to where. Returns the stack, if it exists."""
    if not _NAME.fullmatch(name):
        raise CannotDeploy(
            f"STACK: {name!r} is no name of a stack: letters, digits and hyphens, a letter first."
        )
    who = identity()
    stack = find_stack(name)
    if stack is not None and stack.state in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"):
        raise CannotDeploy(
            f"The first deployment of {name} failed and left an empty stack ({stack.state}). Remove it, then deploy"
            f" again: aws cloudformation delete-stack --stack-name {name}"
        )
    if stack is not None and stack.state.endswith("_IN_PROGRESS"):
        raise CannotDeploy(f"Somebody else is at {name}: it is {stack.state}. Wait until that is over.")
    doing = "Creates" if stack is None else "Updates"
    print(f"{doing} the stack {name} in {who.region}, account {who.account}, as {who.arn}.")
    return stack


def overrides(name: str, stack: Stack | None, given: Mapping[str, str]) -> Mapping[str, str]:
    """The parameters. By default they are as in the stack or the template, except for an account with a small quota and
    for a name that SSM reserves.
    """
    if stack is None and name.lower().startswith(("aws", "ssm")) and "TokenPath" not in given:
        given = {**given, "TokenPath": f"/fleetgraph/{name}/tokens/"}
    if stack is None and "ObserveConcurrency" not in given and concurrency() <= NEW_ACCOUNT_QUOTA:
        print(
            f"This AWS account runs {concurrency()} functions at once at most, so ObserveConcurrency is 2."
            " Have the quota raised, then deploy with GUIDED=1 to give it more."
        )
        return {**given, "ObserveConcurrency": "2"}
    return given


def ask_for_all(
    parameters: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, str],
    ask: Callable[[str], str] = input,
    ask_secretly: Callable[[str], str] = getpass.getpass,
) -> Mapping[str, str]:
    """Asks for each parameter, with its description and its value. An empty answer keeps it; a - makes it empty."""
    print("Enter keeps what stands in brackets; - makes it empty.\n")
    answers: dict[str, str] = {}
    for name, one in parameters.items():
        now = before.get(name, str(one.get("Default", "")))
        print(one["Description"] + _choices(one))
        while True:
            answer = (ask_secretly if one.get("NoEcho") else ask)(f"{name} [{now}]: ").strip()
            if not answer:
                break
            wanted = "" if answer == "-" else answer
            fault = fault_of(one, wanted)
            if fault is None:
                answers[name] = wanted
                break
            print(f"  {fault}")
        print()
    return answers


def _choices(parameter: Mapping[str, Any]) -> str:
    listed = parameter.get("AllowedValues")
    return f" ({', '.join(map(str, listed))})" if listed else ""


def fault_of(parameter: Mapping[str, Any], value: str) -> str | None:
    """What is wrong with a value, which CloudFormation would report only after minutes."""
    if "AllowedValues" in parameter and value not in map(str, parameter["AllowedValues"]):
        return f"One of {', '.join(map(str, parameter['AllowedValues']))}."
    if parameter["Type"] == "Number":
        if not value.isdecimal():
            return "A number."
        least, most = int(parameter.get("MinValue", 0)), int(parameter.get("MaxValue", sys.maxsize))
        if not least <= int(value) <= most:
            return f"A number from {least}." if most == sys.maxsize else f"A number from {least} to {most}."
    if "AllowedPattern" in parameter and not re.fullmatch(parameter["AllowedPattern"], value):
        return str(parameter.get("ConstraintDescription", parameter["AllowedPattern"])).capitalize() + "."
    return None


def read_parameters() -> Mapping[str, Mapping[str, Any]]:
    done = subprocess.run(
        [SAM_PYTHON, "-c", _READ_PARAMETERS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    read: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return read


def deploy(name: str, given: Sequence[str]) -> int:
    stack = check(name)
    wanted = dict(pair.split("=", 1) for pair in given)
    if os.environ.get("GUIDED"):
        before = {} if stack is None else stack.parameters
        wanted |= ask_for_all(read_parameters(), before)
    wanted = dict(overrides(name, stack, wanted))
    command = ["sam", "deploy", "--stack-name", name, "--region", identity().region]
    if os.environ.get("YES"):
        command.append("--no-confirm-changeset")
    if wanted:
        command += ["--parameter-overrides", *(f"{key}={value}" for key, value in wanted.items())]
    code = subprocess.run(command, env={**os.environ, "SAM_CLI_TELEMETRY": "0"}, check=False).returncode
    if code == 0:
        print(f"\nNext: make connect STACK={name} ACCOUNTS=accounts.toml, and then make status STACK={name}")
    return code


def main(*arguments: str) -> int:
    settle_region()
    try:
        if arguments[0] == "check":
            check(arguments[1])
            return 0
        return deploy(arguments[0], arguments[1:])
    except (CannotDeploy, AwsUnavailable) as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        return 130


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
