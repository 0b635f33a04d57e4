"""The tools of an assistant: each is one of the command's own documents, which a Fleetgraph knows.

Reading is free. A change is only planned: the tool answers with the requests that would go out and their digest, and a
person makes it with `fleetgraph plans apply DIGEST`. No tool does that, and none takes a secret.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.client import Client
from cli.commands.activity import KINDS
from cli.commands.clusters.counting import CRITERIA
from cli.commands.clusters.orders import FIELDS
from cli.documents import accounts, catalog, change, clusters, envelopes, fleet, integrations
from cli.errors import CommandError, UsageError, UserErrors
from cli.kinds import CLOUDS, PHASES, STATES, VERBS
from cli.specs import PROVIDERS, SPECS

MOST_CHARACTERS = 100_000
"""The longest answer. A longer one would fill what an assistant can hold in mind."""

_SIGNATURE = re.compile(r"^(?:query|mutation) \w+\(([^)]*)\)", re.MULTILINE)
_VARIABLE = re.compile(r"\$(\w+): ([\[\]!\w]+)(?: = (\S+))?")

_TEXT = {"type": "string"}
_CLUSTER_FILTER = {
    "type": "object",
    "properties": {
        "providers": {"type": "array", "items": {"enum": list(PROVIDERS)}},
        "accountIds": {"type": "array", "items": _TEXT},
        "phases": {"type": "array", "items": {"enum": list(PHASES)}},
        "clouds": {"type": "array", "items": {"enum": [*CLOUDS, "UNKNOWN"]}},
        "regions": {"type": "array", "items": _TEXT},
        "versions": {"type": "array", "items": _TEXT},
        "nameContains": _TEXT,
        "needsAttention": {"type": "boolean"},
        "includeInactive": {"type": "boolean"},
    },
    "additionalProperties": False,
}
TYPES: Mapping[str, Mapping[str, Any]] = {
    "ID": _TEXT,
    "String": _TEXT,
    "Revision": _TEXT,
    "DateTime": {"type": "string", "format": "date-time"},
    "Int": {"type": "integer"},
    "Boolean": {"type": "boolean"},
    "ProviderKind": {"enum": list(PROVIDERS)},
    "Cloud": {"enum": [*CLOUDS, "UNKNOWN"]},
    "EventOrder": {"enum": ["NEWEST_FIRST", "OLDEST_FIRST"]},
    "ClusterFilter": _CLUSTER_FILTER,
    "ClusterOrder": {
        "type": "object",
        "properties": {"field": {"enum": list(FIELDS.values())}, "direction": {"enum": ["ASC", "DESC"]}},
        "required": ["field"],
        "additionalProperties": False,
    },
    "IntegrationFilter": {
        "type": "object",
        "properties": {
            "accountIds": {"type": "array", "items": _TEXT},
            "providers": {"type": "array", "items": {"enum": list(PROVIDERS)}},
            "clouds": {"type": "array", "items": {"enum": [*CLOUDS, "UNKNOWN"]}},
            "nameContains": _TEXT,
        },
        "additionalProperties": False,
    },
    "OperationFilter": {
        "type": "object",
        "properties": {
            "states": {"type": "array", "items": {"enum": list(STATES)}},
            "kinds": {"type": "array", "items": {"enum": list(VERBS)}},
            "accountIds": {"type": "array", "items": _TEXT},
            "clusterId": _TEXT,
            "nameContains": _TEXT,
            "requestedBy": _TEXT,
            "since": {"type": "string", "format": "date-time"},
        },
        "additionalProperties": False,
    },
    "FacetInput": {
        "type": "object",
        "properties": {"by": {"enum": list(CRITERIA)}, "label": _TEXT},
        "required": ["by"],
        "additionalProperties": False,
    },
    "CreateClusterInput": {
        "type": "object",
        "properties": {
            "accountId": _TEXT,
            "name": _TEXT,
            "spec": {
                "type": "object",
                "description": "Exactly one member: what its provider takes. A refusal names what is missing.",
                "properties": {key: {"type": "object"} for key in SPECS},
                "minProperties": 1,
                "maxProperties": 1,
            },
            "idempotencyKey": _TEXT,
        },
        "required": ["accountId", "name", "spec"],
        "additionalProperties": False,
    },
    "EventFilter": {
        "type": "object",
        "properties": {
            "kinds": {"type": "array", "items": {"enum": list(KINDS)}},
            "providers": {"type": "array", "items": {"enum": list(PROVIDERS)}},
            "accountIds": {"type": "array", "items": _TEXT},
            "clusterId": _TEXT,
        },
        "additionalProperties": False,
    },
}
"""JSON Schema of the types of variables. Any other is an object."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    name: str
    about: str
    document: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    plans: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """Of its arguments, from the variables of its document."""
        found = _SIGNATURE.search(self.document)
        variables = _VARIABLE.findall(found[1]) if found else []
        required = [name for name, kind, default in variables if kind.endswith("!") and not default]
        return {
            "type": "object",
            "properties": {name: _schema(kind) for name, kind, _ in variables},
            "required": [name for name in required if name not in self.defaults],
            "additionalProperties": False,
        }


