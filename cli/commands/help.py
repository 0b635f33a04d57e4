"""`fleetgraph help`: the same as --help."""

import click

from cli.errors import Exit
from cli.grammar import Options, Verb, unknown_command
from cli.session import Session


def show_help(session: Session, options: Options) -> int:
    from cli.main import ROOT

    command: click.Command = ROOT
    words = list(options.command)
    context = click.Context(ROOT, info_name="fleetgraph", obj=session, **ROOT.context_settings)
    with context:
        if words:
            words = ROOT.long_form(context, words)
        for word in words:
            found = command.get_command(context, word) if isinstance(command, click.Group) else None
            if found is None:
                known = command.list_commands(context) if isinstance(command, click.Group) else []
                raise unknown_command(context, word, known)
            command = found
            context = click.Context(
                command, info_name=word, parent=context, obj=session, **command.context_settings
            )
        session.screen.say(command.get_help(context))
    return Exit.OK


COMMAND = Verb(
    "help",
    show_help,
    "Show what a command does, with examples.",
    examples="""
fleetgraph help
fleetgraph help clusters create kupe
""",
    params=[click.Argument(["command"], metavar="[COMMAND]...", nargs=-1)],
    is_local=True,
)
