"""`fleetgraph clusters list`."""

from typing import Any

from cli.commands.clusters.filters import filter_flags, to_filter
from cli.commands.clusters.orders import sort_flags
from cli.documents import clusters as queries
from cli.formatting import freshness, limit, plain, since
from cli.grammar import Flag, Options, Verb
from cli.listing import Column, Listing
from cli.lookup import path_of
from cli.orders import to_order_by
from cli.output import output_flags, show_list
from cli.session import Session

PAGE = 100

SEVERITY = (
    "FAILED",
    "UNKNOWN",
    "DEGRADED",
    "DELETING",
    "STOPPING",
    "UPDATING",
    "PROVISIONING",
    "PENDING",
    "STOPPED",
    "READY",
    "DELETED",
)
"""The phases in the order of urgency: broken, unknown, in progress, fine."""


def list_clusters(session: Session, options: Options) -> int:
    variables = {
        "first": PAGE,
        "filter": to_filter(session, options, with_inactive=options.all),
        "search": options.search,
        "orderBy": to_order_by(options),
    }
    return show_list(session, options, lambda: _fetch(session, options, variables))


def _fetch(session: Session, options: Options, variables: dict[str, Any]) -> Listing:
    clusters: list[dict[str, Any]] = []
    coverage: dict[str, Any] = {}
    is_by_severity = options.attention and not options.sort
    limit = options.limit
    if limit is not None and not is_by_severity:
        variables = variables | {"first": min(limit, PAGE)}
    for page in session.client.pages(queries.CLUSTERS, variables, "clusters"):
        clusters += page["nodes"]
        coverage = page["coverage"]
        if limit is not None and len(clusters) >= limit and not is_by_severity:
            break
    if is_by_severity:
        clusters.sort(key=_severity)
    clusters = clusters[:limit]
    return Listing(
        document={"clusters": clusters, "coverage": coverage},
        rows=clusters,
        columns=_columns(session, with_reason=options.attention),
        name=path_of,
        empty="No cluster matches.",
        remarks=missing(coverage),
    )


def missing(coverage: dict[str, Any]) -> list[str]:
    """A remark about accounts that were not observed when due, if there are any."""
    if coverage["isComplete"]:
        return []
    named = [
        f"{account['name']} ({account['freshness']['state']})" for account in coverage["missing"]["nodes"]
    ]
    more = coverage["missingCount"] - len(named)
    names = ", ".join(named) + (f" and {more} more" if more else "")
    accounts = f"{coverage['missingCount']} of {coverage['accountCount']} accounts"
    return [plain(f"Not observed when due, {accounts}: {names}")]


def reason(cluster: dict[str, Any]) -> str:
    """The reason of the state: the provider's message, the open operation, or why the data is old."""
    status, failure = cluster["status"], cluster["freshness"]["lastFailure"]
    stale = failure["message"] if failure else ""
    doing = status["providerOperation"] or ""
    if cluster["operation"] is not None:
        doing = cluster["operation"]["kind"].lower().replace("_", " ")
    return " ".join(filter(None, [status["message"] or doing or status["providerPhase"], stale]))


def _severity(cluster: dict[str, Any]) -> tuple[int, str]:
    phase = cluster["status"]["phase"]
    return (SEVERITY.index(phase) if phase in SEVERITY else 0, cluster["status"]["since"])


def _columns(session: Session, *, with_reason: bool) -> list[Column]:
    now = session.clock.now
    return [
        Column(title="ACCOUNT", value=lambda node: node["account"]["name"]),
        Column(title="NAME", value=lambda node: node["name"]),
        Column(title="PHASE", value=lambda node: node["status"]["phase"], is_state=True),
        Column(title="FOR", value=lambda node: since(node["status"]["since"], now()), rank=2),
        Column(title="REASON", value=reason, is_wide=not with_reason, is_sentence=True),
        Column(title="VERSION", value=lambda node: node["version"], rank=6 if with_reason else 1),
        Column(title="PLAN", value=lambda node: node["plan"], rank=8),
        Column(title="CLOUD", value=lambda node: node["cloud"], rank=4),
        Column(title="REGIONS", value=lambda node: ", ".join(node["regions"]), rank=5),
        Column(title="NODES", value=lambda node: node["capacity"]["nodeCount"], rank=6),
        Column(title="LIMIT", value=lambda node: limit(node["spendLimit"]), rank=7),
        Column(title="SEEN", value=lambda node: freshness(node["freshness"]), rank=3),
        Column(title="UPGRADE", value=lambda node: node["availableVersion"], is_wide=True),
        Column(title="PROVIDER", value=lambda node: node["provider"]["name"], is_wide=True),
        Column(title="ID", value=lambda node: node["id"], is_wide=True),
    ]


LIST = Verb(
    "list",
    list_clusters,
    "List clusters as last observed.",
    about="""
Filters are combined; one that is given several times matches any of its values. With --attention, those that need
somebody most come first, each with the reason. --search takes words, and qualifiers such as label.env=prod, -plan:basic
or created:>2026-01-01.
""",
    examples="""
fleetgraph clusters list
fleetgraph clusters list --attention
fleetgraph clusters list --provider kupe --phase degraded --phase failed
fleetgraph clusters list --account "Meridian Freight" --region eu-west-1 --json
fleetgraph clusters list --cloud gcp -o name
fleetgraph clusters list --search 'cloud:aws -phase:ready region:eu-*'
fleetgraph clusters list --sort nodes:desc --limit 5
fleetgraph clusters list --jq '.clusters[] | select(.status.phase == "FAILED") | .name'
""",
    params=[
        *filter_flags(),
        Flag("--search", metavar="TEXT", help="words and qualifiers, as on the page", group="which clusters"),
        Flag("--all", is_flag=True, help="deleted and never started ones, too", group="which clusters"),
        *sort_flags(),
        *output_flags(is_list=True, has_row_flags=False),
    ],
)
