"""`fleetgraph versions`: what versions new clusters can have, and what versions those that there are run."""

from typing import Any

from cli.catalog import account_flags, accounts_of, read_catalog
from cli.commands.clusters.filters import filter_flags, to_filter
from cli.documents.catalog import VERSIONS
from cli.documents.clusters import RUNNING_VERSIONS
from cli.formatting import number_aware
from cli.grammar import Noun, Options, Verb
from cli.listing import Column, Listing
from cli.lookup import path_of
from cli.output import output_flags, show_list
from cli.session import Session


def list_versions(session: Session, options: Options) -> int:
    accounts = accounts_of(session, options)
    return show_list(
        session,
        options,
        lambda: read_catalog(
            session,
            accounts,
            VERSIONS,
            "versions",
            "LIST_VERSIONS",
            {},
            columns=ON_OFFER,
            what="versions",
            is_named=bool(options.account),
        ),
    )


def list_running_versions(session: Session, options: Options) -> int:
    where = to_filter(session, options)
    return show_list(session, options, lambda: _fetch(session, where))


def _fetch(session: Session, where: dict[str, Any]) -> Listing:
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for page in session.client.pages(RUNNING_VERSIONS, {"filter": where}, "clusters"):
        for cluster in page["nodes"]:
            key = tuple(
                one or ""
                for one in (
                    cluster["provider"]["kind"],
                    cluster["engine"],
                    cluster["version"],
                    ", ".join(cluster["upgrade"]["versions"] or ()),
                )
            )
            facts = {name: cluster[name] for name in ("provider", "engine", "version", "availableVersion")}
            facts["upgradeVersions"] = cluster["upgrade"]["versions"]
            groups.setdefault(key, {**facts, "clusters": []})["clusters"].append(path_of(cluster))
    rows = [groups[key] for key in sorted(groups, key=lambda key: (*key[:2], *map(number_aware, key[2:])))]
    return Listing(
        document={"versions": rows},
        rows=rows,
        columns=RUNNING,
        name=lambda row: str(row["version"] or ""),
        empty="No cluster matches.",
    )


ON_OFFER = (
    Column(title="NAME", value=lambda node: node["name"]),
    Column(title="ENGINE", value=lambda node: node["engine"], rank=3),
    Column(title="PLANS", value=lambda node: "all" if node["plans"] is None else ", ".join(node["plans"])),
    Column(title="RELEASE", value=lambda node: node["release"], rank=2),
    Column(
        title="SUPPORTED UNTIL",
        value=lambda node: node["supportEndsAt"] and node["supportEndsAt"][:10],
        rank=1,
    ),
    Column(title="UPGRADES TO", value=lambda node: ", ".join(node["upgradesTo"] or ()), rank=4),
)
RUNNING = (
    Column(title="PROVIDER", value=lambda row: row["provider"]["name"]),
    Column(title="ENGINE", value=lambda row: row["engine"], rank=2),
    Column(title="VERSION", value=lambda row: row["version"]),
    Column(title="CLUSTERS", value=lambda row: len(row["clusters"])),
    Column(title="UPGRADE", value=lambda row: ", ".join(row["upgradeVersions"] or ()), rank=1),
    Column(title="NAMES", value=lambda row: ", ".join(row["clusters"]), is_sentence=True),
)

COMMAND = Noun(
    "versions",
    "List the versions that new clusters can have, and those that clusters run.",
    [
        Verb(
            "list",
            list_versions,
            "List the versions that new clusters can have.",
            about="The oldest version comes first. PLANS are those whose clusters can choose it.",
            examples="""
fleetgraph versions list
fleetgraph versions list --account "Meridian Freight" -o name
""",
            params=[*account_flags(), *output_flags(is_list=True)],
        ),
        Verb(
            "running",
            list_running_versions,
            "List the versions that clusters run, and to which they can be upgraded.",
            about="The oldest version comes first. UPGRADE is what the provider offers these clusters.",
            examples="""
fleetgraph versions running
fleetgraph versions running --provider cockroachdb
fleetgraph versions running --jq '.versions[] | select(.availableVersion) | .clusters[]'
""",
            params=[*filter_flags(), *output_flags(is_list=True)],
        ),
    ],
    default="list",
)
