"""`sam local` in containers: the commands of the documentation, as they are written there, and their answers."""

import json
import re
import shlex
from typing import Any

import httpx
import pytest

from local.deployment import KEY
from tests.artefact.conftest import ROOT
from tests.containers.conftest import START_SECONDS, SamLocal

pytestmark = [pytest.mark.apart, pytest.mark.timeout(900)]

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def written() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in DOCUMENTS)


def command(function: str) -> str:
    line: str
    (line,) = set(re.findall(rf"^sam local invoke {function} [^#\n]+", written(), re.MULTILINE))
    return line.strip()


def readme_query() -> str:
    (body,) = re.findall(r"^  -d '(.+)'$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    return str(json.loads(body)["query"])


def invoke(sam_local: SamLocal, function: str) -> Any:
    return json.loads(sam_local.run(command(function)).splitlines()[-1])


def ask(sam_local: SamLocal, query: str, key: str = KEY) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"}
    return httpx.post(sam_local.url, json={"query": query}, headers=headers, timeout=START_SECONDS)


def test_every_function_does_in_a_container_what_its_event_asks_for(sam_local: SamLocal) -> None:
    assert invoke(sam_local, "Observe") == {"batchItemFailures": []}
    answer = invoke(sam_local, "Api")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["data"]["fleet"]["clusterCount"] > 3
    assert invoke(sam_local, "Plan").keys() >= {"accounts", "lag_seconds"}


def test_start_api_answers_the_query_of_the_readme(sam_local: SamLocal) -> None:
    invoke(sam_local, "Observe")
    answer = ask(sam_local, readme_query())
    assert answer.status_code == httpx.codes.OK
    data = answer.json()["data"]
    assert data["fleet"]["clusterCount"] > 3
    (node,) = data["clusters"]["nodes"]
    assert node["name"]
    assert node["status"]["phase"]
    assert node["freshness"]["ageSeconds"] >= 0


def test_start_api_asks_for_a_key(sam_local: SamLocal) -> None:
    refused = ask(sam_local, "{ fleet { clusterCount } }", key="guessed")
    assert refused.status_code == httpx.codes.UNAUTHORIZED


def test_curl_as_the_documentation_has_it_is_answered(sam_local: SamLocal) -> None:
    (line,) = re.findall(
        r"^curl -s http://127\.0\.0\.1:3000/graphql (?:[^\n]*\\\n)*[^\n]*", written(), re.MULTILINE
    )
    arguments = [sam_local.url if "3000" in one else one for one in shlex.split(line.replace("\\\n", " "))]
    answer = json.loads(sam_local.run(shlex.join(arguments)))
    assert answer["data"]["fleet"]["clusterCount"] >= 0
