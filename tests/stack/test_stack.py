"""template.yaml deployed by `sam deploy` into an emulator of AWS: its schedule, queue, functions and route at work.

The emulator runs functions in its own interpreter, so this proves how things are wired; what is packed for Lambda is
proven in tests/artefact.
"""

import marshal
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
import yaml

from functions.prepared import FILE, HEAD_BYTES
from infra.stack import read_outputs
from local.ministack import ministack
from sandbox import Server, serve
from tests.artefact.conftest import free_port
from tests.infra.store.next_version import KNOWN
from tests.template.conftest import read_template

ROOT = Path(__file__).parent.parent.parent
BUILT = ROOT / ".aws-sam" / "build"
SAM = ROOT / ".venv-sam" / "bin" / "sam"
PYTHON = ROOT / ".venv-stack" / "bin" / "python"
WITHIN_SECONDS = 150
"""A minute until the schedule, a few seconds of jitter, and a machine that does other things too."""

NEXT_VERSION = """
from next_version import INVENTED, table_of_a_next_version
DynamoTable = table_of_a_next_version(DynamoTable, INVENTED["members"])
"""
"""The last lines of its infra/dynamodb/table.py."""

pytestmark = [pytest.mark.apart, pytest.mark.timeout(600)]

STEADY = {"build-farm", "legacy-erp", "production", "reporting", "staging"}
"""The clusters of the account that do not come and go."""
ACCOUNTS = "{ accounts(first: 2) { nodes { id } } }"
REFRESH = "mutation ($id: ID!) { refreshAccount(id: $id) { userErrors { message } } }"
QUERY = "{ fleet { clusterCount } clusters(first: 100) { nodes { name freshness { state ageSeconds } } } }"


@contextmanager
def aws(state: Path, port: int) -> Iterator[str]:
    """The same account at the same address both times: a queue of another address is not asked."""
    with (
        ministack(state, services="", python=PYTHON, access_key_id="123456789012", port=port) as emulator,
        emulator.as_aws("eu-central-1"),
    ):
        yield emulator.url


def of_a_next_version(folder: Path, *functions: str) -> Path:
    """What was built, with some functions of an invented next version: one that stores what this one does not know."""
    shutil.copytree(BUILT, folder)
    for name in functions:
        shutil.copy(ROOT / "tests" / "infra" / "store" / "next_version.py", folder / name)
        module = folder / name / "infra" / "dynamodb" / "table.py"
        module.write_text(module.read_text(encoding="utf-8") + NEXT_VERSION, encoding="utf-8")
        leave_out(folder / name, "infra.dynamodb.table")  # what is compiled is never compared with its source
    return folder


def leave_out(function: Path, module: str) -> None:
    """Of what was compiled, so that its source is."""
    file = function / FILE
    written = file.read_bytes()
    start = HEAD_BYTES + int.from_bytes(written[4:HEAD_BYTES], "little")
    modules, *others = marshal.loads(written[HEAD_BYTES:start])
    del modules[module]
    contents = marshal.dumps((modules, *others))
    file.write_bytes(written[:4] + len(contents).to_bytes(4, "little") + contents + written[start:])


def emulated(built: Path) -> Path:
    """What was built, without what the emulator refuses: an alarm over several metrics."""
    template = read_template(built / "template.yaml")
    alarms = [name for name, one in template["Resources"].items() if "Metrics" in one.get("Properties", {})]
    for name in alarms:
        del template["Resources"][name]
    file = built / "emulated.yaml"
    file.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")
    return file


def deploy(kupe: Server) -> None:
    command = [
        str(SAM),
        "deploy",
        "--template-file",
        str(emulated(BUILT)),
        "--stack-name",
        "fleet",
        "--resolve-s3",
        "--config-env",
        "stack-test",  # which samconfig.toml has not: answers that somebody gave for their own stack are theirs
        "--no-confirm-changeset",
        "--no-progressbar",
        "--capabilities",
        "CAPABILITY_IAM",
        "--parameter-overrides",
        f"BaseUrls={kupe.url}",
    ]
    run(command)
    let_it_compare()


