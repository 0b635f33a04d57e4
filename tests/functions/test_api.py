import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fleet.access.key_token import digest_token, id_of, make_token
from fleet.model import opaque
from fleet.model.api_key import ApiKey
from functions.api import Api
from gateway.http.headers import EVERYWHERE
from infra.store.api_keys import TableKeys
from sandbox import Server
from tests.adapters.issuer import AUDIENCE, publishing
from tests.functions.conftest import ADMIN_KEY, Deployment, Invocation, SteppedClock, event
from tests.gateway.entrances import through_events
from tests.gateway.exchanges import EXCHANGES


@pytest.fixture
def api(deployment: Deployment, clock: SteppedClock) -> Iterator[Api]:
    api = Api(deployment.environment, clock)
    yield api
    api.close()


async def hang(*_: object, **__: object) -> None:
    await asyncio.Event().wait()


def request(authorization: str | None) -> dict[str, Any]:
    asked = event("api")
    asked["headers"].pop("authorization")
    if authorization is not None:
        asked["headers"]["authorization"] = authorization
    return asked


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {ADMIN_KEY}x",
        f"Bearer {ADMIN_KEY[:-1]}",
        f"Basic {ADMIN_KEY}",
        ADMIN_KEY,
        "Bearer schlüssel",
    ],
)
def test_without_the_key_nothing_is_answered(
    api: Api, deployment: Deployment, authorization: str | None
) -> None:
    deployment.calls.clear()
    answer = api(request(authorization), Invocation())
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert {name for name, _ in deployment.calls} <= {"GetSecretValue"}


def test_a_refusal_carries_the_headers_of_every_answer(api: Api) -> None:
    asked = request(None)
    headers = api(asked, Invocation())["headers"]
    assert {name: headers.get(name.lower()) for name in EVERYWHERE} == EVERYWHERE
    assert headers["x-request-id"] == asked["requestContext"]["requestId"]
    assert headers["www-authenticate"] == "Bearer"


def test_behind_the_key_every_request_is_answered_as_the_standard_wants(api: Api) -> None:
    through_the_function = through_events(api, Invocation())
    for sent, expected in EXCHANGES.values():
        authorized = replace(sent, headers={**sent.headers, "authorization": f"Bearer {ADMIN_KEY}"})
        expected.check(through_the_function(authorized))


def deploy_key(deployment: Deployment, clock: SteppedClock, **more: object) -> str:
    """The token of a key that the deployment knows."""
    token = make_token()
    digest = digest_token(token)
    key = ApiKey.model_validate(
        {"id": id_of(digest), "name": "ci", "hint": token[-4:], "scopes": {"read"}, "created_at": clock.now()}
        | more
    )
    loop = asyncio.new_event_loop()  # of its own: the function's is where Mangum looks for it
    loop.run_until_complete(TableKeys(deployment.store._table, clock).keep(key, digest))
    loop.close()
    return token


def test_an_api_key_opens_the_fleet_until_it_expires(
    api: Api, deployment: Deployment, clock: SteppedClock
) -> None:
    token = deploy_key(deployment, clock, expires_at=clock.now() + timedelta(minutes=5))
    answer = api(request(f"Bearer {token}"), Invocation())
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["data"]["fleet"] == {"clusterCount": 0}
    clock.advance(300)
    refused = api(request(f"Bearer {token}"), Invocation())
    assert refused["statusCode"] == 401
    assert json.loads(refused["body"])["errors"][0]["message"] == "This key or token has expired."
    assert refused["headers"]["www-authenticate"] == 'Bearer error="invalid_token"'


def test_whoever_asks_is_who_presented_the_key(api: Api, deployment: Deployment, clock: SteppedClock) -> None:
    names = []
    for token in (deploy_key(deployment, clock), ADMIN_KEY, deploy_key(deployment, clock, name="web")):
        asked = request(f"Bearer {token}")
        asked["body"] = json.dumps({"query": "{ viewer { name } }"})
        names.append(json.loads(api(asked, Invocation())["body"])["data"]["viewer"]["name"])
    assert names == ["ci", "admin key", "web"]


