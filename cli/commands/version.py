"""`fleetgraph version`."""

from cli import __version__
from cli.errors import Exit
from cli.grammar import Options, Verb
from cli.session import Session


def show_version(session: Session, options: Options) -> int:
    session.screen.say(f"fleetgraph {__version__}")
    return Exit.OK


COMMAND = Verb(
    "version",
    show_version,
    "Show the version of this command.",
    examples="fleetgraph version",
    is_local=True,
)
