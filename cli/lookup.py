"""Finding things by the names that people use."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from cli.client import REQUEST_SECONDS, Client
from cli.documents.accounts import ACCOUNT_NAMES
from cli.documents.clusters import CLUSTER_BY_NAME, CLUSTER_NAMES, CLUSTERS_NAMED, NODES, WATCH
from cli.documents.integrations import INTEGRATIONS
from cli.errors import NotThere, UsageError

PART = 3
"""From how many letters on they are taken for a part of a name."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """`is_certain`: whether a missing cluster is known to be absent, because all accounts were observed."""

    cluster: dict[str, Any] | None
    is_certain: bool = True


def find_account(
    client: Client, reference: str, *, provider: str | None = None, within_seconds: float = REQUEST_SECONDS
) -> dict[str, Any]:
    """By global ID, name, or provider/name; `provider` narrows it. Raises NotThere and UsageError."""
    accounts = all_accounts(client, provider=provider, within_seconds=within_seconds)
    found = [one for one in accounts if reference in (one["id"], one["name"], qualified(one))]
    if not found:
        place = f" at {provider.lower()}" if provider else ""
        names = [one["name"] for one in accounts]
        raise NotThere(
            f"There is no account {reference}{place}.", meant(reference, names, "fleetgraph accounts list")
        )
    if len(found) > 1:
        names = sorted(map(qualified, found))
        raise UsageError(f"Several accounts are called {reference}.", f"Say which: {' or '.join(names)}.")
    return found[0]


def all_accounts(
    client: Client, *, provider: str | None = None, within_seconds: float = REQUEST_SECONDS
) -> list[dict[str, Any]]:
    pages = client.pages(ACCOUNT_NAMES, {"provider": provider}, "accounts", within_seconds=within_seconds)
    return [node for page in pages for node in page["nodes"]]


def find_cluster(client: Client, reference: str, *, within_seconds: float = REQUEST_SECONDS) -> Found:
    """By global ID, account/name, or a name that only one cluster has. Raises UsageError when several have it, and
    NotThere when there is no such account.
    """
    account_name, slash, name = reference.rpartition("/")
    if slash:
        account = find_account(client, account_name, within_seconds=within_seconds)
        variables = {"accountId": account["id"], "name": name}
        answer = client.ask(CLUSTER_BY_NAME, variables, within_seconds=within_seconds)
        return Found(cluster=answer["clusterByName"], is_certain=account["freshness"]["state"] == "CURRENT")
    cluster = client.ask(WATCH, {"id": reference}, within_seconds=within_seconds)["cluster"]
    return Found(cluster=cluster) if cluster is not None else _find_by_name(client, reference, within_seconds)


def need_cluster(client: Client, reference: str) -> dict[str, Any]:
    cluster = find_cluster(client, reference).cluster
    if cluster is None:
        raise no_cluster(client, reference)
    return cluster


def no_cluster(client: Client, reference: str, remedy: str = "") -> NotThere:
    """The error for a missing cluster, with a similar name if there is one."""
    page = client.ask(CLUSTER_NAMES, {})["clusters"]
    paths = [path_of(node) for node in page["nodes"]]
    called = {path if "/" in reference else path.rpartition("/")[2]: path for path in reversed(paths)}
    close = similar(reference, called)
    listed = "`fleetgraph clusters list` shows those that there are."
    hint = f"Did you mean {called[close]}?" if close else listed
    return NotThere(f"There is no cluster {reference}.", " ".join(filter(None, [hint, remedy])))


def find_integration(client: Client, account: dict[str, Any] | None, reference: str) -> dict[str, Any]:
    """By global ID, by name, or by account/name; an account narrows it. Raises NotThere and UsageError."""
    where = {} if account is None else {"accountIds": [account["id"]]}
    pages = client.pages(INTEGRATIONS, {"filter": where}, "integrations")
    nodes = [node for page in pages for node in page["nodes"]]
    found = [node for node in nodes if reference in (node["id"], node["name"], path_of(node))]
    place = "" if account is None else f" in the account {account['name']}"
    if not found:
        names = [node["name"] for node in nodes]
        listed = "fleetgraph integrations list"
        raise NotThere(f"There is no integration {reference}{place}.", meant(reference, names, listed))
    if len(found) > 1:
        paths = sorted(path_of(node) for node in found)
        raise UsageError(f"Several integrations are called {reference}.", f"Say which: {' or '.join(paths)}.")
    return dict(found[0])


def find_node(client: Client, cluster: dict[str, Any], reference: str) -> dict[str, Any]:
    """A node of a cluster, by its name or its global ID. Raises NotThere."""
    variables = {"id": cluster["id"]}
    nodes = [node for page in client.pages(NODES, variables, "cluster.nodes") for node in page["nodes"]]
    for node in nodes:
        if reference in (node["id"], node["name"]):
            return dict(node)
    path = path_of(cluster)
    names = [node["name"] for node in nodes]
    raise NotThere(
        f"The cluster {path} has no node {reference}.",
        meant(reference, names, f"fleetgraph nodes list '{path}'"),
    )


def meant(reference: str, names: Iterable[str], listing: str) -> str:
    """A remedy: the similar name, or the command that lists the existing names."""
    close = similar(reference, names)
    return f"Did you mean {close}?" if close else f"`{listing}` shows those that there are."


def similar(reference: str, names: Iterable[str]) -> str | None:
    """The name that a person meant who mistyped it, or typed a part of it; in either case."""
    folded = {name.casefold(): name for name in names}
    typed = reference.casefold()
    parts = [name for name in folded if len(typed) >= PART and typed in name]
    close = sorted(parts, key=len)[:1] or get_close_matches(typed, folded, n=1)
    return folded[close[0]] if close else None


def path_of(thing: dict[str, Any]) -> str:
    return f"{thing['account']['name']}/{thing['name']}"


def qualified(account: dict[str, Any]) -> str:
    kind = account["provider"]["kind"] or account["provider"]["name"]
    return f"{kind.lower()}/{account['name']}"


def _find_by_name(client: Client, name: str, within_seconds: float) -> Found:
    variables = {"filter": {"nameContains": name, "includeInactive": True}}
    named = []
    is_certain = True
    for page in client.pages(CLUSTERS_NAMED, variables, "clusters", within_seconds=within_seconds):
        named += [node for node in page["nodes"] if node["name"] == name]
        is_certain = page["coverage"]["isComplete"]
    found = [node for node in named if node["status"]["phase"] != "DELETED"]
    if len(found) > 1:
        paths = sorted(f"{qualified(node['account'])}/{name}" for node in found)
        raise UsageError(f"Several clusters are called {name}.", f"Say which: {' or '.join(paths)}.")
    return Found(cluster=found[0] if found else None, is_certain=is_certain)