def test_a_mistyped_key_costs_no_read_of_the_table(
    api: Api, deployment: Deployment, clock: SteppedClock
) -> None:
    token = deploy_key(deployment, clock)
    deployment.calls.clear()
    refused = api(request(f"Bearer {token[:-2]}"), Invocation())
    assert refused["statusCode"] == 401
    assert "mistyped" in json.loads(refused["body"])["errors"][0]["message"]
    assert deployment.calls == []


def test_a_token_of_the_issuer_opens_and_one_of_nobody_does_not(
    deployment: Deployment, clock: SteppedClock
) -> None:
    with publishing() as publisher:
        oidc = {"OIDC_ISSUER": publisher.url, "OIDC_AUDIENCE": AUDIENCE}
        api = Api({**deployment.environment, **oidc}, clock)
        asked = request(f"Bearer {publisher.sign({'sub': 'ada'})}")
        asked["body"] = json.dumps({"query": "{ viewer { name scopes } }"})
        answer = json.loads(api(asked, Invocation())["body"])
        assert answer["data"]["viewer"] == {"name": "ada", "scopes": ["READ"]}
        for claims, status in (({"aud": "another"}, 401), ({"scope": "openid"}, 403)):
            asked["headers"]["authorization"] = f"Bearer {publisher.sign(claims)}"
            assert api(asked, Invocation())["statusCode"] == status
        api.close()


def test_a_token_that_is_limited_to_an_account_sees_no_other(
    deployment: Deployment, clock: SteppedClock, kupe: Server
) -> None:
    account = asyncio.run(deployment.connect(kupe, clock.now()))
    with publishing() as publisher:
        oidc = {"OIDC_ISSUER": publisher.url, "OIDC_AUDIENCE": AUDIENCE, "OIDC_ACCOUNTS_CLAIM": "accounts"}
        api = Api({**deployment.environment, **oidc}, clock)
        for account_id, visible in ((account.id, [account.name]), ("0123456789abcdef", [])):
            claims = {"accounts": [opaque.write(["Account", account_id])]}
            asked = request(f"Bearer {publisher.sign(claims)}")
            asked["body"] = json.dumps({"query": "{ accounts(first: 5) { nodes { name } } }"})
            answer = json.loads(api(asked, Invocation())["body"])
            assert [one["name"] for one in answer["data"]["accounts"]["nodes"]] == visible
        api.close()


def test_tokens_open_nothing_where_no_issuer_is_named(api: Api) -> None:
    assert api(request("Bearer a.b.c"), Invocation())["statusCode"] == 401


def test_the_key_of_the_deployment_can_be_retired(deployment: Deployment, clock: SteppedClock) -> None:
    api = Api({**deployment.environment, "ADMIN_KEY_ID": ""}, clock)
    deployment.calls.clear()
    assert api(request(f"Bearer {ADMIN_KEY}"), Invocation())["statusCode"] == 401
    assert deployment.calls == []
    token = deploy_key(deployment, clock)
    assert api(request(f"Bearer {token}"), Invocation())["statusCode"] == 200
    api.close()


