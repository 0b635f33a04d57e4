"""`fleetgraph wait`: waits until a condition is true."""

from typing import Any

import click

from cli.changes import OperationWatch, timeout_flag
from cli.commands.clusters.filters import filter_flags, is_filtered, to_filter
from cli.commands.clusters.showing import CALLED
from cli.documents import clusters as queries
from cli.errors import Exit, NotThere, UsageError
from cli.follow import Observe, follow
from cli.goals import GONE, Goal, read_goal
from cli.grammar import Flag, Options, Verb
from cli.kinds import Named
from cli.session import Session
from cli.watch import ClusterWatch

MOST = 500
"""The most clusters in one wait: five requests each time."""


def wait(session: Session, options: Options) -> int:
    observe = _watch(session, options)
    if observe is None:
        session.screen.tell("No cluster matches: there is nothing to wait for.")
        return Exit.OK
    return follow(session, observe, timeout_seconds=options.timeout, is_json=options.is_json)


def _watch(session: Session, options: Options) -> Observe | None:
    goal = options.goal or "ready"
    operation = options.operation
    if goal.lower().startswith("operation="):
        operation = operation or goal.partition("=")[2]
    elif operation is not None and options.goal is not None:
        raise UsageError("An operation is waited for until it is done.", "Leave out --for.")
    is_wide = options.all or is_filtered(options)
    if sum([operation is not None, bool(options.clusters), is_wide]) != 1:
        raise UsageError(
            "What to wait for is said once:",
            "by names of clusters, by --all or filters, or by --operation.",
        )
    if operation is not None:
        return OperationWatch(session.client, operation)
    aim = read_goal(goal)
    references = options.clusters or _matching(session, options, aim)
    if not references and not (aim.phases and aim.phases <= GONE):
        raise NotThere("No cluster matches: there is nothing to wait for.")
    if not references:
        return None
    return ClusterWatch(session.client, references, aim, may_appear=options.create)


def _matching(session: Session, options: Options, goal: Goal) -> list[str]:
    """The IDs of the clusters that match now. It does not wait for later ones."""
    if options.create:
        raise UsageError("--create waits for a name.", "Leave it out, or name the clusters.")
    where: dict[str, Any] = to_filter(session, options)
    ids = []
    for page in session.client.pages(queries.CLUSTERS_NAMED, {"filter": where}, "clusters"):
        ids += [str(node["id"]) for node in page["nodes"]]
        if len(ids) > MOST:
            raise UsageError(f"More than {MOST} clusters match.", "Narrow it with filters.")
    return ids


COMMAND = Verb(
    "wait",
    wait,
    "Wait until clusters are where you want them, or an operation is done.",
    about=f"""
{CALLED}

--for takes ready, stopped or deleted; phase=PHASE, or several as in phase=ready,stopped; any field of a cluster as
the schema calls it, as in version=v25.4 or capacity.nodeCount=3; or operation=ID. Several clusters are waited for
until all of them are there.

What is shown counts only while it is current, and a change that its provider has accepted and not applied yet is not
done. A name that is not there is an error, unless it is being created or --create is given; where it is to be deleted,
it counts as deleted once every account in question was seen. Filters that no cluster matches are an error, too, unless
for deleted.

Ends with 0 when it is so, with 1 as soon as one of them cannot become so, with 2 when the time is up, with 6 where the
provider refused or did not answer.
""",
    examples="""
fleetgraph wait "Acme Tools/production" --for ready --timeout 15m
fleetgraph wait shipments-ledger fuel-cards --for phase=ready,stopped
fleetgraph wait --account "Halcyon Pay" --for ready --json
fleetgraph wait fuel-cards --for version=v25.4.1
fleetgraph wait --operation "$(fleetgraph clusters update reporting --cpu 4 -o name)"
fleetgraph wait "Acme Tools/no-such-cluster" --for deleted && echo gone
""",
    params=[
        click.Argument(["clusters"], metavar="[CLUSTER]...", nargs=-1, type=Named("cluster")),
        Flag(
            "--for",
            "goal",
            metavar="GOAL",
            help="ready (default), stopped, deleted, phase=, FIELD=, operation=",
        ),
        Flag("--operation", metavar="ID", help="until this change is done; the same as --for operation=ID"),
        Flag("--create", is_flag=True, help="wait for a cluster of that name to appear"),
        timeout_flag(group=""),
        Flag("--json", "is_json", is_flag=True, help="an event a line, in JSON"),
        Flag("--all", is_flag=True, help="every cluster that there is", group="which clusters"),
        *filter_flags(),
    ],
)
