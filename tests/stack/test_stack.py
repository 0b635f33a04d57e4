"""template.yaml deployed by `sam deploy` into an emulator of AWS: its schedule, queue, functions and route at work.

The emulator runs functions in its own interpreter, so this proves how things are wired; what is packed for Lambda is
proven in tests/artefact.
"""

import os
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

from infra.stack import read_outputs
from local.ministack import ministack
from sandbox import Server, serve
from tests.template.conftest import read_template

ROOT = Path(__file__).parent.parent.parent
BUILT = ROOT / ".aws-sam" / "build"
SAM = ROOT / ".venv-sam" / "bin" / "sam"
PYTHON = ROOT / ".venv-stack" / "bin" / "python"
WITHIN_SECONDS = 150
"""A minute until the schedule, a few seconds of jitter, and a machine that does other things too."""

pytestmark = [pytest.mark.apart, pytest.mark.timeout(600)]

QUERY = "{ fleet { clusterCount } clusters(first: 100) { nodes { name freshness { state ageSeconds } } } }"


@contextmanager
def aws(state: Path) -> Iterator[str]:
    """The same account both times."""
    with (
        ministack(state, services="", python=PYTHON, access_key_id="123456789012") as emulator,
        emulator.as_aws("eu-central-1"),
    ):
        yield emulator.url


def emulated() -> Path:
    """What was built, without what the emulator refuses: an alarm over several metrics."""
    template = read_template(BUILT / "template.yaml")
    alarms = [name for name, one in template["Resources"].items() if "Metrics" in one.get("Properties", {})]
    for name in alarms:
        del template["Resources"][name]
    file = BUILT / "emulated.yaml"
    file.write_text(yaml.safe_dump(template, sort_keys=False), encoding="utf-8")
    return file


def deploy(kupe: Server) -> None:
    command = [
        str(SAM),
        "deploy",
        "--template-file",
        str(emulated()),
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
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # The emulator keeps a number that a parameter brought as text, and cannot compare with it; AWS can.
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

    def ask(self, key: str | None) -> httpx.Response:
        headers = {"Host": self._host} | ({} if key is None else {"Authorization": f"Bearer {key}"})
        return httpx.post(self._url, json={"query": QUERY}, headers=headers, timeout=30)

    def await_fleet(self, *, younger_than_seconds: float) -> list[dict[str, Any]]:
        """The clusters, once all of them were observed so lately."""
        give_up_at = time.monotonic() + WITHIN_SECONDS
        while True:
            answer = self.ask(self.key)
            assert answer.status_code == httpx.codes.OK, answer.text
            nodes: list[dict[str, Any]] = answer.json()["data"]["clusters"]["nodes"]
            if nodes and all(node["freshness"]["ageSeconds"] < younger_than_seconds for node in nodes):
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


def test_a_deployment_observes_by_itself_answers_with_its_key_and_goes_on_after_a_stop(
    tmp_path: Path,
) -> None:
    state = tmp_path / "aws"
    with serve("kupe") as kupe:
        with aws(state) as endpoint:
            deploy(kupe)
            visitor = Visitor(endpoint)
            assert len(visitor.key) == 43
            assert visitor.ask(None).status_code == httpx.codes.UNAUTHORIZED
            assert visitor.ask("guessed").status_code == httpx.codes.UNAUTHORIZED
            connect(kupe, tmp_path)
            give_up_a_poison_message()
            began = time.monotonic()
            first = visitor.await_fleet(younger_than_seconds=60)
            assert "1 account connected" in status()
        with aws(state) as endpoint:
            seconds = time.monotonic() - began
            again = Visitor(endpoint).await_fleet(younger_than_seconds=min(60, seconds))
        assert {node["name"] for node in again} >= {node["name"] for node in first}
