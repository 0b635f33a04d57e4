"""Why a change is not made: one type for each refusal, and the path to the argument at fault."""

from datetime import timedelta
from typing import Any

import pytest

from fleet.model import opaque, refusal
from fleet.model.caller import Scope
from fleet.model.capability import Capability
from fleet.model.failure import Failure, FailureKind
from fleet.model.operation import OperationState, Target, TargetKind
from fleet.model.refusal import Refused, SeveralRefusals
from gateway.mutations.refusals import USER_ERRORS
from gateway.types.records import ShownRefusal
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, MERIDIAN, NORTH, OUTAGE, QUAY
from tests.gateway.mutations.asked import AWS_PROD, CREATE, EDGE, LEDGER, PRODUCTION, UPDATE, account_id
from tests.gateway.script import Script, operation
from tests.gateway.world import NOON, Client

STOP = """mutation ($id: ID!) { stopCluster(id: $id) { cluster { name } operation { state } userErrors {
    __typename message path
    ... on ConflictError { currentRevision operation { state requestedBy } }
    ... on UnsupportedError { capability }
    ... on ProviderFailedError { failure { kind httpStatus retryAt } }
    ... on ForbiddenError { requiredScope }
            ... on BudgetExhaustedError { retryAt }
    ... on InUseError { usedBy { nodes { name } coverage { accountCount } } }
} } }"""

SAMPLES: dict[type[Refused], tuple[Refused, dict[str, Any]]] = {
    refusal.InvalidInput: (
        refusal.InvalidInput("Not so.", path=("id",)),
        {"__typename": "InvalidInputError", "message": "Not so.", "path": ["id"]},
    ),
    refusal.NoSuchThing: (
        refusal.NoSuchThing("Gone.", path=("id",)),
        {"__typename": "NotFoundError", "message": "Gone.", "path": ["id"]},
    ),
    refusal.Conflicting: (
        refusal.Conflicting("Changed.", current_revision="r2", operation=operation()),
        {
            "__typename": "ConflictError",
            "message": "Changed.",
            "path": [],
            "currentRevision": "r2",
            "operation": {"state": "RUNNING", "requestedBy": "admin"},
        },
    ),
    refusal.InUse: (
        refusal.InUse("Used.", account_id=NORTH.id, integration_external_id="aws-prod"),
        {
            "__typename": "InUseError",
            "message": "Used.",
            "path": [],
            "usedBy": {"nodes": [{"name": "edge"}], "coverage": {"accountCount": 1}},
        },
    ),
    refusal.Unsupported: (
        refusal.Unsupported("It runs on.", capability=Capability.STOP_CLUSTER),
        {
            "__typename": "UnsupportedError",
            "message": "It runs on.",
            "path": [],
            "capability": "STOP_CLUSTER",
        },
    ),
    refusal.Failing: (
        refusal.Failing(OUTAGE),
        {
            "__typename": "ProviderFailedError",
            "message": OUTAGE.message,
            "path": [],
            "failure": {"kind": "UNAVAILABLE", "httpStatus": 503, "retryAt": None},
        },
    ),
    refusal.MissingScope: (
        refusal.MissingScope(Scope.ADMIN),
        {
            "__typename": "ForbiddenError",
            "message": "This needs the scope ADMIN, which your key does not have.",
            "path": [],
            "requiredScope": "ADMIN",
        },
    ),
    refusal.BudgetUsedUp: (
        refusal.BudgetUsedUp(NOON + timedelta(minutes=1)),
        {
            "__typename": "BudgetExhaustedError",
            "message": "What the provider lets us ask for people is used up until 2026-04-06T12:01:00+00:00.",
            "path": [],
            "retryAt": "2026-04-06T12:01:00Z",
        },
    ),
}


@pytest.mark.parametrize("kind", SAMPLES, ids=lambda kind: kind.__name__)
async def test_a_refusal_is_answered_with_its_facts(
    kind: type[Refused], world: TableStore, scripted: Client, script: Script
) -> None:
    script.answer, expected = SAMPLES[kind]
    data = await scripted.query(STOP, id=PRODUCTION)
    assert data["stopCluster"] == {
        "cluster": {"name": "production"},
        "operation": None,
        "userErrors": [expected],
    }


def test_every_refusal_of_the_domain_has_one_type() -> None:
    assert set(Refused.__subclasses__()) - {SeveralRefusals} == set(SAMPLES)
    for sample, expected in SAMPLES.values():
        shown = ShownRefusal(refused=sample, path=())
        serving = [type_.__name__ for type_ in USER_ERRORS if type_.is_type_of(shown, None)]  # type: ignore[attr-defined]
        assert serving == [expected["__typename"]]


async def test_several_refusals_are_answered_one_by_one(
    world: TableStore, scripted: Client, script: Script
) -> None:
    script.answer = SeveralRefusals(
        [refusal.InvalidInput("One."), SeveralRefusals([refusal.NoSuchThing("Two.")])]
    )
    errors = (await scripted.query(STOP, id=PRODUCTION))["stopCluster"]["userErrors"]
    assert [error["message"] for error in errors] == ["One.", "Two."]


