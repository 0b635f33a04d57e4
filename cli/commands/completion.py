"""`fleetgraph completion`: the script with which a shell completes."""

import click

from cli.errors import Exit
from cli.grammar import Options, Verb
from cli.session import Session

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_FLEETGRAPH_COMPLETE"
"""The environment variable with which the shell asks for a completion."""


def completion(session: Session, options: Options) -> int:
    from click.shell_completion import get_completion_class

    from cli.main import ROOT

    shell = get_completion_class(str(options.shell))
    assert shell is not None
    session.screen.say(shell(ROOT, {}, "fleetgraph", VARIABLE).source())
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
    params=[click.Argument(["shell"], type=click.Choice(SHELLS), metavar="SHELL")],
    is_local=True,
)
