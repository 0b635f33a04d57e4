"""Every verb that changes something at a provider, as somebody would ask for it of a fleet that they have just read."""

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fleet.changing.verbs import VERBS as ROWS
from fleet.model.change import OperationKind
from fleet.providers import PROVIDERS
from sandbox.qovery.world import World

OPERATION = "operation { id state } userErrors { __typename message }"
FLEET = """{
  accounts(first: 50) { nodes { id name provider { kind } } }
  clusters(first: 100) { nodes {
    id externalId name account { id } provider { kind } status { phase } spendLimit { state }
    isDeletionProtected upgrade { state versions } allowlist { networks { cidr } }
    nodes(first: 1) { nodes { id name } }
  } }
  integrations(first: 100) { nodes { id externalId name account { id provider { kind } } } }
}"""

_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request. `name` is what it creates or changes."""

    kind: OperationKind
    provider: str
    document: str
    variables: Mapping[str, Any]
    name: str

    @property
    def is_idempotent(self) -> bool:
        """Whether it can be asked again without being done again."""
        return "idempotencyKey" in self.variables.get("input", {})


@dataclass(frozen=True)
class Fleet:
    """What `FLEET` answered, and chance."""

    data: Mapping[str, Any]
    chance: random.Random

    def account(self, provider: str) -> str | None:
        found = [
            one["id"] for one in self.data["accounts"]["nodes"] if one["provider"]["kind"] == provider.upper()
        ]
        return found[0] if found else None

    def cluster(
        self,
        provider: str,
        *,
        ours: bool = False,
        phases: tuple[str, ...] = (),
        fits: Callable[[Any], bool] = lambda cluster: True,
    ) -> Any:
        """Any that fits, or null."""
        found = [
            one
            for one in self.data["clusters"]["nodes"]
            if one["provider"]["kind"] == provider.upper()
            and (one["name"].startswith("kill-") or not ours)
            and (not phases or one["status"]["phase"] in phases)
            and fits(one)
        ]
        return self.chance.choice(found) if found else None

    def integration(self, provider: str, *, ours: bool = False) -> Any:
        found = [
            one
            for one in self.data["integrations"]["nodes"]
            if one["account"]["provider"]["kind"] == provider.upper()
            and (one["name"].startswith("kill-") or not ours)
        ]
        return self.chance.choice(found) if found else None


Verb = Callable[[Fleet], Asked | None]


def _new_name() -> str:
    return f"kill-{next(_numbers)}"


SPECS: Mapping[str, Mapping[str, Any]] = {
    "kupe": {"displayName": "Killed", "type": "SHARED", "version": "1.33"},
    "cockroachdb": {"cloud": "GCP", "plan": {"basic": {"regions": ["us-central1"]}}},
    "northflank": {
        "cloud": "GCP",
        "region": "us-central1",
        "nodePools": [{"nodeType": "n2-standard-4", "nodeCount": 2, "diskSizeGb": 100}],
    },
    "qovery": {
        "cloud": "AWS",
        "region": "eu-west-3",
        "kubernetesMode": "MANAGED",
        "instanceType": "t3.large",
        "diskSizeGb": 60,
        "minNodes": 3,
        "maxNodes": 9,
        "deploy": True,
    },
}
PATCHES: Mapping[str, Callable[[int], Mapping[str, Any]]] = {
    "kupe": lambda number: {"resources": {"cpu": f"{2000 + number}m"}},
    "cockroachdb": lambda number: {"labels": [{"key": "killed", "value": f"v{number}"}]},
    "northflank": lambda number: {"description": f"killed {number}"},
    "qovery": lambda number: {"description": f"killed {number}"},
}


def create(provider: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        account, name = fleet.account(provider), _new_name()
        if account is None:
            return None
        spec = dict(SPECS[provider])
        if provider in ("northflank", "qovery"):
            # Of the cloud that has the machines of the spec.
            found = [
                one
                for one in fleet.data["integrations"]["nodes"]
                if one["account"]["id"] == account and one["name"] in ("Hobby GCP", "orchard-aws-main")
            ]
            if not found:
                return None
            spec["integrationId"] = found[0]["id"]
        given = {"accountId": account, "name": name, "spec": {provider: spec}, "idempotencyKey": name}
        document = f"mutation ($input: CreateClusterInput!) {{ done: createCluster(input: $input) {{ {OPERATION} }} }}"
        return Asked(
            kind=OperationKind.CREATE_CLUSTER,
            provider=provider,
            document=document,
            variables={"input": given},
            name=name,
        )

    return ask


def ask_of(
    kind: OperationKind,
    provider: str,
    target: Any,
    mutation: str,
    given: Mapping[str, tuple[str, Any]] | None = None,
    *,
    id_is: str = "id",
) -> Asked | None:
    """`given` are the arguments beside the id, each with its type and its value. Null where there is no target."""
    if target is None:
        return None
    arguments = {id_is: ("ID!", target["id"]), **(given or {})}
    head = ", ".join(f"${name}: {type_}" for name, (type_, _) in arguments.items())
    inner = ", ".join(f"{name}: ${name}" for name in arguments)
    return Asked(
        kind=kind,
        provider=provider,
        document=f"mutation ({head}) {{ done: {mutation}({inner}) {{ {OPERATION} }} }}",
        variables={name: value for name, (_, value) in arguments.items()},
        name=target["name"],
    )


def update(provider: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        cluster = fleet.cluster(provider, phases=("READY",))
        patch = {provider: PATCHES[provider](next(_numbers))}
        given = {"input": ("UpdateClusterInput!", patch)}
        return ask_of(OperationKind.UPDATE_CLUSTER, provider, cluster, "updateCluster", given)

    return ask


def delete(provider: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        cluster = fleet.cluster(provider, ours=True)
        given = {"confirmName": ("String!", cluster and cluster["name"])}
        return ask_of(OperationKind.DELETE_CLUSTER, provider, cluster, "deleteCluster", given)

    return ask


def of_cluster(
    kind: OperationKind,
    mutation: str,
    provider: str,
    *,
    phases: tuple[str, ...],
    fits: Callable[[Any], bool] = lambda cluster: True,
) -> Verb:
    return lambda fleet: ask_of(kind, provider, fleet.cluster(provider, phases=phases, fits=fits), mutation)


def set_limit(fleet: Fleet) -> Asked | None:
    limit = {"money": {"minorUnits": str(1000 + next(_numbers)), "currency": "USD"}}
    cluster, given = fleet.cluster("cockroachdb", ours=True), {"limit": ("SpendLimitInput!", limit)}
    return ask_of(
        OperationKind.SET_SPEND_LIMIT, "cockroachdb", cluster, "setSpendLimit", given, id_is="clusterId"
    )


def clear_limit(fleet: Fleet) -> Asked | None:
    """Of one that has a limit: the clearing of none would prove nothing."""
    cluster = fleet.cluster(
        "cockroachdb", ours=True, fits=lambda one: one["spendLimit"]["state"] == "LIMITED"
    )
    return ask_of(
        OperationKind.CLEAR_SPEND_LIMIT, "cockroachdb", cluster, "clearSpendLimit", id_is="clusterId"
    )


def lock(fleet: Fleet) -> Asked | None:
    cluster = fleet.cluster("qovery", phases=QUIET, fits=lambda one: one["isDeletionProtected"] is False)
    given = {"reason": ("String!", f"killed {next(_numbers)}")}
    return ask_of(OperationKind.LOCK_CLUSTER, "qovery", cluster, "lockCluster", given)


def allow_network(fleet: Fleet) -> Asked | None:
    network = {"cidr": f"198.51.100.{next(_numbers) % 256}/32", "name": "killed"}
    given = {"network": ("AllowedNetworkInput!", network)}
    cluster = fleet.cluster("cockroachdb", phases=("READY",))
    return ask_of(OperationKind.ALLOW_NETWORK, "cockroachdb", cluster, "allowNetwork", given)


def disallow_network(fleet: Fleet) -> Asked | None:
    """One that is shown on a list. A new cluster begins with one that lets everybody in."""

    def networks(cluster: Any) -> list[str]:
        return [one["cidr"] for one in (cluster["allowlist"] or {"networks": []})["networks"]]

    cluster = fleet.cluster("cockroachdb", phases=("READY",), fits=lambda one: bool(networks(one)))
    if cluster is None:
        return None
    given = {"cidr": ("String!", fleet.chance.choice(networks(cluster)))}
    return ask_of(OperationKind.DISALLOW_NETWORK, "cockroachdb", cluster, "disallowNetwork", given)


def can_be_upgraded(cluster: Any) -> bool:
    return bool(cluster["upgrade"]["versions"])


def waits_for_its_end(cluster: Any) -> bool:
    return bool(cluster["upgrade"]["state"] == "PENDING_FINALIZATION")


CREDENTIALS = {"awsKeys": {"accessKeyId": "made-up-id", "secretAccessKey": "made-up-secret"}}
FEATURES: Mapping[str, Mapping[str, Any]] = {"northflank": {"features": ["byoc"]}, "qovery": {}}
"""What a new integration needs besides."""
CHANGED: Mapping[str, Callable[[int], Mapping[str, Any]]] = {
    "northflank": lambda number: {"description": f"killed {number}"},
    "qovery": lambda number: {"credentials": CREDENTIALS},
}


def create_integration(provider: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        account, name = fleet.account(provider), _new_name()
        given = {
            "accountId": account,
            "name": name,
            "credentials": CREDENTIALS,
            "idempotencyKey": name,
            **FEATURES[provider],
        }
        document = (
            "mutation ($input: CreateIntegrationInput!) {"
            f" done: createIntegration(input: $input) {{ {OPERATION} }} }}"
        )
        return Asked(
            kind=OperationKind.CREATE_INTEGRATION,
            provider=provider,
            document=document,
            variables={"input": given},
            name=name,
        )

    return ask


def update_integration(provider: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        given = {"input": ("UpdateIntegrationInput!", CHANGED[provider](next(_numbers)))}
        found = fleet.integration(provider, ours=True)
        return ask_of(OperationKind.UPDATE_INTEGRATION, provider, found, "updateIntegration", given)

    return ask


def delete_integration(provider: str) -> Verb:
    return lambda fleet: ask_of(
        OperationKind.DELETE_INTEGRATION,
        provider,
        fleet.integration(provider, ours=True),
        "deleteIntegration",
    )


def of_node(kind: OperationKind, mutation: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        found = [
            node
            for cluster in fleet.data["clusters"]["nodes"]
            if cluster["provider"]["kind"] == "NORTHFLANK"
            for node in cluster["nodes"]["nodes"]
        ]
        return ask_of(kind, "northflank", fleet.chance.choice(found) if found else None, mutation)

    return ask


def refresh(fleet: Fleet) -> Asked | None:
    account = fleet.chance.choice(fleet.data["accounts"]["nodes"])
    provider = account["provider"]["kind"].lower()
    return ask_of(OperationKind.REFRESH_ACCOUNT, provider, account, "refreshAccount")


RESTLESS = {
    cluster.name
    for organization in World(seed=0).organizations
    for cluster in organization.clusters.values()
    if cluster.life.repeats
}
"""Clusters of the fake Qovery that stop and are deployed by themselves: there it would prove no request."""


def waits_to_be_asked(cluster: Any) -> bool:
    return cluster["name"] not in RESTLESS


QUIET = ("READY", "STOPPED", "FAILED", "DEGRADED")
NOBODY = ""
"""In place of a provider where none is asked to change anything."""

VERBS: Mapping[tuple[OperationKind, str], Verb] = {
    **{(OperationKind.CREATE_CLUSTER, provider): create(provider) for provider in SPECS},
    **{(OperationKind.UPDATE_CLUSTER, provider): update(provider) for provider in SPECS},
    **{(OperationKind.DELETE_CLUSTER, provider): delete(provider) for provider in SPECS},
    (OperationKind.STOP_CLUSTER, "qovery"): of_cluster(
        OperationKind.STOP_CLUSTER, "stopCluster", "qovery", phases=("READY",), fits=waits_to_be_asked
    ),
    (OperationKind.DEPLOY_CLUSTER, "qovery"): of_cluster(
        OperationKind.DEPLOY_CLUSTER, "deployCluster", "qovery", phases=QUIET, fits=waits_to_be_asked
    ),
    (OperationKind.SET_SPEND_LIMIT, "cockroachdb"): set_limit,
    (OperationKind.CLEAR_SPEND_LIMIT, "cockroachdb"): clear_limit,
    **{
        (OperationKind.UPGRADE_CLUSTER, provider): of_cluster(
            OperationKind.UPGRADE_CLUSTER, "upgradeCluster", provider, phases=("READY",), fits=can_be_upgraded
        )
        for provider in ("cockroachdb", "qovery")
    },
    **{
        (kind, "cockroachdb"): of_cluster(
            kind, mutation, "cockroachdb", phases=("READY",), fits=waits_for_its_end
        )
        for kind, mutation in (
            (OperationKind.FINALIZE_UPGRADE, "finalizeUpgrade"),
            (OperationKind.ROLL_BACK_UPGRADE, "rollBackUpgrade"),
        )
    },
    (OperationKind.LOCK_CLUSTER, "qovery"): lock,
    (OperationKind.UNLOCK_CLUSTER, "qovery"): of_cluster(
        OperationKind.UNLOCK_CLUSTER,
        "unlockCluster",
        "qovery",
        phases=QUIET,
        fits=lambda one: one["isDeletionProtected"] is True,
    ),
    (OperationKind.ALLOW_NETWORK, "cockroachdb"): allow_network,
    (OperationKind.DISALLOW_NETWORK, "cockroachdb"): disallow_network,
    **{
        (kind, provider): verb(provider)
        for provider in FEATURES
        for kind, verb in (
            (OperationKind.CREATE_INTEGRATION, create_integration),
            (OperationKind.UPDATE_INTEGRATION, update_integration),
            (OperationKind.DELETE_INTEGRATION, delete_integration),
        )
    },
    **{
        (kind, "northflank"): of_node(kind, mutation)
        for kind, mutation in (
            (OperationKind.CORDON_NODE, "cordonNode"),
            (OperationKind.UNCORDON_NODE, "uncordonNode"),
            (OperationKind.DRAIN_NODE, "drainNode"),
        )
    },
    (OperationKind.REFRESH_ACCOUNT, NOBODY): refresh,
}
"""By kind and provider: `OF_PROVIDERS`, and what is asked of no provider."""

OF_PROVIDERS = sorted(
    (kind, provider.key)
    for kind, row in ROWS.items()
    for provider in PROVIDERS.values()
    if row.change.capability not in provider.unsupported
)
"""Each kind of the product's table with each provider that can be asked for it."""

EXEMPT: Mapping[tuple[OperationKind, str], str] = {
    (OperationKind.DISCONNECT_ACCOUNT, NOBODY): (
        "It ends the account that the other verbs need, and asks no provider for anything: `test_keys.py` kills"
        " after it."
    ),
}
"""What is left out of `VERBS`, and why."""
