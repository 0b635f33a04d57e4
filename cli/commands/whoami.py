"""`fleetgraph whoami`: the Fleetgraph, the caller, and its scopes."""

from cli.documents import fleet as queries
from cli.formatting import moment
from cli.grammar import Options, Verb
from cli.lookup import qualified
from cli.output import output_flags, show_one
from cli.session import Session


def whoami(session: Session, options: Options) -> int:
    answer = session.client.ask(queries.VIEWER, {})
    viewer, rate, settings = answer["viewer"], answer["rateLimit"], session.settings
    accounts = viewer["accounts"]
    document = {"url": str(settings.url), "profile": settings.profile or None, **answer}
    facts = {
        "name": viewer["name"],
        "fleetgraph": str(settings.url),
        "profile": settings.profile,
        "scopes": ", ".join(viewer["scopes"]).lower(),
        "accounts": "all" if accounts is None else ", ".join(map(qualified, accounts["nodes"])) or "none",
        "credits": f"{rate['remaining']} of {rate['limit']}, all again {moment(rate['resetsAt'], session.clock.now())}",
    }
    return show_one(session, options, document, facts, name=str(viewer["name"]))


COMMAND = Verb(
    "whoami",
    whoami,
    "Show which Fleetgraph is asked, as whom, and what is allowed.",
    examples="""
fleetgraph whoami
fleetgraph whoami --jq .viewer.scopes
""",
    params=output_flags(),
)