async def test_a_change_that_its_provider_refused_is_shown_with_the_refusal(
    world: TableStore, scripted: Client, script: Script
) -> None:
    failure = Failure(kind=FailureKind.REJECTED, message="No.", occurred_at=NOON, http_status=400)
    script.answer = operation(state=OperationState.FAILED, failure=failure, sent_at=NOON)
    payload = (await scripted.query(STOP, id=PRODUCTION))["stopCluster"]
    assert payload["operation"] == {"state": "FAILED"}
    assert payload["userErrors"] == [
        {
            "__typename": "ProviderFailedError",
            "message": "No.",
            "path": [],
            "failure": {"kind": "REJECTED", "httpStatus": 400, "retryAt": None},
        }
    ]


async def test_a_change_whose_answer_was_lost_is_no_refusal(
    world: TableStore, scripted: Client, script: Script
) -> None:
    script.answer = operation(state=OperationState.UNCONFIRMED, failure=OUTAGE)
    payload = (await scripted.query(STOP, id=PRODUCTION))["stopCluster"]
    assert (payload["operation"], payload["userErrors"]) == ({"state": "UNCONFIRMED"}, [])


def spec(account: Any, **given: Any) -> dict[str, Any]:
    return {"accountId": account_id(account), "name": "some-name", "spec": given}


SHARED = {"displayName": "x", "type": "SHARED"}
POOL = {"nodeType": "m5.large", "nodeCount": 1, "diskSizeGb": 10}
SERVERLESS: dict[str, Any] = {"cloud": "GCP", "plan": {"basic": {"regions": ["europe-west1"]}}}


@pytest.mark.parametrize(
    ("given", "path", "part"),
    [
        (
            spec(ACME, kupe={"displayName": "", "type": "SHARED"}),
            ["input", "spec", "kupe", "displayName"],
            "a name to display",
        ),
        (
            spec(ACME, kupe={"displayName": "x", "type": "SHARED", "resources": {"cpu": "lots"}}),
            ["input", "spec", "kupe", "resources", "cpu"],
            "no quantity of CPU",
        ),
        (spec(ACME, qovery={"cloud": "AWS", "region": "r"}), ["input", "spec"], "give `kupe`"),
        (
            spec(MERIDIAN, cockroachdb={"cloud": "GCP", "plan": {"standard": {"regions": []}}}),
            ["input", "spec", "cockroachdb", "plan", "standard", "regions"],
            "at least one region",
        ),
        (
            spec(
                MERIDIAN,
                cockroachdb={
                    "cloud": "AWS",
                    "plan": {
                        "advanced": {
                            "regionNodes": [{"region": "a", "nodes": 3}, {"region": "b", "nodes": 0}],
                            "vcpus": 4,
                            "storageGib": 15,
                        }
                    },
                },
            ),
            ["input", "spec", "cockroachdb", "plan", "advanced", "regionNodes", "1", "nodes"],
            "It has to be at least 1.",
        ),
        (
            spec(MERIDIAN, cockroachdb={**SERVERLESS, "labels": [{"key": "a", "value": "b"}] * 2}),
            ["input", "spec", "cockroachdb", "labels"],
            "twice",
        ),
        (
            spec(NORTH, northflank={"integrationId": EDGE, "cloud": "AWS", "nodePools": [POOL]}),
            ["input", "spec", "northflank", "integrationId"],
            "an integration of this account",
        ),
        (
            spec(QUAY, qovery={"cloud": "AWS", "region": "r", "integrationId": AWS_PROD}),
            ["input", "spec", "qovery", "integrationId"],
            "an integration of this account",
        ),
        (
            spec(QUAY, qovery={"cloud": "AWS", "region": "r", "diskSizeGb": 0}),
            ["input", "spec", "qovery", "diskSizeGb"],
            "It has to be at least 1.",
        ),
        (
            {**spec(ACME, kupe=SHARED), "accountId": PRODUCTION},
            ["input", "accountId"],
            "account was not found",
        ),
        (
            {**spec(ACME, kupe=SHARED), "accountId": opaque.write(["Account", "nobody"])},
            ["input", "accountId"],
            "account was not found",
        ),
    ],
)
async def test_an_input_that_cannot_be_meant_is_refused_with_its_path_and_not_sent(
    given: dict[str, Any], path: list[str], part: str, world: TableStore, scripted: Client, script: Script
) -> None:
    payload = (await scripted.query(CREATE, input=given))["createCluster"]
    assert [error["path"] for error in payload["userErrors"]] == [path]
    assert part in payload["userErrors"][0]["message"]
    assert script.calls == []


