"""`fleetgraph versions`: what versions the clusters run, and which of them can be upgraded."""

from typing import Any

from cli.commands.clusters.filters import filter_flags, to_filter
from cli.documents import read
from cli.formatting import number_aware
from cli.grammar import Noun, Options, Verb
from cli.lookup import path_of
from cli.output import Listing, output_flags, show_list
from cli.session import Session
from cli.tables import Column


def list_versions(session: Session, options: Options) -> int:
    where = to_filter(session, options)
    return show_list(session, options, lambda: _fetch(session, where))


def _fetch(session: Session, where: dict[str, Any]) -> Listing:
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for page in session.client.pages(read.VERSIONS, {"filter": where}, "clusters"):
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
        columns=COLUMNS,
        name=lambda row: str(row["version"] or ""),
        empty="No cluster matches.",
    )


COLUMNS = (
    Column(title="PROVIDER", value=lambda row: row["provider"]["name"]),
    Column(title="ENGINE", value=lambda row: row["engine"], rank=2),
    Column(title="VERSION", value=lambda row: row["version"]),
    Column(title="CLUSTERS", value=lambda row: len(row["clusters"])),
    Column(title="UPGRADE", value=lambda row: ", ".join(row["upgradeVersions"] or ()), rank=1),
    Column(title="NAMES", value=lambda row: ", ".join(row["clusters"]), is_sentence=True),
)

COMMAND = Noun(
    "versions",
    "List the versions that clusters run, and to which they can be upgraded.",
    [
        Verb(
            "list",
            list_versions,
            "List the versions that clusters run, and to which they can be upgraded.",
            about="The oldest version comes first. UPGRADE is what the provider offers these clusters.",
            examples="""
fleetgraph versions list
fleetgraph versions list --provider cockroachdb
fleetgraph versions list --jq '.versions[] | select(.availableVersion) | .clusters[]'
""",
            params=[*filter_flags(), *output_flags(is_list=True)],
        )
    ],
    default="list",
)
