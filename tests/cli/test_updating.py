"""Updates: flags become the patch that the provider of the cluster takes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.errors import Exit
from cli.specs import SPECS
from cli.specs.members import clear
from fleet.providers import PROVIDERS
from gateway.providers import TYPES
from tests.cli.command import Command
from tests.cli.contract import Keeper
from tests.cli.things import at, payload, refused


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
