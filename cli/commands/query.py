"""`fleetgraph query`: sends any document, for what no other command does."""

import click

from cli.errors import Exit, GraphQLErrors, UsageError
from cli.files import read_object, read_text
from cli.grammar import Flag, Options, Verb
from cli.output import dump, form_of, output_flags
from cli.session import Session


def query(session: Session, options: Options) -> int:
    if options.file == options.variables == "-":
        raise UsageError("Standard input holds the document or the variables, not both.")
    form = form_of(options)
    if form in ("csv", "name", "wide"):
        raise UsageError(
            f"The answer to a document has no form {form}.", "There are json and yaml, and --jq."
        )
    document = _read(session, options.file)
    variables = {} if options.variables is None else read_object(session, options.variables)
    try:
        answer = session.client.ask(document, variables, operation=options.operation)
    except GraphQLErrors as errors:
        if errors.data is not None:
            dump(session.screen, options, form, errors.data)
        raise errors.of_their_document() from None
    dump(session.screen, options, form, answer)
    return Exit.OK


def _read(session: Session, file: str) -> str:
    try:
        document = read_text(session, file)
    except UsageError:
        if "{" not in file:
            raise
        raise UsageError(
            "query takes a file.", "To give the document itself: echo '...' | fleetgraph query -"
        ) from None
    if not document.strip():
        raise UsageError(f"{'Standard input' if file == '-' else file} holds no document.")
    return document


COMMAND = Verb(
    "query",
    query,
    "Send a GraphQL document and print the data of its answer as JSON.",
    about="""
FILE is the document; - reads standard input. Ends with 1 when the answer has errors, which go to standard error.
""",
    examples="""
echo '{ fleet { clusterCount } }' | fleetgraph query -
echo '{ clusters { nodes { name } } }' | fleetgraph query - --jq '.clusters.nodes[].name'
fleetgraph query graphql/operations/fleet.graphql
fleetgraph query graphql/operations/cluster.graphql --variables graphql/operations/cluster.variables.json
echo '{"first": 3}' | fleetgraph query graphql/operations/operations.graphql --variables - --operation Operations
""",
    params=[
        click.Argument(["file"], metavar="FILE"),
        Flag("--variables", metavar="FILE", help="a JSON object; - reads standard input"),
        Flag("--operation", metavar="NAME", help="which one, where the document has several"),
        *output_flags(),
    ],
)
