"""The flags that choose providers and accounts, which many verbs take."""

from cli.grammar import Flag
from cli.kinds import Named, ProviderKind, named
from cli.specs import PROVIDERS


def providers_flag(group: str = "") -> Flag:
    return Flag(
        "--provider",
        multiple=True,
        type=ProviderKind(PROVIDERS),
        metavar="PROVIDER",
        help=named(PROVIDERS),
        group=group,
    )


def accounts_flag(explained: str = "name, provider/name or ID", group: str = "") -> Flag:
    return Flag(
        "--account", multiple=True, type=Named("account"), metavar="ACCOUNT", help=explained, group=group
    )
