"""`fleetgraph completion`: the script with which a shell completes."""

import click

from cli.errors import Exit
from cli.grammar import Options, Verb
from cli.session import Session
from cli.shells import SHELLS, VARIABLE


def completion(session: Session, options: Options) -> int:
    root = click.get_current_context().find_root().command
    session.screen.say(SHELLS[str(options.shell)](root, {}, "fleetgraph", VARIABLE).source())
    return Exit.OK


COMMAND = Verb(
    "completion",
    completion,
    "Print what makes a shell complete commands, flags, and names of clusters and accounts.",
    examples="""
eval "$(fleetgraph completion bash)"
fleetgraph completion zsh > _fleetgraph
fleetgraph completion fish > fleetgraph.fish
""",
    params=[click.Argument(["shell"], type=click.Choice(list(SHELLS)), metavar="SHELL")],
    is_local=True,
)
