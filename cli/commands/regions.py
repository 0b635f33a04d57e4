"""`fleetgraph regions`: where clusters can be created."""

from cli.catalog import accounts_of, catalog_flags, read_catalog
from cli.documents import catalog as queries
from cli.grammar import Noun, Options, Verb
from cli.listing import Column
from cli.output import output_flags, show_list
from cli.session import Session

COLUMNS = (
    Column(title="NAME", value=lambda node: node["name"]),
    Column(title="CLOUD", value=lambda node: node["cloud"]),
    Column(title="LOCATION", value=lambda node: node["location"], rank=1),
    Column(
        title="SERVERLESS", value=lambda node: {True: "yes", False: "no"}.get(node["isServerless"]), rank=2
    ),
)


def list_regions(session: Session, options: Options) -> int:
    accounts = accounts_of(session, options)
    return show_list(
        session,
        options,
        lambda: read_catalog(
            session,
            accounts,
            queries.REGIONS,
            "regions",
            "LIST_REGIONS",
            {"cloud": options.cloud},
            columns=COLUMNS,
            what="regions",
            is_named=bool(options.account),
        ),
    )


COMMAND = Noun(
    "regions",
    "List the regions in which accounts can create clusters.",
    [
        Verb(
            "list",
            list_regions,
            "List the regions in which accounts can create clusters.",
            examples="""
fleetgraph regions list --account "Meridian Freight"
fleetgraph regions list --cloud aws -o csv
""",
            params=[*catalog_flags(), *output_flags(is_list=True)],
        )
    ],
    default="list",
)
