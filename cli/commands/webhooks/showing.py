"""`fleetgraph webhooks show`."""

from cli.commands.webhooks.webhook import WEBHOOK, find, paused, sends
from cli.formatting import moment
from cli.grammar import Options, Verb
from cli.kinds import lower
from cli.output import output_flags, show_one
from cli.session import Session


def show_webhook(session: Session, options: Options) -> int:
    webhook, now = find(session, options.which), session.clock.now()
    facts = {
        "name": webhook["name"],
        "id": webhook["id"],
        "to": webhook["origin"],
        "form": lower(webhook["form"]),
        "sends": sends(webhook),
        "made": f"{moment(webhook['createdAt'], now)}, by {webhook['createdBy']}",
        "delivered": moment(webhook["deliveredAt"], now),
        "paused": paused(webhook, now),
        "failing since": moment(webhook["failingSince"], now),
        "failure": webhook["failure"] or "",
        "waiting": str(webhook["waitingCount"]),
        "dead": str(webhook["deadCount"]),
    }
    return show_one(session, options, webhook, facts, name=str(webhook["name"]))


SHOW = Verb(
    "show",
    show_webhook,
    "Show one webhook.",
    examples="fleetgraph webhooks show pager",
    params=[WEBHOOK, *output_flags()],
)
