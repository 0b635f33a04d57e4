"""The module for Terraform: what it says, as a parser of its language reads it, against the template that it deploys.

No provider of Terraform can be had without its registry, so nothing of the module is planned here. The request that it
makes of CloudFormation is made in tests/stack.
"""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.template.conftest import ROOT

pytestmark = pytest.mark.apart

MODULE = ROOT / "local" / "terraform"
PARSER = ROOT / ".venv-checkov" / "bin" / "python"
MOST_BYTES_IN_A_REQUEST = 51_200
"""Of a template. In a bucket it may have a megabyte: the quotas of CloudFormation."""

PARSE = """
import hcl2, json, sys
print(json.dumps([hcl2.loads(text) for text in json.load(sys.stdin)]))
"""


def parsed(*texts: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [PARSER, "-c", PARSE], input=json.dumps(texts), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    read: list[dict[str, Any]] = json.loads(done.stdout)
    return read


@pytest.fixture(scope="module")
def module() -> dict[str, dict[str, Any]]:
    """The variables and outputs of all its files, by name."""
    blocks: dict[str, dict[str, Any]] = {"variable": {}, "output": {}}
    for file in parsed(*(path.read_text(encoding="utf-8") for path in sorted(MODULE.glob("*.tf")))):
        for kind, named in blocks.items():
            for block in file.get(kind, []):
                named.update(block)
    return blocks


@pytest.fixture(scope="module")
def stack() -> dict[str, Any]:
    """The stack that it makes, as CloudFormation is asked for it."""
    (file,) = parsed((MODULE / "main.tf").read_text(encoding="utf-8"))
    (found,) = [
        one["aws_cloudformation_stack"] for one in file["resource"] if "aws_cloudformation_stack" in one
    ]
    return {name: value[0] for name, value in found["this"].items() if isinstance(value, list)}


def test_it_is_written_as_its_tools_write_it() -> None:
    tool = shutil.which("terraform") or shutil.which("tofu")
    if tool is None:
        pytest.skip("neither terraform nor tofu is installed")
    done = subprocess.run(
        [tool, "fmt", "-check", "-diff", MODULE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_everything_in_it_says_what_it_is(module: dict[str, dict[str, Any]]) -> None:
    for kind in ("variable", "output"):
        for name, one in module[kind].items():
            assert one["description"][0].endswith("."), name


def test_what_it_asks_for_is_declared_and_what_is_declared_is_asked_for(
    module: dict[str, dict[str, Any]],
) -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in MODULE.glob("*.tf"))
    used = set(re.findall(r"\bvar\.(\w+)", texts))
    assert used == module["variable"].keys()


def test_its_outputs_are_outputs_of_the_template(written: dict[str, Any]) -> None:
    texts = (MODULE / "outputs.tf").read_text(encoding="utf-8")
    named = set(re.findall(r'outputs\["(\w+)"\]', texts))
    assert named == {"GraphqlUrl", "AdminKeyId"}
    assert named <= {name for name, one in written["Outputs"].items() if "Condition" not in one}


def test_the_template_goes_through_a_bucket_because_it_is_larger_than_a_request_may_be(
    stack: dict[str, Any],
) -> None:
    assert (ROOT / "template.yaml").stat().st_size > MOST_BYTES_IN_A_REQUEST
    assert "aws_s3_object.template.key" in stack["template_url"]
    assert "template_body" not in stack


def test_it_allows_what_the_template_needs_and_no_more(
    stack: dict[str, Any], written: dict[str, Any]
) -> None:
    roles = [one for one in written["Resources"].values() if one["Type"] == "AWS::IAM::Role"]
    assert roles
    assert not any("RoleName" in one["Properties"] for one in roles), "names would need CAPABILITY_NAMED_IAM"
    assert set(stack["capabilities"]) == {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}


def test_the_example_in_the_docs_sets_what_there_is(
    module: dict[str, dict[str, Any]], written: dict[str, Any]
) -> None:
    page = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```hcl\n(.*?)```", page, re.DOTALL)
    (read,) = parsed(example)
    (used,) = [one["fleetgraph"] for one in read["module"]]
    given = {name: value[0] for name, value in used.items() if isinstance(value, list)}
    assert given.pop("source").endswith("/local/terraform")
    required = {name for name, one in module["variable"].items() if "default" not in one}
    assert required <= given.keys() <= module["variable"].keys()
    assert given["parameters"].keys() <= written["Parameters"].keys()
    (output,) = read["output"]
    assert output["graphql_url"]["value"] == ["${module.fleetgraph.graphql_url}"]
    assert "graphql_url" in module["output"]
