"""`fleetgraph profiles`: the stored profiles, and which one is used."""

from pathlib import Path
from typing import Any

import click

from cli import keyrings
from cli.errors import Exit, NotThere
from cli.formatting import plain
from cli.grammar import Noun, Options, Verb
from cli.listing import Column, Listing
from cli.lookup import meant
from cli.output import output_flags, show_list
from cli.profiles import Profile, choose, chosen_name, config_path, read_config, remove, to_profiles
from cli.session import Session


def list_profiles(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _fetch(session))


def use_profile(session: Session, options: Options) -> int:
    path, profile = _find(session, options.name)
    choose(path, profile.name)
    session.screen.say(plain(f"{profile.name} at {profile.url} is used from now on."))
    return Exit.OK


def remove_profile(session: Session, options: Options) -> int:
    path, profile = _find(session, options.name)
    if profile.is_in_keyring:
        keyrings.forget_key(profile.url, profile.name)
    remove(path, profile.name)
    session.screen.say(plain(f"{profile.name} is removed. Its key stays valid until it is revoked."))
    return Exit.OK


def _fetch(session: Session) -> Listing:
    path = config_path(session.environment)
    config = read_config(path) or {}
    used = chosen_name(config)
    rows = [
        {"name": one.name, "url": one.url, "isUsed": one.name == used, "key": _key(one)}
        for one in to_profiles(path, config).values()
    ]
    return Listing(
        document={"profiles": rows},
        rows=rows,
        columns=COLUMNS,
        name=lambda row: str(row["name"]),
        empty="There are no profiles. `fleetgraph login` makes one.",
    )


def _key(profile: Profile) -> str:
    if profile.is_in_keyring:
        return "in the keyring"
    return "in the file" if profile.key else "none"


def _find(session: Session, name: str) -> tuple[Path, Profile]:
    path = config_path(session.environment)
    profiles = to_profiles(path, read_config(path) or {})
    if name not in profiles:
        raise NotThere(f"There is no profile {name}.", meant(name, profiles, "fleetgraph profiles list"))
    return path, profiles[name]


def _used(row: dict[str, Any]) -> str:
    return "yes" if row["isUsed"] else "no"


COLUMNS = (
    Column(title="NAME", value=lambda row: row["name"]),
    Column(title="USED", value=_used, is_state=True),
    Column(title="KEY", value=lambda row: row["key"]),
    Column(title="URL", value=lambda row: row["url"]),
)


def _name() -> click.Parameter:
    return click.Argument(["name"], metavar="PROFILE")


COMMAND = Noun(
    "profiles",
    "List the Fleetgraphs that are kept, choose one, remove one.",
    [
        Verb(
            "list",
            list_profiles,
            "List the profiles. Keys are not shown.",
            examples="fleetgraph profiles list",
            params=output_flags(is_list=True),
            is_local=True,
        ),
        Verb(
            "use",
            use_profile,
            "Choose the profile that is used when none is named.",
            examples="fleetgraph profiles use sandbox",
            params=[_name()],
            is_local=True,
        ),
        Verb(
            "remove",
            remove_profile,
            "Remove a profile, and its key from the system's keyring.",
            examples="fleetgraph profiles remove production",
            params=[_name()],
            is_local=True,
        ),
    ],
    default="list",
)
