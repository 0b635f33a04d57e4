"""`fleetgraph clusters`: the clusters, their state, and changing them."""

from cli.commands.clusters import changing, creating, listing, showing, updating
from cli.grammar import Noun

COMMAND = Noun(
    "clusters",
    "List, show, create, update, stop, deploy and delete clusters.",
    [
        listing.LIST,
        showing.SHOW,
        creating.CREATE,
        updating.UPDATE,
        changing.STOP,
        changing.DEPLOY,
        changing.DELETE,
    ],
    default="list",
)