def update(built: Path, packaged: Path) -> None:
    """As docs/aws.md says for Terraform, whose request this is."""
    stacks = boto3.client("cloudformation")
    (bucket,) = [
        one["Name"]
        for one in boto3.client("s3").list_buckets()["Buckets"]
        if "aws-sam-cli" in one.get("Name", "")
    ]
    source = ["--template-file", str(emulated(built)), "--output-template-file", str(packaged)]
    run([str(SAM), "package", "--s3-bucket", bucket, "--no-progressbar", *source])
    boto3.client("s3").upload_file(str(packaged), bucket, f"{built.name}.template")
    stacks.update_stack(
        StackName="fleet",
        TemplateURL=f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/{built.name}.template",
        Parameters=[{"ParameterKey": "BaseUrls", "UsePreviousValue": True}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    stacks.get_waiter("stack_update_complete").wait(
        StackName="fleet", WaiterConfig={"Delay": 1, "MaxAttempts": 200}
    )
    let_it_compare()


def run(command: list[str]) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def let_it_compare() -> None:
    """The emulator keeps a number that a parameter brought as text, and cannot compare with it; AWS can."""
    functions = boto3.client("lambda")
    (mapping,) = functions.list_event_source_mappings()["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": 10})


def connect(kupe: Server, folder: Path) -> None:
    """As docs/aws.md says."""
    known = kupe.accounts[0]
    file = folder / "accounts.toml"
    file.write_text(
        f'[[accounts]]\nprovider = "kupe"\nname = "acme"\nexternal_id = "{known.external_id}"\n'
        f'token_env = "KUPE_API_KEY"\nbase_url = "{kupe.url}"\n',
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "local.connect", "fleet", file],
        cwd=ROOT,
        env={**os.environ, "KUPE_API_KEY": known.token},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert known.token not in done.stdout


def status() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "local.status", "fleet"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


class Visitor:
    """Who comes from outside: over HTTP, by the route of the API, with the key that the deployment made up."""

    def __init__(self, endpoint: str) -> None:
        outputs = read_outputs("fleet")
        self._url = f"{endpoint}/graphql"
        self._host = f"{urlsplit(outputs['GraphqlUrl']).hostname}:{urlsplit(endpoint).port}"
        secrets = boto3.client("secretsmanager")
        self.key = secrets.get_secret_value(SecretId=outputs["AdminKeyId"])["SecretString"]

    def ask(self, key: str | None, query: str = QUERY, **variables: str) -> httpx.Response:
        headers = {"Host": self._host} | ({} if key is None else {"Authorization": f"Bearer {key}"})
        asked = {"query": query, "variables": variables}
        return httpx.post(self._url, json=asked, headers=headers, timeout=30)

    def await_refresh(self) -> list[dict[str, Any]]:
        """The clusters, once they were observed because somebody asked for it."""
        began = time.monotonic()
        (account,) = self.ask(self.key, ACCOUNTS).json()["data"]["accounts"]["nodes"]
        answer = self.ask(self.key, REFRESH, id=account["id"]).json()
        assert answer["data"]["refreshAccount"]["userErrors"] == [], answer
        return self.await_fleet(observed_since=began)

    def await_fleet(self, *, observed_since: float) -> list[dict[str, Any]]:
        """The clusters, once all of them were observed since then, by the monotonic clock."""
        give_up_at = time.monotonic() + WITHIN_SECONDS
        while True:
            answer = self.ask(self.key)
            assert answer.status_code == httpx.codes.OK, answer.text
            nodes: list[dict[str, Any]] = answer.json()["data"]["clusters"]["nodes"]
            seconds = time.monotonic() - observed_since
            if nodes and all(node["freshness"]["ageSeconds"] + 1 < seconds for node in nodes):
                return nodes
            assert time.monotonic() < give_up_at, answer.text
            time.sleep(1)


def give_up_a_poison_message() -> None:
    """A message that no attempt can read ends in the queue that the alarm watches, and stops nothing."""
    queues = boto3.client("sqs")
    queue = read_outputs("fleet")["ObservationsUrl"]
    queues.set_queue_attributes(
        QueueUrl=queue, Attributes={"VisibilityTimeout": "1"}
    )  # three attempts in seconds
    queues.send_message(QueueUrl=queue, MessageBody="Hello from SQS!")
    dead = queues.get_queue_url(QueueName="fleet-observations-dead")["QueueUrl"]
    give_up_at = time.monotonic() + WITHIN_SECONDS
    while True:
        found = queues.receive_message(QueueUrl=dead, WaitTimeSeconds=5).get("Messages", [])
        if found:
            break
        assert time.monotonic() < give_up_at, "it was never given up"
    assert [message["Body"] for message in found] == ["Hello from SQS!"]
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "360"})


def stored() -> tuple[int, int]:
    """How many rows with a record lie in the table: of this version, and of a next one."""
    table = read_outputs("fleet")["TableName"]
    rows = [str(row) for row in boto3.client("dynamodb").scan(TableName=table)["Items"] if "body" in row]
    later = sum(KNOWN in row for row in rows)
    return len(rows) - later, later


def test_a_deployment_observes_by_itself_goes_on_after_a_stop_and_through_an_upgrade_and_the_way_back(
    tmp_path: Path,
) -> None:
    """The upgrade stops half-way, where `observe` is of the next version, and `plan` and `api` are of this one. The
    template that was packaged for it comes from a bucket, as local/terraform has it.
    """
    state, port = tmp_path / "aws", free_port()
    with serve("kupe") as kupe:
        with aws(state, port) as endpoint:
            deploy(kupe)
            visitor = Visitor(endpoint)
            assert len(visitor.key) == 43
            assert visitor.ask(None).status_code == httpx.codes.UNAUTHORIZED
            assert visitor.ask("guessed").status_code == httpx.codes.UNAUTHORIZED
            connect(kupe, tmp_path)
            give_up_a_poison_message()
            first = visitor.await_fleet(observed_since=time.monotonic())
            assert {node["name"] for node in first} >= STEADY
            assert "1 account connected" in status()
        with aws(state, port) as endpoint:
            visitor = Visitor(endpoint)
            assert {node["name"] for node in visitor.await_refresh()} >= STEADY
            assert stored()[1] == 0
            for built in (of_a_next_version(tmp_path / "next", "Observe"), BUILT):
                update(built, tmp_path / "packaged.yaml")
                assert {node["name"] for node in visitor.await_refresh()} >= STEADY
                ours, theirs = stored()
                assert ours > 0
                assert theirs > 0
