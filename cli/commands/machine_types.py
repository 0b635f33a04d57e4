"""`fleetgraph machine-types`: the machine types of nodes."""

from cli.catalog import accounts_of, catalog_flags, read_catalog
from cli.documents import catalog as queries
from cli.formatting import cores, mebibytes
from cli.grammar import Flag, Noun, Options, Verb
from cli.listing import Column
from cli.output import output_flags, show_list
from cli.session import Session

COLUMNS = (
    Column(title="NAME", value=lambda node: node["name"]),
    Column(title="CLOUD", value=lambda node: node["cloud"]),
    Column(title="REGION", value=lambda node: node["region"] or "all", rank=1),
    Column(title="CORES", value=lambda node: cores(node["cpuMillicores"])),
    Column(
        title="MEMORY", value=lambda node: mebibytes(node["memoryMiB"]), order=lambda node: node["memoryMiB"]
    ),
)


def list_machine_types(session: Session, options: Options) -> int:
    accounts = accounts_of(session, options)
    return show_list(
        session,
        options,
        lambda: read_catalog(
            session,
            accounts,
            queries.MACHINE_TYPES,
            "instanceTypes",
            "LIST_INSTANCE_TYPES",
            {"cloud": options.cloud, "region": options.region},
            columns=COLUMNS,
            what="machine types",
            is_named=bool(options.account),
        ),
    )


COMMAND = Noun(
    "machine-types",
    "List the machine types that accounts can build nodes of.",
    [
        Verb(
            "list",
            list_machine_types,
            "List the machine types that accounts can build nodes of.",
            examples="""
fleetgraph machine-types list --account "Orchard Grocers" --cloud aws --region eu-west-3
fleetgraph machine-types list --account "Tidewater Studio" --json
""",
            params=[*catalog_flags(), Flag("--region", metavar="REGION"), *output_flags(is_list=True)],
        )
    ],
    default="list",
)
