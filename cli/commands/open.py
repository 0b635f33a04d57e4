"""`fleetgraph open`: a cluster's page in its provider's console."""

import webbrowser

from cli.commands.clusters.showing import CALLED, cluster_argument
from cli.documents import fleet as queries
from cli.errors import CannotBecome, Exit
from cli.grammar import Flag, Options, Verb
from cli.lookup import need_cluster, path_of
from cli.session import Session


def open_console(session: Session, options: Options) -> int:
    found = need_cluster(session.client, options.cluster)
    cluster = session.client.ask(queries.CONSOLE, {"id": found["id"]})["cluster"] or {}
    url = str(cluster.get("consoleUrl") or "")
    if not url.startswith("https://"):
        name = found["account"]["provider"]["name"]
        raise CannotBecome(f"No page of {path_of(found)} in the console of {name} is known.")
    session.screen.say(url)
    if not options.print_only and not webbrowser.open(url):
        session.screen.tell("No browser could be started: open the address yourself.")
    return Exit.OK


COMMAND = Verb(
    "open",
    open_console,
    "Open a cluster's page in its provider's console.",
    about=CALLED,
    examples="""
fleetgraph open shipments-ledger --print
""",
    params=[
        cluster_argument(),
        Flag("--print", "print_only", is_flag=True, help="print the address, and start no browser"),
    ],
)
