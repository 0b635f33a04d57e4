"""What a function imports is paid for at every cold start."""

import json
import subprocess
import sys

import pytest

GRAPHQL = {"strawberry", "graphql", "gateway", "mangum", "starlette"}


def modules_after(statement: str) -> set[str]:
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
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
    assert modules_after(everything).isdisjoint({"jwt", "cryptography"})
