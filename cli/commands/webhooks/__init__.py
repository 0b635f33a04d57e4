"""`fleetgraph webhooks`: where what happens is sent. It needs a key with the scope ADMIN."""

from cli.commands.webhooks import changing, delivering, listing, showing
from cli.grammar import Noun

COMMAND = Noun(
    "webhooks",
    "Make, change, pause and delete webhooks, and replay what did not arrive.",
    [
        listing.LIST,
        changing.CREATE,
        changing.UPDATE,
        changing.PAUSE,
        changing.RESUME,
        delivering.TEST,
        showing.SHOW,
        delivering.DEAD,
        delivering.REPLAY,
        changing.DELETE,
    ],
    default="list",
)