def test_a_refusal_is_counted_by_its_reason_and_logged_without_the_key(
    api: Api, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[tuple[str, Mapping[str, object]]] = []
    monkeypatch.setattr("functions.api.logger.info", lambda message, **more: logged.append((message, more)))
    presented = make_token()
    api(request(f"Bearer {presented}"), Invocation())
    said = capsys.readouterr().out
    assert presented not in said
    altogether, by_reason = [json.loads(line) for line in said.splitlines() if "_aws" in line]
    assert (by_reason["Refusals"], by_reason["reason"]) == ([1.0], "unknown")
    assert altogether["Refusals"] == [1.0]
    assert "reason" not in altogether, "an alarm watches one number"
    assert logged == [("refused", {"reason": "unknown", "fact": ""})]


@pytest.mark.parametrize("path", ["/", "/graphql", "/health"])
def test_no_path_is_open(api: Api, path: str) -> None:
    asked = request(None)
    asked["rawPath"] = asked["requestContext"]["http"]["path"] = path
    asked["requestContext"]["http"]["method"] = "GET"
    assert api(asked, Invocation())["statusCode"] == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_key_opens_the_fleet(api: Api, scheme: str) -> None:
    answer = api(request(f"{scheme} {ADMIN_KEY}"), Invocation())
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False
    assert answer["headers"]["content-type"].startswith("application/graphql-response+json")
    assert json.loads(answer["body"])["data"]["fleet"] == {"clusterCount": 0}


def test_the_name_of_the_header_may_come_in_any_case(api: Api) -> None:
    asked = request(None)
    asked["headers"]["Authorization"] = f"Bearer {ADMIN_KEY}"
    assert api(asked, Invocation())["statusCode"] == 200


def test_a_replaced_key_opens_within_minutes_and_the_old_one_no_more(
    api: Api, deployment: Deployment, clock: SteppedClock
) -> None:
    import boto3

    assert api(request(f"Bearer {ADMIN_KEY}"), Invocation())["statusCode"] == 200
    boto3.client("secretsmanager").put_secret_value(
        SecretId=deployment.environment["ADMIN_KEY_ID"], SecretString="another-key"
    )
    clock.advance(301)
    assert api(request("Bearer another-key"), Invocation())["statusCode"] == 200
    assert api(request(f"Bearer {ADMIN_KEY}"), Invocation())["statusCode"] == 401


def test_a_key_that_cannot_be_read_opens_nothing(deployment: Deployment, clock: SteppedClock) -> None:
    api = Api({**deployment.environment, "ADMIN_KEY_ID": "another"}, clock)
    with pytest.raises(ClientError):
        api(request(f"Bearer {ADMIN_KEY}"), Invocation())
    api.close()


def test_an_answer_that_takes_too_long_is_one_that_says_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """And comes while Lambda still lets the function speak."""
    monkeypatch.setattr("infra.dynamodb.table.DynamoTable.get_many", hang)
    monkeypatch.setattr("infra.dynamodb.table.DynamoTable.query", hang)
    answer = api(request(f"Bearer {ADMIN_KEY}"), Invocation(milliseconds=1_100))
    assert answer["statusCode"] == 504
    assert json.loads(answer["body"])["errors"][0]["extensions"]["code"] == "TIMEOUT"


def test_a_warm_process_reads_the_key_once(api: Api, deployment: Deployment) -> None:
    for _ in range(3):
        api(request(f"Bearer {ADMIN_KEY}"), Invocation())
    assert [name for name, _ in deployment.calls].count("GetSecretValue") == 1


def test_a_change_through_the_api_is_kept_and_followed(
    deployment: Deployment, clock: SteppedClock, kupe: Server
) -> None:
    """A change runs on the loop of the process, and asks the provider with the account's own token."""
    account = asyncio.run(deployment.connect(kupe, clock.now()))
    api = Api(deployment.environment, clock)
    asked = request(f"Bearer {ADMIN_KEY}")
    document = """mutation ($input: CreateClusterInput!) { createCluster(input: $input) {
        operation { state } userErrors { message }
    } }"""
    spec = {"kupe": {"displayName": "Staging", "type": "SHARED"}}
    given = {"accountId": opaque.write(["Account", account.id]), "name": "staging-eu", "spec": spec}
    asked["body"] = json.dumps({"query": document, "variables": {"input": given}})
    answer = json.loads(api(asked, Invocation())["body"])
    api.close()
    assert answer["data"] == {"createCluster": {"operation": {"state": "RUNNING"}, "userErrors": []}}
    assert len(kupe.requests.matching(method="POST")) == 1
    (kept,) = asyncio.run(deployment.store.open_changes(account.id))
    assert kept.target_name == "staging-eu"
    (message,) = deployment.sent()
    assert (message["account_id"], message["delay"]) == (account.id, 0)


def test_a_change_is_not_sent_to_an_address_that_stands_in_the_table_alone(
    deployment: Deployment, clock: SteppedClock, kupe: Server
) -> None:
    """Whoever can write to the table learns no token by it, neither as the API asks nor as it observes."""
    account = asyncio.run(deployment.connect(kupe, clock.now()))
    api = Api({**deployment.environment, "BASE_URLS": "http://127.0.0.1:9"}, clock)
    document = """mutation ($account: ID!) { createCluster(input: {
        accountId: $account, name: "staging-eu", spec: {kupe: {displayName: "Staging", type: SHARED}}
    }) { operation { state } userErrors { message } } }"""
    answer = ask(api, document, account=opaque.write(["Account", account.id]))
    api.close()
    (refusal,) = answer["data"]["createCluster"]["userErrors"]
    assert "nobody gave to this deployment" in refusal["message"]
    assert len(kupe.requests) == 0


CREATE_KEY = """mutation Make($name: String!) {
  made: createApiKey(input: {name: $name, scopes: [READ]}) { apiKey { name } userErrors { message } }
}"""


def ask(api: Api, document: str, **variables: str) -> dict[str, Any]:
    asked = request(f"Bearer {ADMIN_KEY}")
    asked["body"] = json.dumps({"query": document, "variables": variables})
    answer: dict[str, Any] = json.loads(api(asked, Invocation())["body"])
    return answer


def test_a_request_leaves_one_line_of_who_asked_for_what_and_what_came_of_it(api: Api) -> None:
    assert "errors" not in ask(api, CREATE_KEY, name="dashboard")
    line = dict(api.line)
    assert isinstance(line.pop("cost"), int)
    assert line == {
        "caller_id": "admin key",
        "caller": "admin key",
        "operation": None,
        "mutations": ["createApiKey"],
        "refusals": [],
        "outcome": "answered",
    }
    ask(api, CREATE_KEY, name="")
    assert api.line["refusals"] == ["createApiKey: SeveralRefusals"]
    assert "dashboard" not in str(api.line), "no value of a request is repeated"
    ask(api, "{ nothing }")
    assert (api.line["outcome"], api.line["mutations"]) == ("GRAPHQL_VALIDATION_FAILED", [])


def test_a_request_that_is_no_graphql_leaves_a_line_of_who_sent_it(api: Api) -> None:
    asked = request(f"Bearer {ADMIN_KEY}")
    asked["body"] = "{"
    assert api(asked, Invocation())["statusCode"] == 400
    assert api.line["caller_id"] == "admin key"
    assert api.line["outcome"] == "BAD_REQUEST"


def test_a_refused_request_leaves_no_line_of_the_one_before(api: Api) -> None:
    ask(api, "{ fleet { clusterCount } }")
    api(request("Bearer guessed"), Invocation())
    assert api.line == {}


def test_who_made_a_key_can_be_listed_by_who_may_make_keys(
    api: Api, deployment: Deployment, clock: SteppedClock
) -> None:
    ask(api, CREATE_KEY, name="dashboard")
    clock.advance(1)
    ask(api, CREATE_KEY, name="")
    listed = "{ auditLog(first: 5) { nodes { action subject name caller callerId outcome } } }"
    assert ask(api, listed)["data"]["auditLog"]["nodes"] == [
        {
            "action": "createApiKey",
            "subject": subject,
            "name": subject or None,
            "caller": "admin key",
            "callerId": "admin key",
            "outcome": outcome,
        }
        for subject, outcome in (("", "REFUSED"), ("dashboard", "DONE"))
    ]
    reader = request(f"Bearer {deploy_key(deployment, clock)}")
    reader["body"] = json.dumps({"query": listed})
    refused = json.loads(api(reader, Invocation())["body"])
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert refused["data"]["auditLog"] is None
