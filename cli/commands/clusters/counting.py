"""`fleetgraph clusters count`."""

from typing import Any

from cli.commands.clusters.filters import GROUP, filter_flags, to_filter
from cli.commands.clusters.listing import missing
from cli.documents import clusters as queries
from cli.errors import UsageError
from cli.formatting import money
from cli.grammar import Flag, Options, Verb
from cli.kinds import EnumValue, named
from cli.listing import Column, Listing
from cli.output import output_flags, show_list
from cli.rows import sort_rows_flag
from cli.session import Session

CRITERIA = (
    "PROVIDER",
    "ACCOUNT",
    "PHASE",
    "SEVERITY",
    "CLOUD",
    "REGION",
    "VERSION",
    "PLAN",
    "ENGINE",
    "LABEL",
)


def count_clusters(session: Session, options: Options) -> int:
    if (options.by == "LABEL") is (options.label is None):
        raise UsageError("--by label and --label KEY belong together.")
    which = {
        "filter": to_filter(session, options, with_inactive=options.all),
        "search": options.search,
    }
    if options.by is None:
        return show_list(session, options, lambda: _fetch_total(session, which))
    one = {"by": options.by} | ({} if options.label is None else {"label": options.label})
    return show_list(session, options, lambda: _fetch(session, {**which, "by": [one]}))


def _fetch_total(session: Session, which: dict[str, Any]) -> Listing:
    found = session.client.ask(queries.CLUSTER_COUNT, which)["clusters"]
    count, coverage = found["totalCount"], found["coverage"]
    return Listing(
        document={"clusterCount": count, "coverage": coverage},
        rows=[{"clusterCount": count}],
        columns=(Column(title="CLUSTERS", value=lambda row: row["clusterCount"]),),
        name=lambda row: str(row["clusterCount"]),
        empty="No cluster matches.",
        remarks=missing(coverage),
        has_titles=False,
    )


def _fetch(session: Session, variables: dict[str, Any]) -> Listing:
    answer = session.client.ask(queries.FACETS, variables)
    (facet,), coverage = answer["clusterFacets"], answer["clusters"]["coverage"]
    buckets = facet["buckets"]
    left_out = facet["leftOut"]
    return Listing(
        document={"buckets": buckets, "leftOut": left_out, "coverage": coverage},
        rows=buckets,
        columns=COLUMNS,
        name=lambda bucket: str(bucket["value"] or ""),
        empty="No cluster matches.",
        remarks=[*([f"{left_out} more values are not shown."] if left_out else []), *missing(coverage)],
    )


COLUMNS = (
    Column(title="VALUE", value=lambda bucket: bucket["displayName"] or bucket["value"]),
    Column(title="CLUSTERS", value=lambda bucket: bucket["clusterCount"]),
    Column(title="NODES", value=lambda bucket: bucket["nodeCount"], rank=1),
    Column(title="LIMITS", value=lambda bucket: ", ".join(map(money, bucket["spendLimits"])), rank=2),
    Column(
        title="LIMITS IN USE",
        value=lambda bucket: ", ".join(f"~{money(one)}" for one in bucket["convertedSpendLimits"]),
        rank=3,
    ),
)

COUNT = Verb(
    "count",
    count_clusters,
    "Count clusters: all of them, or by a criterion.",
    examples="""
fleetgraph clusters count --attention -o name
fleetgraph clusters count --by phase
fleetgraph clusters count --by label --label env --account "Meridian Freight"
fleetgraph clusters count --by region --search "provider:cockroachdb"
""",
    params=[
        Flag(
            "--by",
            type=EnumValue(CRITERIA),
            metavar="CRITERION",
            help=f"{named(CRITERIA)} (default: a number alone)",
        ),
        Flag("--label", metavar="KEY", help="the key of the label, with --by label"),
        Flag("--all", "-a", is_flag=True, help="deleted clusters, too"),
        *filter_flags(),
        Flag("--search", "--query", "search", metavar="TEXT", help="as of `clusters list`", group=GROUP),
        sort_rows_flag(),
        *output_flags(is_list=True, has_row_flags=False),
    ],
)