@pytest.mark.parametrize(
    ("cluster", "given", "kind", "path"),
    [
        (LEDGER, {"cockroachdb": {}}, "InvalidInputError", ["input"]),
        (
            LEDGER,
            {"cockroachdb": {"version": None}},
            "InvalidInputError",
            ["input", "cockroachdb", "version"],
        ),
        (LEDGER, {"kupe": {"version": "1"}}, "InvalidInputError", ["input"]),
        (AWS_PROD, {"kupe": {"version": "1"}}, "NotFoundError", ["id"]),
        ("nonsense", {"kupe": {"version": "1"}}, "NotFoundError", ["id"]),
    ],
)
async def test_a_patch_that_cannot_be_meant_is_refused_with_its_path(
    cluster: str,
    given: dict[str, Any],
    kind: str,
    path: list[str],
    world: TableStore,
    scripted: Client,
    script: Script,
) -> None:
    (error,) = (await scripted.query(UPDATE, id=cluster, input=given))["updateCluster"]["userErrors"]
    assert (error["__typename"], error["path"]) == (kind, path)
    assert script.calls == []


@pytest.mark.parametrize(
    ("mutation", "path"),
    [
        ('deleteCluster(id: $id, confirmName: "Production")', ["confirmName"]),
        (
            'setSpendLimit(clusterId: $id, limit: { money: { minorUnits: "-1", currency: "USD" } })',
            ["limit"],
        ),
        ("setSpendLimit(clusterId: $id, limit: { usage: {} })", ["limit"]),
        ('setSpendLimit(clusterId: "x", limit: { usage: { requestUnits: "1" } })', ["clusterId"]),
        ('clearSpendLimit(clusterId: "x")', ["clusterId"]),
        ('cordonNode(id: "x")', ["id"]),
        ("cordonNode(id: $id)", ["id"]),
        ("refreshAccount(id: $id)", ["id"]),
        ("deleteIntegration(id: $id)", ["id"]),
        ("updateIntegration(id: $id, input: { description: null })", ["id"]),
    ],
)
async def test_other_arguments_are_refused_with_their_path_too(
    mutation: str, path: list[str], world: TableStore, scripted: Client, script: Script
) -> None:
    document = f"mutation ($id: ID!) {{ done: {mutation} {{ userErrors {{ path }} }} }}"
    document = document if "$id" in mutation else document.replace("($id: ID!)", "")
    data = await scripted.query(document, **({"id": PRODUCTION} if "$id" in mutation else {}))
    assert [error["path"] for error in data["done"]["userErrors"]] == [path]
    assert script.calls == []


@pytest.mark.parametrize(
    ("raised", "path"),
    [
        (("name",), ["input", "name"]),
        (("credentials", "access_key_id"), ["input", "credentials", "awsKeys", "accessKeyId"]),
        (("idempotency_key",), ["input", "idempotencyKey"]),
        (("account_id",), ["input", "accountId"]),
    ],
)
async def test_a_path_of_the_domain_becomes_one_of_the_schema(
    raised: tuple[str, ...], path: list[str], world: TableStore, scripted: Client, script: Script
) -> None:
    script.answer = refusal.InvalidInput("Not so.", path=raised)
    document = f"""mutation {{ createIntegration(input: {{
        accountId: "{account_id(NORTH)}", name: "x",
        credentials: {{ awsKeys: {{ accessKeyId: "a", secretAccessKey: "b" }} }}
    }}) {{ userErrors {{ path }} }} }}"""
    data = await scripted.query(document)
    assert data["createIntegration"]["userErrors"] == [{"path": path}]


async def test_a_conflict_of_revisions_points_at_the_revision(
    world: TableStore, scripted: Client, script: Script
) -> None:
    script.answer = refusal.Conflicting("Changed.", path=("expected_revision",), current_revision="r2")
    data = await scripted.query(
        'mutation ($id: ID!) { clearSpendLimit(clusterId: $id, expectedRevision: "r1") {'
        " userErrors { path ... on ConflictError { currentRevision } } } }",
        id=LEDGER,
    )
    assert data["clearSpendLimit"]["userErrors"] == [{"path": ["expectedRevision"], "currentRevision": "r2"}]


async def test_a_cluster_that_is_made_is_null_until_it_was_observed(
    world: TableStore, scripted: Client, script: Script
) -> None:
    document = CREATE.replace("operation {", "cluster { name } operation {")
    given = spec(ACME, kupe={"displayName": "x", "type": "SHARED"})
    for key, shown in (("id-of-nothing", None), ("id-of-staging", {"name": "staging"})):
        script.answer = operation(target=Target(kind=TargetKind.CLUSTER, key=key))
        assert (await scripted.query(document, input=given))["createCluster"]["cluster"] == shown


async def test_a_change_that_was_cancelled_was_refused_by_nobody(
    world: TableStore, scripted: Client, script: Script
) -> None:
    script.answer = operation().cancelled(NOON, "ada")
    document = """mutation ($id: ID!) { cancelOperation(id: $id) {
        operation { state failure { message } canBeCancelled } userErrors { message }
    } }"""
    payload = (await scripted.query(document, id=opaque.write(["Operation", ACME.id, "op-1"])))[
        "cancelOperation"
    ]
    assert payload == {
        "operation": {
            "state": "FAILED",
            "failure": {"message": "ada cancelled it before anything was sent."},
            "canBeCancelled": False,
        },
        "userErrors": [],
    }