def _schema(kind: str) -> dict[str, Any]:
    kind = kind.removesuffix("!")
    if kind.startswith("["):
        return {"type": "array", "items": _schema(kind[1:-1])}
    return dict(TYPES.get(kind, {"type": "object", "description": f"{kind} of the schema"}))


_AND_THEN = (
    " Nothing is changed: it answers with the requests that would go out and a digest. A person reads them and makes "
    "the change with `fleetgraph plans apply DIGEST`, within 15 minutes and with the same key."
)


def _read(name: str, about: str, document: str, **defaults: Any) -> Tool:
    return Tool(name=name, about=about, document=document, defaults=defaults)


def _plan(name: str, about: str, document: str) -> Tool:
    return Tool(name=f"plan_{name}", about=about + _AND_THEN, document=change.plans[document], plans=True)


TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        _read("fleet", "The whole fleet in numbers, and which accounts they leave out.", fleet.FLEET),
        _read(
            "clusters",
            "Clusters as last observed, a page of 20. `search` takes words and qualifiers such as "
            "`cloud:aws phase:degraded,failed label.env=prod -plan:basic`. Go on with `after: endCursor`.",
            clusters.CLUSTERS,
            first=20,
        ),
        _read(
            "cluster", "Everything about one cluster, by its id, with its latest phases.", clusters.CLUSTER
        ),
        _read("nodes", "The nodes of a cluster, by the cluster's id.", clusters.NODES),
        _read("accounts", "The accounts, how old their data is, and why.", accounts.ACCOUNTS),
        _read(
            "integrations", "Integrations of accounts with clouds and registries.", integrations.INTEGRATIONS
        ),
        _read(
            "integration_use",
            "The clusters that use an integration, by its id.",
            integrations.INTEGRATION_USE,
        ),
        _read(
            "cluster_counts",
            "Clusters counted by up to 12 criteria, as `clusters` finds them.",
            clusters.FACETS,
        ),
        _read(
            "observations",
            "What the latest observations of an account changed or failed at, by the account's id.",
            accounts.OBSERVATIONS,
            first=20,
        ),
        _read("schedule", "When an account is observed next and why then, by its id.", accounts.SCHEDULE),
        _read(
            "spend",
            "What accounts cost, with the last periods.",
            accounts.SPEND,
            first=20,
            periods=2,
            lines=10,
        ),
        _read("envelopes", "What sets of accounts or clusters may cost a month.", envelopes.ENVELOPES),
        _read(
            "providers", "The providers: what each can do, and why not where it cannot.", catalog.PROVIDERS
        ),
        _read("regions", "Where an account can create clusters, by the account's id.", catalog.REGIONS),
        _read("machine_types", "What an account can build nodes of, by its id.", catalog.MACHINE_TYPES),
        _read(
            "activity",
            "What happened in the fleet, the newest first, a page of 50.",
            fleet.ACTIVITY,
            first=50,
            order="NEWEST_FIRST",
        ),
        _read(
            "operations", "The changes that were asked for, the newest first.", change.OPERATIONS, first=20
        ),
        _read("operation", "One change and what has become of it, by its id.", change.OPERATION_BY_ID),
        _read("viewer", "Who asks, with which scopes and accounts.", fleet.VIEWER),
        _plan("create_cluster", "Plans a new cluster.", change.CREATE_CLUSTER),
        _plan("update_cluster", "Plans a change of a cluster.", change.UPDATE_CLUSTER),
        _plan("stop_cluster", "Plans to stop a cluster.", change.STOP_CLUSTER),
        _plan("deploy_cluster", "Plans to start a cluster.", change.DEPLOY_CLUSTER),
        _plan("delete_cluster", "Plans to delete a cluster and its data.", change.DELETE_CLUSTER),
        _plan("set_spend_limit", "Plans another spend limit.", change.SET_SPEND_LIMIT),
        _plan("clear_spend_limit", "Plans to remove a spend limit.", change.CLEAR_SPEND_LIMIT),
        _plan("cordon_node", "Plans to keep new work off a node.", change.CORDON_NODE),
        _plan("uncordon_node", "Plans to allow new work on a node.", change.UNCORDON_NODE),
        _plan("drain_node", "Plans to move the work of a node elsewhere.", change.DRAIN_NODE),
    )
}


def call(client: Client, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a tool's answer. Raises CommandError."""
    tool = TOOLS.get(name)
    if tool is None:
        raise UsageError(f"There is no tool {name}.")
    unknown = arguments.keys() - tool.schema["properties"].keys()
    if unknown:
        raise UsageError(f"{name} takes no {', '.join(sorted(unknown))}.")
    data = client.ask(tool.document, {**tool.defaults, **arguments})
    if tool.plans:
        (payload,) = data.values()
        if payload["userErrors"]:
            raise UserErrors(payload["userErrors"], ".".join)
        digest = payload["plan"]["digest"]
        data = {"plan": payload["plan"], "confirm": f"fleetgraph plans apply {digest}"}
    if len(json.dumps(data, ensure_ascii=False)) > MOST_CHARACTERS:
        raise CommandError(f"{name} has more to tell than {MOST_CHARACTERS} characters.", "Filter it.")
    return data
