"""`fleetgraph clusters count`."""

from typing import Any

from cli.commands.clusters.filters import filter_flags, to_filter
from cli.documents import read
from cli.errors import UsageError
from cli.formatting import money
from cli.grammar import Flag, Options, Verb
from cli.kinds import EnumValue, named
from cli.output import Listing, output_flags, show_list
from cli.session import Session
from cli.tables import Column

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
    one = {"by": options.by} | ({} if options.label is None else {"label": options.label})
    variables = {
        "by": [one],
        "filter": to_filter(session, options, with_inactive=options.all),
        "search": options.query,
    }
    return show_list(session, options, lambda: _fetch(session, variables))


def _fetch(session: Session, variables: dict[str, Any]) -> Listing:
    (facet,) = session.client.ask(read.FACETS, variables)["clusterFacets"]
    buckets = facet["buckets"]
    left_out = facet["leftOut"]
    return Listing(
        document={"buckets": buckets, "leftOut": left_out},
        rows=buckets,
        columns=COLUMNS,
        name=lambda bucket: str(bucket["value"] or ""),
        empty="No cluster matches.",
        remarks=[f"{left_out} more values are not shown."] if left_out else [],
    )


COLUMNS = (
    Column(title="VALUE", value=lambda bucket: bucket["displayName"] or bucket["value"]),
    Column(title="CLUSTERS", value=lambda bucket: bucket["clusterCount"]),
    Column(title="NODES", value=lambda bucket: bucket["nodeCount"], rank=1),
    Column(title="LIMITS", value=lambda bucket: ", ".join(map(money, bucket["spendLimits"])), rank=2),
)

COUNT = Verb(
    "count",
    count_clusters,
    "Count clusters by a criterion.",
    examples="""
fleetgraph clusters count --by phase
fleetgraph clusters count --by label --label env --account "Meridian Freight"
fleetgraph clusters count --by region --query "provider:cockroachdb"
""",
    params=[
        Flag(
            "--by",
            required=True,
            type=EnumValue(CRITERIA),
            metavar="CRITERION",
            help=named(CRITERIA),
        ),
        Flag("--label", metavar="KEY", help="the key of the label, with --by label"),
        Flag("--query", metavar="SEARCH", help="only clusters that this search of `clusters list` finds"),
        Flag("--all", "-a", is_flag=True, help="deleted clusters, too"),
        *filter_flags(),
        *output_flags(is_list=True),
    ],
)
