"""`fleetgraph create`: flags become what each provider needs, and no cluster is made twice."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.scripted import Answer, Scripted
from tests.cli.things import ACME, payload


def create(following: Command, keeper: Keeper, flags: str) -> dict[str, Any]:
    """The input that creating with these flags sends."""
    keeper.on("createCluster", payload("CREATE_CLUSTER"))
    keeper.calls.clear()
    ended = following("create", *shlex.split(flags), "--account", "acme", "--name", "production")
    assert ended.status == Exit.OK, ended.err
    (call,) = keeper.asked("createCluster")
    wanted: dict[str, Any] = call["input"]
    assert (wanted["accountId"], wanted["name"]) == ("an-account", "production")
    return wanted


@pytest.mark.parametrize(
    ("flags", "spec"),
    [
        (
            "kupe --type shared",
            {"type": "SHARED"},
        ),
        (
            (
                "kupe --type dedicated --display-name Ours --version 1.34 --cpu 4 --memory 16Gi --storage "
                "100Gi --no-high-availability"
            ),
            {
                "displayName": "Ours",
                "type": "DEDICATED",
                "version": "1.34",
                "resources": {"cpu": "4", "memory": "16Gi", "storage": "100Gi"},
                "isHighlyAvailable": False,
            },
        ),
        (
            "cockroachdb --plan basic --cloud gcp --region europe-west1 --limit-usd 12.5",
            {
                "cloud": "GCP",
                "plan": {
                    "basic": {
                        "regions": ["europe-west1"],
                        "spendLimit": {"money": {"minorUnits": "1250", "currency": "USD"}},
                    }
                },
            },
        ),
        (
            (
                "cockroachdb --plan standard --cloud aws --region a --region b --primary-region b "
                "--limit-vcpus 4 --label env=prod --deletion-protection --upgrades manual --empty-allowlist"
            ),
            {
                "cloud": "AWS",
                "plan": {
                    "standard": {
                        "regions": ["a", "b"],
                        "upgrades": "MANUAL",
                        "hasEmptyAllowlist": True,
                        "primaryRegion": "b",
                        "spendLimit": {"usage": {"provisionedVcpus": "4"}},
                    }
                },
                "labels": [{"key": "env", "value": "prod"}],
                "isDeletionProtected": True,
            },
        ),
        (
            (
                "cockroachdb --plan advanced --cloud aws --region-nodes a=3 --vcpus 4 --region-nodes b=1 "
                "--storage-gib 50 --version v25.2"
            ),
            {
                "cloud": "AWS",
                "plan": {
                    "advanced": {
                        "regionNodes": [{"region": "a", "nodes": 3}, {"region": "b", "nodes": 1}],
                        "vcpus": 4,
                        "storageGib": 50,
                        "version": "v25.2",
                    }
                },
            },
        ),
        (
            (
                "northflank --integration aws-main --cloud aws --region a --node-pool "
                "type=m5.large,count=2,disk=100,min=1,max=4,zone=a1,zone=a2 --node-pool "
                "type=m5.xlarge,count=1,disk=50"
            ),
            {
                "integrationId": "a-link",
                "cloud": "AWS",
                "region": "a",
                "nodePools": [
                    {
                        "nodeType": "m5.large",
                        "nodeCount": 2,
                        "diskSizeGb": 100,
                        "minNodes": 1,
                        "maxNodes": 4,
                        "availabilityZones": ["a1", "a2"],
                    },
                    {"nodeType": "m5.xlarge", "nodeCount": 1, "diskSizeGb": 50},
                ],
            },
        ),
        (
            (
                "northflank --integration aws-main --cloud azure --region westeurope --node-pool "
                "type=Standard_D4ds_v5,count=2,disk=100,system --node-pool "
                "type=Standard_D8ds_v5,count=1,disk=100,spot=true,public-ips=false,label=tier=desk "
                "--authorized-network 192.0.2.0/24 --no-overlay --allowed-team studio"
            ),
            {
                "integrationId": "a-link",
                "cloud": "AZURE",
                "region": "westeurope",
                "nodePools": [
                    {
                        "nodeType": "Standard_D4ds_v5",
                        "nodeCount": 2,
                        "diskSizeGb": 100,
                        "azure": {"isSystem": True},
                    },
                    {
                        "nodeType": "Standard_D8ds_v5",
                        "nodeCount": 1,
                        "diskSizeGb": 100,
                        "isSpot": True,
                        "azure": {"hasPublicIps": False},
                        "labels": [{"key": "tier", "value": "desk"}],
                    },
                ],
                "azure": {"hasOverlay": False, "authorizedNetworks": ["192.0.2.0/24"]},
                "allowedTeams": ["studio"],
            },
        ),
        (
            (
                "northflank --integration aws-main --cloud oci --region eu-frankfurt-1 --vcn-id vcn "
                "--api-subnet-id api --load-balancer-subnet-id lb --node-pool "
                "type=VM.Standard.E4.Flex,count=3,disk=100,ocpus=4,memory=32,subnet=nodes"
            ),
            {
                "integrationId": "a-link",
                "cloud": "OCI",
                "region": "eu-frankfurt-1",
                "nodePools": [
                    {
                        "nodeType": "VM.Standard.E4.Flex",
                        "nodeCount": 3,
                        "diskSizeGb": 100,
                        "oci": {"ocpus": 4, "memoryGb": 32},
                        "subnets": ["nodes"],
                    }
                ],
                "oci": {"vcnId": "vcn", "apiSubnetId": "api", "loadBalancerSubnetIds": ["lb"]},
            },
        ),
        (
            (
                "northflank --integration aws-main --cloud coreweave --region US-EAST-04 --zone US-EAST-04A "
                "--node-pool type=cd-gp-a192-genoa,count=1,disk=100"
            ),
            {
                "integrationId": "a-link",
                "cloud": "COREWEAVE",
                "region": "US-EAST-04",
                "nodePools": [{"nodeType": "cd-gp-a192-genoa", "nodeCount": 1, "diskSizeGb": 100}],
                "coreweave": {"zone": "US-EAST-04A"},
            },
        ),
        (
            (
                "qovery --cloud aws --region eu-west-3 --integration a-link --production --instance-type "
                "t3.large --disk-size-gb 60 --min-nodes 2 --max-nodes 5 --feature STATIC_IP=true --feature "
                "KARPENTER --description Ours. --kubernetes-mode partially-managed --no-deploy "
                "--metrics-kind MANAGED_BY_QOVERY --nginx-replicas 2 --cert-manager-namespace certs "
                "--metallb-address-pool a-b --keda --labels-group g-1 --labels-group g-2 --disk-iops 3000 "
                "--disk-throughput 125"
            ),
            {
                "cloud": "AWS",
                "region": "eu-west-3",
                "integrationId": "a-link",
                "description": "Ours.",
                "kubernetesMode": "PARTIALLY_MANAGED",
                "instanceType": "t3.large",
                "diskSizeGb": 60,
                "minNodes": 2,
                "maxNodes": 5,
                "isProduction": True,
                "features": [{"id": "STATIC_IP", "value": "true"}, {"id": "KARPENTER"}],
                "isKedaEnabled": True,
                "labelsGroupIds": ["g-1", "g-2"],
                "diskIops": 3000,
                "diskThroughputMbPerSecond": 125,
                "advanced": {
                    "metrics": {"isEnabled": True, "kind": "MANAGED_BY_QOVERY"},
                    "nginx": {"replicaCount": 2},
                    "certManagerNamespace": "certs",
                    "metalLbAddressPools": ["a-b"],
                },
                "deploy": False,
            },
        ),
    ],
)
def test_flags_become_the_spec_of_a_provider(
    following: Command, keeper: Keeper, flags: str, spec: dict[str, Any]
) -> None:
    provider = flags.partition(" ")[0]
    sent = create(following, keeper, flags)["spec"][provider]
    defaults = {
        "deploy": True,
        "isProduction": False,
        "kubernetesMode": "MANAGED",
    }
    assert sent == (defaults | spec if provider == "qovery" else spec)


def test_settings_of_a_file_become_part_of_a_spec(following: Command, keeper: Keeper, tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text('{"builds": {"mode": "internal"}}', encoding="utf-8")
    place = "northflank --integration aws-main --cloud aws --region a --node-pool type=m,count=2,disk=100"
    sent = create(following, keeper, f"{place} --settings-file {settings}")
    assert sent["spec"]["northflank"]["settings"] == {"builds": {"mode": "internal"}}


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (
            "--cloud aws --node-pool type=m,count=2,disk=100 --vnet-id v",
            "--vnet-id is not for a cluster in aws",
        ),
        ("--cloud aws --node-pool type=m,count=2,disk=100,colour=blue", "'colour' is unknown"),
        ("--cloud aws --node-pool type=m,count=2,disk=100,spot=maybe", "neither true nor false"),
        ("--cloud aws --node-pool type=m,count=2,disk=100,label=tier", "is no label"),
        ("--cloud aws --node-pool type=m,count=2,disk", "not of the form KEY=VALUE"),
        ("--cloud aws --node-pool type=m", "count and disk missing"),
    ],
)
def test_what_a_cloud_or_a_pool_does_not_have_is_said_before_anything_is_asked(
    following: Command, flags: str, sentence: str
) -> None:
    place = ["--account", "acme", "--name", "new", "--integration", "aws-main", "--region", "a"]
    ended = following("clusters", "create", "northflank", *place, *flags.split())
    assert ended.status == Exit.USAGE, ended
    assert sentence in ended.err


def test_files_become_part_of_a_spec(following: Command, keeper: Keeper, tmp_path: Path) -> None:
    key, alerts = tmp_path / "id.pub", tmp_path / "alerts.json"
    key.write_text("ssh-ed25519 AAAA me\n", encoding="utf-8")
    alerts.write_text('{"cpu": {"threshold": 90}}', encoding="utf-8")
    sent = create(following, keeper, f"kupe --type shared --alerts {alerts}")
    assert sent["spec"]["kupe"]["alerts"] == {"cpu": {"threshold": 90}}
    sent = create(following, keeper, f"qovery --cloud aws --region a --ssh-key-file {key}")
    assert sent["spec"]["qovery"]["sshKeys"] == ["ssh-ed25519 AAAA me"]


def test_a_private_key_is_not_sent(following: Command, keeper: Keeper, tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_text("-----BEGIN " + "OPENSSH PRIVATE KEY-----\n", encoding="utf-8")
    wanted = ["--name", "a", "--cloud", "aws", "--region", "b", "--ssh-key-file", str(file)]
    ended = following("create", "qovery", "--account", "acme", *wanted)
    assert ended.status == Exit.USAGE
    assert "is a private key" in ended.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--plan", "basic"], "The plan basic needs a --region."),
        (["--plan", "basic", "--region", "a", "--storage-gib", "1"], "--storage-gib means nothing"),
        (["--plan", "advanced", "--region", "a"], "--region means nothing to the plan advanced."),
        (["--plan", "advanced", "--region-nodes", "a=3"], "needs --region-nodes and --storage-gib"),
        (["--plan", "advanced", "--region-nodes", "a=b", "--storage-gib", "1"], "is not a whole number"),
        (["--plan", "advanced", "--limit-usd", "1"], "no spend limit"),
        (["--plan", "basic", "--region", "a", "--limit-usd", "1", "--limit-vcpus", "1"], "money or in use"),
    ],
)
def test_flags_that_do_not_go_together_are_wrong_usage(
    following: Command, keeper: Keeper, arguments: list[str], sentence: str
) -> None:
    shared = ["--account", "acme", "--name", "a", "--cloud", "aws"]
    ended = following("create", "cockroachdb", *shared, *arguments)
    assert ended.status == Exit.USAGE
    assert sentence in ended.err
    assert keeper.asked("createCluster") == []


@pytest.mark.parametrize("pool", ["type=a,count=2", "type=a,count=2,disk=x", "type=a,disc=2", "type"])
def test_a_pool_that_cannot_be_read_is_wrong_usage(following: Command, pool: str) -> None:
    wanted = ["--account", "acme", "--name", "a", "--integration", "b", "--cloud", "aws", "--node-pool", pool]
    ended = following("create", "northflank", *wanted)
    assert ended.status == Exit.USAGE
    assert "--node-pool" in ended.err


def test_an_integration_that_is_not_there_is_said_with_the_one_that_may_be_meant(following: Command) -> None:
    wanted = ["--name", "a", "--integration", "aws-mian", "--cloud", "aws", "--region", "c"]
    ended = following("create", "qovery", "--account", "acme", *wanted)
    assert ended.status == Exit.NOT_FOUND
    sentence = "There is no integration aws-mian in the account acme. Did you mean aws-main?"
    assert sentence in ended.err


def test_a_creation_can_be_repeated_by_its_key(following: Command, keeper: Keeper) -> None:
    first = create(following, keeper, "kupe --type shared")["idempotencyKey"]
    assert create(following, keeper, "kupe --type shared")["idempotencyKey"] not in (first, None)
    sent = create(following, keeper, "kupe --type shared --idempotency-key mine")
    assert sent["idempotencyKey"] == "mine"


def test_a_lost_answer_to_a_creation_names_the_key_to_repeat_it_with(
    following: Command, keeper: Keeper, script: Scripted
) -> None:
    def answer(request: dict[str, Any]) -> Answer:
        return JSONResponse({}, 502) if "mutation" in request["query"] else keeper(request)

    script.answer = answer
    ended = following("create", "kupe", "--account", "acme", "--name", "a", "--type", "shared")
    assert ended.status == Exit.UNREACHABLE
    assert len([one for one in script.requests if "mutation" in one["query"]]) == 1
    key = script.requests[-1]["variables"]["input"]["idempotencyKey"]
    assert f"--idempotency-key {key}" in ended.err


def of_a_package(request: dict[str, Any]) -> Answer:
    """A Fleetgraph with a provider that this version of the command does not know."""
    if "mutation" in request["query"]:
        return {"data": {"createCluster": payload("CREATE_CLUSTER", failure=None)}}
    assert request["variables"]["provider"] == "LIGHTHOUSE"
    return {"data": {"accounts": page({**ACME, "provider": {"kind": "LIGHTHOUSE", "name": "Lighthouse"}})}}


def test_a_cluster_of_a_package_is_specified_as_json(following: Command, script: Scripted) -> None:
    script.answer = of_a_package
    wanted = ["--account", "acme", "--name", "pier", "--spec", "-"]
    ended = following("clusters", "create", "lighthouse", *wanted, stdin='{"size": "large"}')
    assert ended.status == Exit.OK, ended.err
    sent = script.requests[-1]["variables"]["input"]
    assert (sent["accountId"], sent["name"], sent["spec"]) == (
        "an-account",
        "pier",
        {"lighthouse": {"size": "large"}},
    )
    ended = following("clusters", "create", "lighthouse", *wanted, stdin="[]")
    assert (ended.status, "does not hold a JSON object" in ended.err) == (Exit.USAGE, True)


def test_a_webhook_is_made_for_a_provider_of_a_package(following: Command, script: Scripted) -> None:
    made = {"secret": "whsec_x", "webhook": {"name": "pager", "origin": "https://hooks.example.com"}}
    script.answer = lambda request: {"data": {"createWebhook": {"userErrors": [], **made}}}
    wanted = ["--to", "https://hooks.example.com/fleet", "--provider", "lighthouse"]
    ended = following("webhooks", "create", "pager", *wanted)
    assert ended.status == Exit.OK, ended.err
    assert script.requests[-1]["variables"]["input"]["providers"] == ["LIGHTHOUSE"]


def test_a_provider_that_is_mistyped_is_not_taken_for_one_of_a_package(following: Command) -> None:
    ended = following("clusters", "create", "kuppe", "--account", "acme", "--name", "pier")
    assert ended.status == Exit.USAGE
    assert "Did you mean `fleetgraph clusters create kupe`?" in ended.err
    ended = following("clusters", "list", "--provider", "kuppe")
    assert ended.status == Exit.USAGE
    assert "Did you mean kupe?" in ended.err
