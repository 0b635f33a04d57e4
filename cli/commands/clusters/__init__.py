"""`fleetgraph clusters`: the clusters, their state, and changing them."""

from cli.commands.clusters import changing, counting, creating, listing, showing, updating
from cli.grammar import Noun

COMMAND = Noun(
    "clusters",
    "List, show, count, create, update, upgrade, lock, stop, deploy and delete clusters.",
    [
        listing.LIST,
        showing.SHOW,
        counting.COUNT,
        creating.CREATE,
        updating.UPDATE,
        changing.UPGRADE,
        changing.FINALIZE_UPGRADE,
        changing.ROLL_BACK_UPGRADE,
        changing.LOCK,
        changing.UNLOCK,
        changing.STOP,
        changing.DEPLOY,
        changing.DELETE,
    ],
    default="list",
)
