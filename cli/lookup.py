"""What people call things, to what the graph calls them."""

from dataclasses import dataclass
from typing import Any

from cli.client import REQUEST_SECONDS, Client
from cli.documents import read
from cli.errors import NotThere


@dataclass(frozen=True, kw_only=True)
class Found:
    """`is_certain`: whether a null cluster is known to be absent, and not just out of our sight."""

    cluster: dict[str, Any] | None
    is_certain: bool = True


def find_account(
    client: Client, reference: str, *, provider: str | None = None, within_seconds: float = REQUEST_SECONDS
) -> dict[str, Any]:
    """By global ID, name, or provider/name; `provider` narrows it. Raises NotThere, also when several match."""
    found = []
    variables = {"provider": provider}
    for page in client.pages(read.ACCOUNT_NAMES, variables, "accounts", within_seconds=within_seconds):
        for account in page["nodes"]:
            if account["id"] == reference:
                return dict(account)
            if reference in (account["name"], _qualified(account)):
                found.append(account)
    if not found:
        place = f" at {provider.lower()}" if provider else ""
        raise NotThere(f"There is no account {reference}{place}.", "`fleetgraph accounts` lists them.")
    if len(found) > 1:
        names = " and ".join(map(_qualified, found))
        raise NotThere(f"Several accounts are called {reference}.", f"Say which: {names}.")
    return dict(found[0])


def find_cluster(client: Client, reference: str, *, within_seconds: float = REQUEST_SECONDS) -> Found:
    """By global ID, account/name, or a name that only one cluster has. Raises NotThere when several have it, or when
    there is no such account.
    """
    account_name, slash, name = reference.rpartition("/")
    if slash:
        account = find_account(client, account_name, within_seconds=within_seconds)
        variables = {"accountId": account["id"], "name": name}
        answer = client.ask(read.CLUSTER_BY_NAME, variables, within_seconds=within_seconds)
        return Found(cluster=answer["clusterByName"], is_certain=account["freshness"]["state"] == "CURRENT")
    cluster = client.ask(read.WATCH, {"id": reference}, within_seconds=within_seconds)["cluster"]
    return Found(cluster=cluster) if cluster is not None else _find_by_name(client, reference, within_seconds)


def need_cluster(client: Client, reference: str) -> dict[str, Any]:
    cluster = find_cluster(client, reference).cluster
    if cluster is None:
        raise NotThere(f"There is no cluster {reference}.", "`fleetgraph clusters` lists them.")
    return cluster


def find_integration(client: Client, account: dict[str, Any], reference: str) -> str:
    """The global ID of an account's integration, by that or by its name."""
    variables = {"filter": {"accountIds": [account["id"]]}}
    nodes = [
        node for page in client.pages(read.INTEGRATIONS, variables, "integrations") for node in page["nodes"]
    ]
    ids = [node["id"] for node in nodes if reference in (node["id"], node["name"])]
    if len(ids) == 1:
        return str(ids[0])
    names = ", ".join(sorted(node["name"] for node in nodes)) or "none"
    problem = "several integrations" if ids else "no integration"
    raise NotThere(f"The account {account['name']} has {problem} {reference}.", f"There are: {names}.")


def path_of(cluster: dict[str, Any]) -> str:
    return f"{cluster['account']['name']}/{cluster['name']}"


def _find_by_name(client: Client, name: str, within_seconds: float) -> Found:
    variables = {"filter": {"nameContains": name, "includeInactive": True}}
    named = []
    is_certain = True
    for page in client.pages(read.CLUSTERS, variables, "clusters", within_seconds=within_seconds):
        named += [node for node in page["nodes"] if node["name"] == name]
        is_certain = page["coverage"]["isComplete"]
    found = [node for node in named if node["status"]["phase"] != "DELETED"]
    if len(found) > 1:
        paths = sorted(f"{_qualified(node['account'])}/{name}" for node in found)
        raise NotThere(f"Several clusters are called {name}.", f"Say which: {' or '.join(paths)}.")
    return Found(cluster=found[0] if found else None, is_certain=is_certain)


def _qualified(account: dict[str, Any]) -> str:
    kind = account["provider"]["kind"] or account["provider"]["name"]
    return f"{kind.lower()}/{account['name']}"
