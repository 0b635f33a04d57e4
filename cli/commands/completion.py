"""`fleetgraph completion`: the script with which a shell completes."""

import click

from cli.errors import Exit
from cli.grammar import Options, Verb
from cli.session import Session
from cli.shells import SHELLS

VARIABLE = "_FLEETGRAPH_COMPLETE"
"""The environment variable with which the shell asks for a completion."""


def completion(session: Session, options: Options) -> int:
    from cli.main import ROOT

    session.screen.say(SHELLS[str(options.shell)](ROOT, {}, "fleetgraph", VARIABLE).source())
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
