"""`fleetgraph query`: any document, for what no other command does."""

import argparse

from cli.arguments import Commands
from cli.errors import Exit, GraphQLErrors, UsageError
from cli.files import read_object, read_text
from cli.session import Session


def register(commands: Commands) -> None:
    parser = commands.add(
        "query",
        query,
        "Send a GraphQL document and print the data of its answer as JSON.",
        description="Ends with 1 when the answer has errors, which go to standard error.",
        examples="""
fleetgraph query graphql/operations/fleet.graphql
fleetgraph query graphql/operations/cluster.graphql --variables graphql/operations/cluster.variables.json
echo '{ fleet { clusterCount } }' | fleetgraph query -
echo '{"id": "..."}' | fleetgraph query cluster.graphql --variables - --operation Cluster
""",
    )
    parser.add_argument("file", metavar="FILE", help="the document; - reads standard input")
    parser.add_argument("--variables", metavar="FILE", help="a JSON object; - reads standard input")
    parser.add_argument("--operation", metavar="NAME", help="which one, where the document has several")


def query(session: Session, options: argparse.Namespace) -> int:
    if options.file == options.variables == "-":
        raise UsageError("Standard input holds the document or the variables, not both.")
    document = read_text(session, options.file)
    variables = {} if options.variables is None else read_object(session, options.variables)
    try:
        session.screen.dump(session.client.ask(document, variables, operation=options.operation))
    except GraphQLErrors as errors:
        if errors.data is not None:
            session.screen.dump(errors.data)
        raise
    return Exit.OK
