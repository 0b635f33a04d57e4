"""What `sam local` makes of template.yaml, short of a container; and that our events are shaped as its own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.sam import write_env_file
from tests.template.conftest import ROOT, SAM

pytestmark = pytest.mark.apart

GIVEN = {
    "AWS_ENDPOINT_URL": "http://192.0.2.1:4566",
    "TABLE_NAME": "fleet",
    "QUEUE_URL": "http://192.0.2.1:4566/000000000000/observations",
    "TOKEN_PREFIX": "/local/tokens/",
    "ADMIN_KEY_ID": "admin",
}


@pytest.fixture(scope="module")
def locally(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("sam") / "env.json"
    write_env_file(file, GIVEN)
    script = Path(__file__).parent / "locally.py"
    done = subprocess.run(
        [SAM, script, ROOT / "template.yaml", file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_every_route_leads_to_the_api(locally: dict[str, Any]) -> None:
    routes = {route["path"]: route for route in locally["routes"]}
    assert routes.keys() == {"/graphql", "/", "/{proxy+}"}  # the graph; the page and its files
    assert {(route["function"], route["payload"]) for route in routes.values()} == {("Api", "2.0")}
    assert {"GET", "POST"} <= set(routes["/graphql"]["methods"])


def test_every_function_gets_what_the_file_names(locally: dict[str, Any]) -> None:
    assert locally["environments"].keys() == {"Plan", "Observe", "Api"}
    for environment in locally["environments"].values():
        assert environment.items() >= GIVEN.items()


def shape(value: Any) -> Any:
    match value:
        case dict():
            return {name: shape(part) for name, part in value.items()}
        case list():
            return [shape(part) for part in value]
        case _:
            return type(value).__name__


def generated(*command: str) -> Any:
    done = subprocess.run(
        [SAM.with_name("sam"), "local", "generate-event", *command],
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def ours(name: str) -> Any:
    return json.loads((ROOT / "local" / "events" / f"{name}.json").read_text(encoding="utf-8"))


def test_the_event_of_the_queue_has_the_shape_that_sam_generates() -> None:
    (record,) = ours("observe")["Records"]
    (theirs,) = generated("sqs", "receive-message")["Records"]
    record["messageAttributes"] = {}  # theirs has none
    assert shape(record) == shape(theirs)


def test_the_event_of_the_schedule_has_the_shape_that_sam_generates() -> None:
    """But for what the newer scheduler adds and gives as text."""
    event = ours("plan")
    assert event.pop("version") == "0"
    assert event.pop("detail") == "{}"
    theirs = generated("cloudwatch", "scheduled-event")
    del theirs["detail"]
    assert shape(event) == shape(theirs)


def test_the_event_of_the_api_has_the_shape_that_sam_generates() -> None:
    """But for what a request need not have: cookies, parameters, an authorizer, variables of the stage."""
    event, theirs = ours("api"), generated("apigateway", "http-api-proxy")
    assert event.keys() <= theirs.keys()
    assert event["requestContext"].keys() <= theirs["requestContext"].keys()
    assert shape(event["requestContext"]["http"]) == shape(theirs["requestContext"]["http"])
    assert event["version"] == theirs["version"]
