"""Updates, integrations, nodes and what accounts offer: flags become what the graph takes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli import currencies
from cli.errors import Exit
from cli.specs import SPECS
from cli.specs.members import clear
from fleet.model.money import MINOR_DIGITS
from fleet.providers import PROVIDERS
from gateway.providers import TYPES
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.things import ACME, INTEGRATION, PRODUCTION, payload, refused

KINDS = {"kupe": "KUPE", "cockroachdb": "COCKROACHDB", "qovery": "QOVERY", "northflank": "NORTHFLANK"}


def at(provider: str, **more: Any) -> dict[str, Any]:
    account = {**ACME, "provider": {"kind": KINDS[provider], "name": provider.title()}}
    resources: dict[str, Any] = {"total": {}, "perNode": {}}
    return {
        **PRODUCTION,
        "account": account,
        "provider": account["provider"],
        "externalId": "x",
        "displayName": "x",
        "engine": "KUBERNETES",
        "capabilities": [],
        "regions": [],
        "capacity": resources,
        "statusHistory": page(),
        **more,
    }


def test_a_kubeconfig_and_secret_managers_come_from_files(
    following: Command, keeper: Keeper, tmp_path: Path
) -> None:
    kubeconfig, vault = tmp_path / "kubeconfig", tmp_path / "vault.json"
    kubeconfig.write_text("clusters: []\n", encoding="utf-8")
    manager = {"name": "vault", "kind": "AWS_SECRET_MANAGER", "region": "eu-west-3"}
    vault.write_text(json.dumps(manager), encoding="utf-8")
    keeper.root["cluster"] = at("qovery")
    keeper.on("updateCluster", payload("UPDATE_CLUSTER"))
    for flags in (["--kubeconfig-file", str(kubeconfig)], ["--secret-manager-file", str(vault)]):
        ended = following("clusters", "update", "a-cluster", *flags)
        assert ended.status == Exit.OK, ended
        assert "clusters: []" not in ended.out + ended.err
    first, second = (one["input"]["qovery"] for one in keeper.asked("updateCluster"))
    assert first == {"kubeconfig": "clusters: []\n"}
    assert second["secretManagers"][0].items() >= manager.items()


@pytest.mark.parametrize(
    ("provider", "flags", "patch"),
    [
        (
            "kupe",
            ["--memory", "32Gi", "--no-high-availability"],
            {"resources": {"memory": "32Gi"}, "isHighlyAvailable": False},
        ),
        ("kupe", ["--clear", "resources", "--version", "1.35"], {"version": "1.35", "resources": None}),
        ("cockroachdb", ["--version", "v25.4"], {"version": "v25.4"}),
        (
            "cockroachdb",
            ["--region-nodes", "a=5", "--storage-gib", "50", "--label", "env=prod"],
            {
                "plan": {"advanced": {"regionNodes": [{"region": "a", "nodes": 5}], "storageGib": 50}},
                "labels": [{"key": "env", "value": "prod"}],
            },
        ),
        ("cockroachdb", ["--plan", "standard", "--region", "a"], {"plan": {"standard": {"regions": ["a"]}}}),
        (
            "cockroachdb",
            ["--plan", "standard", "--upgrades", "manual"],
            {"plan": {"standard": {"upgrades": "MANUAL"}}},
        ),
        (
            "cockroachdb",
            ["--clear", "label", "--no-deletion-protection"],
            {"labels": [], "isDeletionProtected": False},
        ),
        ("northflank", ["--name", "New", "--clear", "allowed-team"], {"name": "New", "allowedTeams": None}),
        (
            "northflank",
            ["--node-pool", "id=p,type=m5.large,count=2,disk=100"],
            {"nodePools": [{"id": "p", "nodeType": "m5.large", "nodeCount": 2, "diskSizeGb": 100}]},
        ),
        ("qovery", ["--max-nodes", "8", "--no-production"], {"maxNodes": 8, "isProduction": False}),
        ("qovery", ["--integration", "aws-main"], {"integrationId": "a-link"}),
        (
            "qovery",
            ["--clear", "labels-group", "--no-keda"],
            {"isKedaEnabled": False, "labelsGroupIds": None},
        ),
    ],
)
def test_flags_become_the_patch_of_the_provider_of_the_cluster(
    following: Command, keeper: Keeper, provider: str, flags: list[str], patch: dict[str, Any]
) -> None:
    keeper.root["cluster"] = at(provider, plan="ADVANCED")
    keeper.on("updateCluster", payload("UPDATE_CLUSTER"))
    ended = following("clusters", "update", "a-cluster", "--expected-revision", "r1", *flags)
    assert ended.status == Exit.OK, ended
    assert keeper.asked("updateCluster") == [
        {"id": "a-cluster", "input": {provider: patch}, "expectedRevision": "r1"}
    ]


def test_a_patch_is_taken_as_json_for_any_provider(
    following: Command, keeper: Keeper, tmp_path: Path
) -> None:
    file = tmp_path / "patch.json"
    file.write_text('{"version": "1.34"}', encoding="utf-8")
    keeper.root["cluster"] = at("kupe")
    keeper.on("updateCluster", payload("UPDATE_CLUSTER"))
    ended = following("clusters", "update", "a-cluster", "--spec", f"{file}")
    assert ended.status == Exit.OK, ended
    assert [one["input"] for one in keeper.asked("updateCluster")] == [{"kupe": {"version": "1.34"}}]
    ended = following("clusters", "update", "a-cluster", "--spec", f"{file}", "--cpu", "4")
    assert (ended.status, "--spec and --cpu contradict each other" in ended.err) == (Exit.USAGE, True)


@pytest.mark.parametrize(
    ("provider", "flags", "sentence"),
    [
        (
            "kupe",
            ["--max-nodes", "3"],
            "--max-nodes means nothing to a cluster at Kupe Cloud. It takes --version,",
        ),
        ("kupe", [], "Nothing is to differ. A cluster at Kupe Cloud takes --version,"),
        ("kupe", ["--clear", "alerts"], "a cluster at Kupe Cloud has no such value. It has: resources."),
        (
            "kupe",
            ["--cpu", "4", "--clear", "resources"],
            "--resources and --clear resources contradict each other.",
        ),
        ("cockroachdb", ["--region", "a"], "Add --plan: basic, standard, advanced."),
    ],
)
def test_an_update_that_cannot_be_meant_is_wrong_usage(
    following: Command, keeper: Keeper, provider: str, flags: list[str], sentence: str
) -> None:
    keeper.root["cluster"] = at(provider)
    ended = following("update", "a-cluster", *flags)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert sentence in ended.err


def test_messages_speak_of_flags(following: Command, keeper: Keeper) -> None:
    keeper.root["cluster"] = at("kupe")
    error = {
        "__typename": "InvalidInputError",
        "message": "It is too much.",
        "path": ["input", "kupe", "resources", "memory"],
    }
    keeper.on("updateCluster", {"operation": None, "userErrors": [error]})
    ended = following("update", "a-cluster", "--memory", "999Ti")
    assert ended.err == "fleetgraph: --memory: It is too much.\n"


def test_integrations_are_listed_and_shown_with_what_uses_them(following: Command, keeper: Keeper) -> None:
    keeper.root["node"] = INTEGRATION
    assert "acme     aws-main  AWS" in following("integrations").out
    shown = following("integration", "aws-main").out
    facts = dict(line.split(maxsplit=1) for line in shown.splitlines() if "  " in line)
    assert facts["role"] == "arn:aws:iam::123456789012:role/fleet"
    assert re.search(r"^cloud account +123456789012$", shown, re.MULTILINE)
    assert re.search(r"^used by +acme/production$", shown, re.MULTILINE)
    assert "service account" not in shown
    assert (
        json.loads(following("integration", "acme/aws-main", "--json").out)["usedBy"][0]["name"]
        == "production"
    )


HOLDS = "plan holds +5 clusters, retention 14 days, for 99.50 a month"


def test_an_account_shows_its_plan_and_what_is_used_of_it(following: Command, keeper: Keeper) -> None:
    held = {
        "plan": "pro",
        "clusterCount": 3,
        "pool": {"cpuMillicores": "8000", "memoryMiB": "32768", "storageMiB": None},
        "meters": [{"name": "logs", "quantity": "12.50", "unit": "GB", "isCapped": False}],
    }
    plans: list[object] = [
        {"name": "starter", "monthlyFee": None, "mostClusters": None, "allowances": []},
        {
            "name": "pro",
            "monthlyFee": "99.50",
            "mostClusters": 5,
            "allowances": [{"name": "retention", "quantity": "14", "unit": "days"}],
        },
    ]
    keeper.root["node"] = {"__typename": "Account", **ACME, "subscription": held, "offeredPlans": plans}
    shown = following("accounts", "show", "acme").out
    for fact in (
        "plan +pro",
        "clusters +3",
        "pool +8 cores, 32 GiB memory",
        "used +logs 12.50 GB",
        HOLDS,
        "other plans +starter",
    ):
        assert re.search(f"^{fact}$", shown, re.MULTILINE), fact
    keeper.root["node"] = {"__typename": "Account", **ACME}
    assert "plan" not in following("accounts", "show", "acme").out
    keeper.root["node"] = None
    ended = following("accounts", "show", "acme")
    assert (ended.status, ended.out) == (Exit.NOT_FOUND, "")
    assert "The account acme is not there any more." in ended.err


@pytest.mark.parametrize(
    ("flags", "credentials"),
    [
        (["aws-role", "--set", "role-arn=arn"], {"awsRole": {"roleArn": "arn"}}),
        (
            ["aws-keys", "--secret", "access-key-id=env:ONE", "--secret", "secret-access-key=@{file}"],
            {"awsKeys": {"accessKeyId": "first", "secretAccessKey": "second"}},
        ),
        (
            ["api-key", "--set", "cloud=digital-ocean", "--secret", "api-key=@-"],
            {"apiKey": {"cloud": "DIGITAL_OCEAN", "apiKey": "third"}},
        ),
        (["on-premises"], {"onPremises": {"isOnPremises": True}}),
        (
            ["keyless", "--set", "cloud=gcp", "--set", "project-id=shop-prod"],
            {"keyless": {"cloud": "GCP", "projectId": "shop-prod"}},
        ),
    ],
)
def test_secrets_come_from_variables_and_files(
    following: Command, keeper: Keeper, tmp_path: Path, flags: list[str], credentials: dict[str, Any]
) -> None:
    file = tmp_path / "secret"
    file.write_text("second\n", encoding="utf-8")
    following.environment = {"ONE": "first"}
    keeper.on("createIntegration", payload("CREATE_INTEGRATION"))
    wanted = [
        "--account",
        "acme",
        "--name",
        "lab",
        "--credentials",
        *(flag.format(file=file) for flag in flags),
    ]
    ended = following("integrations", "create", *wanted, "--idempotency-key", "mine", stdin="third\n")
    assert ended.status == Exit.OK, ended
    (call,) = keeper.asked("createIntegration")
    assert call["input"] == {
        "accountId": "an-account",
        "name": "lab",
        "credentials": credentials,
        "idempotencyKey": "mine",
    }


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (
            ["aws-keys", "--set", "access-key-id=hush"],
            "access-key-id is secret, and others can see arguments.",
        ),
        (["aws-keys", "--secret", "access-key-id=hush"], "takes no value itself"),
        (["aws-keys"], "--secret access-key-id=SOURCE and --secret secret-access-key=SOURCE"),
        (
            ["aws-role", "--set", "rolearn=x"],
            "rolearn is not part of aws-role. There are: role-arn, external-id.",
        ),
        (["api-key", "--set", "cloud=awz", "--secret", "api-key=@-"], "Did you mean aws?"),
        (["aws-keys", "--secret", "access-key-id=env:NOT_SET"], "NOT_SET is empty"),
    ],
)
def test_credentials_that_cannot_be_used_are_said_and_not_repeated(
    following: Command, keeper: Keeper, flags: list[str], sentence: str
) -> None:
    wanted = ["--account", "acme", "--name", "lab", "--credentials", *flags]
    ended = following("integrations", "create", *wanted, stdin="x")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert sentence in ended.err
    assert "hush" not in ended.err
    assert keeper.asked("createIntegration") == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["update", "aws-main", "--description", "Ours."], "updateIntegration"),
        (["delete", "aws-main", "--account", "acme"], "deleteIntegration"),
    ],
)
def test_integrations_are_changed(
    following: Command, keeper: Keeper, arguments: list[str], field: str
) -> None:
    keeper.on(field, payload("UPDATE_INTEGRATION"))
    assert following("integrations", *arguments).status == Exit.OK
    assert keeper.asked(field)[0]["id"] == "a-link"


@pytest.mark.parametrize("verb", ["cordon", "uncordon", "drain"])
def test_a_node_is_maintained_by_its_name(following: Command, keeper: Keeper, verb: str) -> None:
    node = {
        "id": "a-node",
        "name": "node-0",
        "phase": "READY",
        "providerPhase": "ok",
        "freshness": {"state": "CURRENT"},
    }
    keeper.root["cluster"] = {**PRODUCTION, "nodes": page(node)}
    keeper.on(f"{verb}Node", payload(f"{verb.upper()}_NODE"))
    assert following("nodes", verb, "acme/production", "node-0").status == Exit.OK
    assert keeper.asked(f"{verb}Node") == [{"id": "a-node"}]
    ended = following("nodes", verb, "acme/production", "node-1")
    assert ended.status == Exit.NOT_FOUND
    assert "The cluster acme/production has no node node-1. Did you mean node-0?" in ended.err


def test_regions_that_a_provider_does_not_list_are_explained(following: Command, keeper: Keeper) -> None:
    reason = "Kupe does not say where its clusters run."
    capability = {"capability": "LIST_REGIONS", "isSupported": False, "reason": reason}
    provider = {"name": "Kupe Cloud", "capabilities": [capability]}
    keeper.root["node"] = {"__typename": "Account", **ACME, "provider": provider, "regions": None}
    ended = following("regions", "--account", "acme")
    assert (ended.status, ended.out) == (Exit.FAILED, "")
    assert f"acme has no list of regions. {reason}" in ended.err
    ended = following("regions")
    assert ended.status == Exit.OK
    assert f"Kupe Cloud: {reason}" in ended.err


def test_versions_for_a_new_cluster_are_listed_and_their_absence_is_explained(
    following: Command, keeper: Keeper
) -> None:
    offer = {
        "name": "v25.4",
        "engine": "COCKROACHDB",
        "plans": ["ADVANCED"],
        "release": "REGULAR",
        "supportEndsAt": "2027-05-10T00:00:00Z",
        "upgradesTo": ["v26.1", "v26.2"],
    }
    listing = {"name": "CockroachDB Cloud", "capabilities": list[Any]()}
    keeper.root["node"] = {"__typename": "Account", **ACME, "provider": listing, "versions": page(offer)}
    title, row = following("versions", "list", "--account", "acme").out.splitlines()
    assert " ".join(title.split()) == "ACCOUNT NAME ENGINE PLANS RELEASE SUPPORTED UNTIL UPGRADES TO"
    assert " ".join(row.split()) == "acme v25.4 COCKROACHDB ADVANCED REGULAR 2027-05-10 v26.1, v26.2"
    assert following("versions", "-o", "name").out == "v25.4\n"
    reason = "Kupe lists no versions on offer."
    capability = {"capability": "LIST_VERSIONS", "isSupported": False, "reason": reason}
    provider = {"name": "Kupe Cloud", "capabilities": [capability]}
    keeper.root["node"] = {"__typename": "Account", **ACME, "provider": provider, "versions": None}
    ended = following("versions", "--account", "acme")
    assert (ended.status, ended.out) == (Exit.FAILED, "")
    assert f"acme has no list of versions. {reason}" in ended.err


def test_a_console_is_opened_where_it_is_known(following: Command, keeper: Keeper) -> None:
    keeper.root["cluster"] = PRODUCTION
    ended = following("open", "a-cluster", "--print")
    assert (ended.status, ended.out) == (Exit.FAILED, "")
    url = "https://console.example/c"
    keeper.root["cluster"] = {**PRODUCTION, "consoleUrl": url}
    assert following("open", "a-cluster", "--print").out == f"{url}\n"


def event(kind: str, **more: object) -> dict[str, object]:
    return {
        "id": kind,
        "kind": kind,
        "occurredAt": "2026-04-06T11:59:00Z",
        "accountName": "acme",
        "provider": {"kind": "KUPE", "name": "Kupe Cloud"},
        **more,
    }


@pytest.mark.parametrize(
    ("arguments", "mutation"),
    [
        (["webhooks", "create", "pager", "--to", "https://hooks.example.com/x"], "createWebhook"),
        (["keys", "create", "ci", "--scope", "read"], "createApiKey"),
        (["envelopes", "set", "all", "--money", "5 USD"], "setEnvelope"),
    ],
)
def test_a_refused_name_is_refused_as_the_argument(
    following: Command, keeper: Keeper, arguments: list[str], mutation: str
) -> None:
    keeper.on(mutation, refused("InvalidInputError", path=["input", "name"]))
    assert following(*arguments).err == "fleetgraph: NAME: It will not do.\n"


@pytest.mark.parametrize(
    ("provider", "flag"), [(provider, flag) for provider, spec in SPECS.items() for flag in spec.clearable]
)
def test_what_the_command_offers_to_clear_can_be_cleared(provider: str, flag: str) -> None:
    asked: dict[str, Any] = {}
    clear(asked, SPECS[provider], [flag])
    ((name, value),) = asked.items()
    name = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
    wire, patch = TYPES[provider].patch, PROVIDERS[provider].patch
    assert wire is not None
    assert patch is not None
    assert patch.model_validate(wire(**{name: value}).to_members()).model_fields_set == {name}


@pytest.mark.parametrize(
    ("typed", "minor"), [("5 USD", "500"), ("5000 JPY", "5000"), ("1.25 KWD", "1250"), ("0.1000 CLF", "1000")]
)
def test_an_amount_goes_out_in_the_smallest_unit_of_its_currency(
    following: Command, keeper: Keeper, typed: str, minor: str
) -> None:
    keeper.on("setEnvelope", refused("InvalidInputError", path=["input", "name"]))
    following("envelopes", "set", "all", "--money", typed)
    (call,) = keeper.asked("setEnvelope")
    assert call["input"]["money"] == {"minorUnits": minor, "currency": typed.partition(" ")[2]}


def test_the_command_knows_the_digits_of_currencies_as_the_service_does() -> None:
    assert currencies.MINOR_DIGITS == MINOR_DIGITS


def test_a_cluster_without_an_allowlist_cannot_have_one_listed(following: Command, keeper: Keeper) -> None:
    why = {"capability": "ALLOWLIST", "isSupported": False, "reason": "Kupe keeps no list of networks."}
    keeper.root["cluster"] = {**PRODUCTION, "capabilities": [why], "allowlist": None}
    ended = following("allowlist", "list", "a-cluster")
    assert (ended.status, ended.out) == (Exit.FAILED, "")
    assert "Kupe keeps no list of networks." in ended.err


def test_activity_is_the_one_feed_of_the_fleet(following: Command, keeper: Keeper) -> None:
    keeper.on(
        "activity",
        page(
            event("PHASE_CHANGED", clusterName="production", **{"from": "READY", "to": "FAILED"}),
            event("OPERATION_ENDED", to="SUCCEEDED", operationKind="CREATE_CLUSTER"),
            event("ACCOUNT_FAILED", message="Clusters cannot be observed: the provider does not answer."),
        ),
    )
    ended = following(
        "activity",
        "--kind",
        "phase-changed",
        "--account",
        "acme",
        "--cluster",
        "acme/production",
        "--limit",
        "2",
    )
    assert ended.status == 0, ended.err
    _, *rows = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert rows == [
        "2026-04-06T11:59:00Z 1m 00s acme/production phase changed FAILED READY - -",
        "2026-04-06T11:59:00Z 1m 00s acme operation ended SUCCEEDED - create cluster -",
    ]
    (asked,) = keeper.asked("activity")
    assert asked["filter"] == {
        "kinds": ["PHASE_CHANGED"],
        "accountIds": ["an-account"],
        "clusterId": "a-cluster",
    }
    assert asked["first"] == 2


@pytest.mark.parametrize(
    ("flags", "order"),
    [([], "NEWEST_FIRST"), (["--newest-first"], "NEWEST_FIRST"), (["--oldest-first"], "OLDEST_FIRST")],
)
def test_the_feed_begins_with_the_newest_so_that_a_limit_keeps_it(
    following: Command, keeper: Keeper, flags: list[str], order: str
) -> None:
    keeper.on("activity", page(event("PHASE_CHANGED", clusterName="production")))
    assert following("activity", "--limit", "1", *flags).status == 0
    (asked,) = keeper.asked("activity")
    assert asked["order"] == order


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_the_feed_cuts_its_sentences_and_nothing_else(
    following: Command, keeper: Keeper, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    following.is_terminal = True
    following.environment = {"NO_COLOR": "1"}
    name = "production-of-a-long-name-in-a-far-region"
    keeper.on(
        "activity",
        page(
            event("PHASE_CHANGED", clusterName=name, **{"from": "READY", "to": "PROVISIONING"}),
            event("ACCOUNT_FAILED", message="Clusters cannot be observed: the provider does not answer."),
        ),
    )
    title, moved, failed = following("activity", "list").out.splitlines()
    assert all(len(line) <= columns for line in (title, moved, failed))
    assert moved.startswith("1m 00s  acme/production")
    assert "phase changed" in moved
    assert "Clusters cannot" in failed
    assert ("PROVISIONING" in moved) == (columns >= 80)


def test_the_oldest_version_comes_first_and_numbers_count_as_numbers(
    following: Command, keeper: Keeper
) -> None:
    cluster: dict[str, Any] = PRODUCTION | {
        "provider": ACME["provider"],
        "engine": "KUBERNETES",
        "upgrade": {"versions": ["v25.11", "v26.1"]},
    }
    versions = ["v25.10", "v25.9", "v25.9", None]
    keeper.on("clusters", page(*(cluster | {"name": str(one), "version": one} for one in versions)))
    assert following("versions", "running", "-o", "name").out.splitlines() == ["", "v25.9", "v25.10"]
    assert "v25.11, v26.1" in following("versions", "running").out
