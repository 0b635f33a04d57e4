"""`fleetgraph plans`: what a dry run showed."""

import click

from cli.changes import carry_out, following_flags
from cli.documents import change
from cli.grammar import Noun, Options, Verb
from cli.session import Session


def apply_plan(session: Session, options: Options) -> int:
    return carry_out(session, options, change.APPLY_PLAN, {"digest": options.digest})


COMMAND = Noun(
    "plans",
    "Make the change of a dry run, exactly as it was shown.",
    [
        Verb(
            "apply",
            apply_plan,
            "Send exactly the requests that a dry run showed, or refuse because something has moved.",
            about="DIGEST is what --dry-run names. A plan is its maker's, and good for 15 minutes.",
            examples="""
fleetgraph plans apply "$(fleetgraph clusters update "Acme Tools/build-farm" --memory 40Gi --dry-run -o name)" --wait
""",
            params=[click.Argument(["digest"], metavar="DIGEST"), *following_flags()],
        ),
    ],
)
