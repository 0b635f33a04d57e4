"""Profiles: the Fleetgraphs that a person uses, by name. `fleetgraph login` writes them.

The file is `fleetgraph/config.toml` in $XDG_CONFIG_HOME or ~/.config:

    profile = "production"          # the default profile

    [profiles.production]
    url = "https://fleet.example.com/graphql"
    keyring = true                  # its key is in the system's keyring; or key = "..."
"""

import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli import keyrings
from cli.errors import UsageError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

MEMBERS: Mapping[str, type] = {"url": str, "key": str, "keyring": bool}


@dataclass(frozen=True, kw_only=True)
class Profile:
    name: str
    url: str
    key: str | None = field(default=None, repr=False)
    is_in_keyring: bool = False

    def read_key(self) -> str | None:
        """The key. Raises UsageError if the system's keyring should have it and does not return it."""
        if self.key is None and self.is_in_keyring:
            return keyrings.read_key(self.url, self.name)
        return self.key


def config_path(environment: Mapping[str, str]) -> Path:
    if base := environment.get("XDG_CONFIG_HOME"):
        return Path(base) / "fleetgraph" / "config.toml"
    home = environment.get("HOME")
    return (Path(home) if home else Path.home()) / ".config" / "fleetgraph" / "config.toml"


def read_profile(path: Path, name: str | None, remark: Callable[[str], None]) -> Profile | None:
    """The profile with a name, else the default profile, else null. Raises UsageError."""
    config = read_config(path)
    if config is None:
        if name is not None:
            raise UsageError(
                f"There is no {path} to find the profile {name} in.", f"`fleetgraph login {name}` makes both."
            )
        return None
    profiles = to_profiles(path, config)
    name = name or chosen_name(config)
    if name is None:
        return None
    if name not in profiles:
        close = get_close_matches(name, profiles, n=1)
        meant = f"Did you mean {close[0]}?" if close else "Add it with `fleetgraph login`, or name another."
        raise UsageError(f"{path} has no [profiles.{name}].", meant)
    if any(profile.key for profile in profiles.values()) and _is_open_to_others(path):
        remark(f"fleetgraph: others can read the keys in {path}. Close it: chmod 600 {path}")
    return profiles[name]


def read_config(path: Path) -> dict[str, Any] | None:
    """The file, with a check of its top level. Null if it does not exist. Raises UsageError."""
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", "docs/cli.md shows how it looks.") from error
    if isinstance(config.get("profile"), dict):
        name = next(iter(config["profile"]), "name")
        raise UsageError(f"{path}: [profile.{name}] is AWS's spelling.", f"Write [profiles.{name}].")
    _check_names(config, ("profile", "profiles"), f"{path}")
    return config


def chosen_name(config: dict[str, Any]) -> str | None:
    name = config.get("profile")
    return None if name is None else str(name)


def to_profiles(path: Path, config: dict[str, Any]) -> dict[str, Profile]:
    """The profiles by name. Raises UsageError for an unknown entry."""
    tables = config.get("profiles", {})
    if not isinstance(tables, dict):
        raise UsageError(
            f"{path}: profiles are tables.", 'Write [profiles.production] and, below it, url = "...".'
        )
    return {name: _to_profile(path, name, table) for name, table in tables.items()}


def write_profile(path: Path, profile: Profile) -> None:
    """Adds or replaces a profile and makes it the default. The rest of the file is not changed."""
    from tomlkit import table

    document = _open(path)
    members = table()
    members["url"] = profile.url
    if profile.is_in_keyring:
        members["keyring"] = True
    if profile.key is not None:
        members["key"] = profile.key
    document["profile"] = profile.name
    if "profiles" not in document:
        document["profiles"] = table(is_super_table=True)
    document["profiles"][profile.name] = members
    _write(path, document.as_string())


def choose(path: Path, name: str) -> None:
    """Makes a profile the default."""
    document = _open(path)
    document["profile"] = name
    _write(path, document.as_string())


def remove(path: Path, name: str) -> None:
    document = _open(path)
    del document["profiles"][name]
    if document.get("profile") == name:
        del document["profile"]
    _write(path, document.as_string())


def _open(path: Path) -> "TOMLDocument":
    import tomlkit

    return tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()


def _write(path: Path, text: str) -> None:
    """Writes the file atomically, readable only by its owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    draft.replace(path)


def _is_open_to_others(path: Path) -> bool:
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _to_profile(path: Path, name: str, table: Any) -> Profile:
    place = f"{path}, [profiles.{name}]"
    if not isinstance(table, dict):
        raise UsageError(f"{place} is not a table.")
    _check_names(table, MEMBERS, place)
    right = all(isinstance(value, MEMBERS[member]) for member, value in table.items())
    if not right or "url" not in table:
        raise UsageError(f"{place} needs a url, and takes a key, both in quotes, or keyring = true.")
    return Profile(
        name=name, url=table["url"], key=table.get("key") or None, is_in_keyring=table.get("keyring", False)
    )


def _check_names(table: dict[str, Any], known: "Mapping[str, Any] | tuple[str, ...]", place: str) -> None:
    if unknown := sorted(table.keys() - set(known)):
        close = get_close_matches(unknown[0], known, n=1)
        remedy = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(sorted(known))}."
        raise UsageError(f"{place}: {unknown[0]} means nothing here.", remedy)
