"""Every verb that changes something at a provider, as somebody would ask for it of a fleet that they have just read."""

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

OPERATION = "operation { id state } userErrors { __typename message }"
FLEET = """{
  accounts(first: 50) { nodes { id name provider { kind } } }
  clusters(first: 100) { nodes {
    id externalId name account { id } provider { kind } status { phase } spendLimit { state }
    nodes(first: 1) { nodes { id name } }
  } }
  integrations(first: 100) { nodes { id name account { id } provider: account { provider { kind } } } }
}"""

_numbers = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request. `name` is what it creates or changes."""

    verb: str
    provider: str
    document: str
    variables: Mapping[str, Any]
    name: str
    wanted: Mapping[str, Any] = field(default_factory=dict)

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
        self, provider: str, *, ours: bool = False, phases: tuple[str, ...] = (), limited: bool = False
    ) -> Any:
        """Any that fits, or null."""
        found = [
            one
            for one in self.data["clusters"]["nodes"]
            if one["provider"]["kind"] == provider.upper()
            and (one["name"].startswith("kill-") or not ours)
            and (not phases or one["status"]["phase"] in phases)
            and (not limited or one["spendLimit"]["state"] == "LIMITED")
        ]
        return self.chance.choice(found) if found else None

    def integration(self, provider: str, *, ours: bool = False) -> Any:
        found = [
            one
            for one in self.data["integrations"]["nodes"]
            if one["provider"]["provider"]["kind"] == provider.upper()
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
                if one["account"]["id"] == account
                and one["name"] in ("hobby-gcp", "orchard-aws-main", "fjordline-aws-role")
            ]
            if not found:
                return None
            spec["integrationId"] = found[0]["id"]
        given = {"accountId": account, "name": name, "spec": {provider: spec}, "idempotencyKey": name}
        document = f"mutation ($input: CreateClusterInput!) {{ done: createCluster(input: $input) {{ {OPERATION} }} }}"
        return Asked(
            verb="create", provider=provider, document=document, variables={"input": given}, name=name
        )

    return ask


def update(provider: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        cluster = fleet.cluster(provider, phases=("READY",))
        if cluster is None:
            return None
        patch = PATCHES[provider](next(_numbers))
        document = (
            "mutation ($id: ID!, $input: UpdateClusterInput!) {"
            f" done: updateCluster(id: $id, input: $input) {{ {OPERATION} }} }}"
        )
        variables = {"id": cluster["id"], "input": {provider: patch}}
        return Asked(
            verb="update",
            provider=provider,
            document=document,
            variables=variables,
            name=cluster["name"],
            wanted=patch,
        )

    return ask


def of_cluster(verb: str, provider: str, *, ours: bool = False, phases: tuple[str, ...] = ()) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        cluster = fleet.cluster(provider, ours=ours, phases=phases)
        if cluster is None:
            return None
        more = ", confirmName: $name" if verb == "delete" else ""
        head = "$id: ID!, $name: String!" if verb == "delete" else "$id: ID!"
        document = f"mutation ({head}) {{ done: {verb}Cluster(id: $id{more}) {{ {OPERATION} }} }}"
        variables = {"id": cluster["id"], **({"name": cluster["name"]} if verb == "delete" else {})}
        return Asked(
            verb=verb, provider=provider, document=document, variables=variables, name=cluster["name"]
        )

    return ask


def set_limit(fleet: Fleet) -> Asked | None:
    cluster = fleet.cluster("cockroachdb", ours=True)
    if cluster is None:
        return None
    limit = {"money": {"minorUnits": str(1000 + next(_numbers)), "currency": "USD"}}
    document = (
        "mutation ($id: ID!, $limit: SpendLimitInput!) {"
        f" done: setSpendLimit(clusterId: $id, limit: $limit) {{ {OPERATION} }} }}"
    )
    variables = {"id": cluster["id"], "limit": limit}
    return Asked(
        verb="setLimit",
        provider="cockroachdb",
        document=document,
        variables=variables,
        name=cluster["name"],
        wanted=limit,
    )


def clear_limit(fleet: Fleet) -> Asked | None:
    """Of one that has a limit: the clearing of none would prove nothing."""
    cluster = fleet.cluster("cockroachdb", ours=True, limited=True)
    if cluster is None:
        return None
    document = f"mutation ($id: ID!) {{ done: clearSpendLimit(clusterId: $id) {{ {OPERATION} }} }}"
    return Asked(
        verb="clearLimit",
        provider="cockroachdb",
        document=document,
        variables={"id": cluster["id"]},
        name=cluster["name"],
    )


def create_integration(fleet: Fleet) -> Asked | None:
    account, name = fleet.account("northflank"), _new_name()
    given = {
        "accountId": account,
        "name": name,
        "features": ["byoc"],
        "credentials": {"awsKeys": {"accessKeyId": "made-up-id", "secretAccessKey": "made-up-secret"}},
        "idempotencyKey": name,
    }
    document = (
        "mutation ($input: CreateIntegrationInput!) {"
        f" done: createIntegration(input: $input) {{ {OPERATION} }} }}"
    )
    return Asked(
        verb="createIntegration",
        provider="northflank",
        document=document,
        variables={"input": given},
        name=name,
    )


def change_integration(verb: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        found = fleet.integration("northflank", ours=True)
        if found is None:
            return None
        variables: dict[str, Any] = {"id": found["id"]}
        head, more = "$id: ID!", ""
        if verb == "update":
            variables["input"] = {"description": f"killed {next(_numbers)}"}
            head, more = "$id: ID!, $input: UpdateIntegrationInput!", ", input: $input"
        document = f"mutation ({head}) {{ done: {verb}Integration(id: $id{more}) {{ {OPERATION} }} }}"
        return Asked(
            verb=f"{verb}Integration",
            provider="northflank",
            document=document,
            variables=variables,
            name=found["name"],
        )

    return ask


def of_node(verb: str) -> Verb:
    def ask(fleet: Fleet) -> Asked | None:
        found = [
            node["id"]
            for cluster in fleet.data["clusters"]["nodes"]
            if cluster["provider"]["kind"] == "NORTHFLANK"
            for node in cluster["nodes"]["nodes"]
        ]
        if not found:
            return None
        node = fleet.chance.choice(found)
        document = f"mutation ($id: ID!) {{ done: {verb}Node(id: $id) {{ {OPERATION} }} }}"
        return Asked(verb=verb, provider="northflank", document=document, variables={"id": node}, name=node)

    return ask


def refresh(fleet: Fleet) -> Asked | None:
    account = fleet.chance.choice(fleet.data["accounts"]["nodes"])
    document = f"mutation ($id: ID!) {{ done: refreshAccount(id: $id) {{ {OPERATION} }} }}"
    provider = account["provider"]["kind"].lower()
    return Asked(
        verb="refresh",
        provider=provider,
        document=document,
        variables={"id": account["id"]},
        name=account["name"],
    )


QUIET = ("READY", "STOPPED", "FAILED", "DEGRADED")
VERBS: Mapping[str, Verb] = {
    **{f"create {provider}": create(provider) for provider in SPECS},
    **{f"update {provider}": update(provider) for provider in SPECS},
    **{f"delete {provider}": of_cluster("delete", provider, ours=True) for provider in SPECS},
    "stop qovery": of_cluster("stop", "qovery", phases=("READY",)),
    "deploy qovery": of_cluster("deploy", "qovery", phases=QUIET),
    "set a limit": set_limit,
    "clear a limit": clear_limit,
    "create an integration": create_integration,
    "update an integration": change_integration("update"),
    "delete an integration": change_integration("delete"),
    "cordon": of_node("cordon"),
    "uncordon": of_node("uncordon"),
    "drain": of_node("drain"),
    "refresh": refresh,
}
