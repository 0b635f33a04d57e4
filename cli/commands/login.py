"""`fleetgraph login`: tries the address and key of a Fleetgraph and stores them as a profile."""

import getpass
from dataclasses import replace

import click

from cli import keyrings
from cli.client import Client
from cli.documents import fleet as queries
from cli.errors import Exit, UsageError
from cli.formatting import plain
from cli.grammar import Flag, Options, Verb
from cli.profiles import Profile, chosen_name, config_path, read_config, to_profiles, write_profile
from cli.session import Session
from cli.settings import make_settings


def login(session: Session, options: Options) -> int:
    path = config_path(session.environment)
    config = read_config(path) or {}
    known = to_profiles(path, config)
    name = options.name or chosen_name(config) or "default"
    url = (
        options.url
        or (known[name].url if name in known else None)
        or session.environment.get("FLEETGRAPH_URL")
    )
    if not url:
        raise UsageError(
            "Which Fleetgraph it is has to be said.",
            "Give --url, e.g. --url https://fleet.example.com/graphql",
        )
    settings = make_settings(url, _read_key(session, options))
    client = Client(settings)
    try:
        viewer = client.ask(queries.VIEWER, {})["viewer"]
    finally:
        client.close()
    profile = Profile(name=name, url=str(settings.url))
    place = "no key"
    if settings.key is not None:
        profile, place = _keep(session, profile, settings.key, options)
    write_profile(path, profile)
    session.screen.say(
        plain(f"You are {viewer['name']} at {settings.url}: the profile {name} in {path}, {place}.")
    )
    return Exit.OK


def _keep(session: Session, profile: Profile, key: str, options: Options) -> tuple[Profile, str]:
    if options.keyring is not False and keyrings.is_available():
        keyrings.keep_key(profile.url, profile.name, key)
        return replace(profile, is_in_keyring=True), "its key in the system's keyring"
    if options.keyring:
        raise UsageError(
            "There is no keyring here.", "Install fleetgraph-cli[keyring], or leave out --keyring."
        )
    return replace(profile, key=key), "its key in that file, which only you can read"


def _read_key(session: Session, options: Options) -> str | None:
    """The key. Null if the Fleetgraph needs none. A person is asked for it, without echo."""
    if options.no_key:
        return None
    if session.input.isatty():
        return getpass.getpass("Key: ").strip() or None
    return session.input.read().strip() or None


COMMAND = Verb(
    "login",
    login,
    "Keep the address and the key of a Fleetgraph, as a profile.",
    about="""
The key is asked for, or comes from standard input: others can see arguments. It is tried, and kept in the system's
keyring where there is one, else in the configuration file. The profile becomes the one that is used.
""",
    examples="""
fleetgraph login sandbox --url "$FLEETGRAPH_URL" --no-key
fleetgraph login production --url "$FLEETGRAPH_URL" < ci.key
""",
    is_local=True,
    params=[
        click.Argument(["name"], metavar="[PROFILE]", required=False),
        Flag("--url", metavar="URL", help="its GraphQL endpoint (default: that of the profile)"),
        Flag("--no-key", is_flag=True, help="this Fleetgraph asks for no key"),
        Flag(
            "--keyring/--no-keyring",
            default=None,
            help="where the key is kept (default: a keyring if there is one)",
        ),
    ],
)
