"""What a function imports is paid for at every cold start."""

import json
import os
import subprocess
import sys

import pytest

GRAPHQL = {"strawberry", "graphql", "gateway", "mangum", "starlette"}
FOR_TOKENS = {"jwt", "cryptography"}


def modules_after(statement: str, **environment: str) -> set[str]:
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded: list[str] = json.loads(done.stdout)
    return {name.partition(".")[0] for name in loaded}


@pytest.mark.parametrize("name", ["plan", "observe"])
def test_the_background_never_loads_graphql(name: str) -> None:
    assert modules_after(f"import functions.{name}").isdisjoint(GRAPHQL)


def test_the_api_loads_graphql_with_the_first_request_that_may_be_answered() -> None:
    assert modules_after("import functions.api").isdisjoint(
        GRAPHQL | {"httpx", "adapters", "jwt", "cryptography"}
    )
    assert modules_after("import functions.api, gateway.http.app") >= {"strawberry", "graphql"}


def test_what_verifies_tokens_is_loaded_with_the_first_token() -> None:
    everything = "import functions.api, functions.wiring, gateway.http.app"
    assert modules_after(everything).isdisjoint(FOR_TOKENS)


ON_LAMBDA = {
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "TABLE_NAME": "fleet",
    "QUEUE_URL": "https://queue.invalid",
    "TOKEN_PREFIX": "/fleetgraph/tokens/",
    "ADMIN_KEY_ID": "admin",
}


def test_what_the_first_answer_needs_is_imported_at_init_and_nothing_else() -> None:
    """At INIT Lambda gives a whole processor. What an endpoint that does not exist would refuse is not asked. A query
    asks no provider, so that adapters and what they send with come with the first change.
    """
    loaded = modules_after("import functions.api", **ON_LAMBDA)
    assert loaded >= GRAPHQL
    assert loaded.isdisjoint(FOR_TOKENS | {"adapters", "httpx"})


def test_what_every_observation_needs_is_imported_at_init() -> None:
    assert modules_after("import functions.observe", **ON_LAMBDA) >= {"adapters", "httpx"}


@pytest.mark.parametrize("name", ["plan", "observe", "api"])
def test_garbage_is_looked_for_again_once_a_function_has_started(name: str) -> None:
    """And not among what stays."""
    began = f"import gc, functions.{name}; assert gc.isenabled() and gc.get_freeze_count() > 10_000"
    assert "functions" in modules_after(began, **ON_LAMBDA)
