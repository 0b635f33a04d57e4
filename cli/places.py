"""The module of each command, so that only the used one is imported, and the short forms."""

from collections.abc import Mapping, Sequence

from cli.grammar import Place

SEE, CHANGE, KNOW, SET_UP = "See", "Change", "Know what there is", "Set up"


def _place(name: str, section: str, summary: str) -> tuple[str, Place]:
    module = f"cli.commands.{name.replace('-', '_')}"
    return name, Place(module=module, section=section, summary=summary)


PLACES: Mapping[str, Place] = dict(
    [
        _place(
            "clusters",
            SEE,
            "List, show, count, create, update, upgrade, lock, stop, deploy and delete clusters.",
        ),
        _place("fleet", SEE, "Show the whole fleet in numbers, and what they leave out."),
        _place("activity", SEE, "List what happened in the fleet."),
        _place("nodes", SEE, "List the nodes of a cluster; cordon, uncordon and drain one."),
        _place("spend", SEE, "List what accounts cost: the running period and the last ones."),
        _place("open", SEE, "Open a cluster's page in its provider's console."),
        _place(
            "mcp",
            SEE,
            "Serve the Model Context Protocol, so that an assistant can read the fleet and plan changes.",
        ),
        _place("query", SEE, "Send a GraphQL document and print the data of its answer as JSON."),
        _place(
            "spend-limits",
            CHANGE,
            "List, show, set and clear the most that clusters may spend or use per month.",
        ),
        _place(
            "integrations",
            CHANGE,
            "List, show, create, update and delete integrations with clouds, registries and domain hosts.",
        ),
        _place(
            "envelopes",
            CHANGE,
            "List, show, set and delete what sets of accounts or labelled clusters may cost a month.",
        ),
        _place("plans", CHANGE, "Make the change of a dry run, exactly as it was shown."),
        _place("allowlist", CHANGE, "List, add and remove the networks that may connect to a cluster."),
        _place("operations", CHANGE, "List and show the changes that were asked for here."),
        _place("wait", CHANGE, "Wait until clusters are where you want them, or an operation is done."),
        _place("providers", KNOW, "List the providers, and show what each can and why not where it cannot."),
        _place("regions", KNOW, "List the regions in which accounts can create clusters."),
        _place(
            "versions", KNOW, "List the versions that new clusters can have, and those that clusters run."
        ),
        _place("machine-types", KNOW, "List the machine types that accounts can build nodes of."),
        _place(
            "accounts", SET_UP, "List, show, connect and disconnect the provider accounts that are observed."
        ),
        _place("audit", SET_UP, "List who changed accounts, tokens, keys and webhooks here."),
        _place("keys", SET_UP, "Make, list and revoke keys of this Fleetgraph."),
        _place(
            "webhooks", SET_UP, "Make, change, pause and delete webhooks, and replay what did not arrive."
        ),
        _place("login", SET_UP, "Keep the address and the key of a Fleetgraph, as a profile."),
        _place("profiles", SET_UP, "List the Fleetgraphs that are kept, choose one, remove one."),
        _place("whoami", SET_UP, "Show which Fleetgraph is asked, as whom, and what is allowed."),
        _place(
            "completion",
            SET_UP,
            "Print what makes a shell complete commands, flags, and names of clusters and accounts.",
        ),
        _place("help", SET_UP, "Show what a command does, with examples."),
        _place("version", SET_UP, "Show the version of this command."),
    ]
)

SHORT_FORMS: Mapping[str, Sequence[str]] = {
    "cluster": ("clusters", "show"),
    "create": ("clusters", "create"),
    "update": ("clusters", "update"),
    "stop": ("clusters", "stop"),
    "deploy": ("clusters", "deploy"),
    "delete": ("clusters", "delete"),
    "account": ("accounts", "show"),
    "connect": ("accounts", "connect"),
    "replace-token": ("accounts", "replace-token"),
    "disconnect": ("accounts", "disconnect"),
    "refresh": ("accounts", "refresh"),
    "operation": ("operations", "show"),
    "integration": ("integrations", "show"),
    "provider": ("providers", "show"),
    "spend-limit": ("spend-limits",),
    "node": ("nodes",),
    "key": ("keys",),
    "webhook": ("webhooks", "show"),
    "profile": ("profiles",),
    "plan": ("plans",),
    "region": ("regions",),
    "machine-type": ("machine-types",),
}
"""Short forms of common commands, and nouns in the singular."""
