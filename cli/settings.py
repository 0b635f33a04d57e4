"""Which Fleetgraph, and with which key: flags before environment before configuration file before this machine.

The file is `fleetgraph/config.toml` in $XDG_CONFIG_HOME or ~/.config:

    profile = "production"          # the one to use when none is named

    [profiles.production]
    url = "https://fleet.example.com/graphql"
    key = "..."

A profile's key goes to the profile's URL and to no other.
"""

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from cli.errors import UsageError

DEFAULT_URL = "http://127.0.0.1:8000/graphql"


@dataclass(frozen=True, kw_only=True)
class Settings:
    url: httpx.URL
    key: str | None = field(repr=False)

    @property
    def is_here(self) -> bool:
        """Whether the address is this machine's own."""
        try:
            return ipaddress.ip_address(self.url.host).is_loopback
        except ValueError:
            return self.url.host == "localhost"


def read_settings(
    *, url: str | None, key: str | None, profile: str | None, environment: Mapping[str, str]
) -> Settings:
    """Raises UsageError, which never repeats a key."""
    url = url or environment.get("FLEETGRAPH_URL") or None
    key = key or environment.get("FLEETGRAPH_KEY") or None
    if url is None:
        chosen = _profile(_config_path(environment), profile or environment.get("FLEETGRAPH_PROFILE") or None)
        url = chosen.get("url", DEFAULT_URL)
        key = key or chosen.get("key")
    elif profile is not None:
        raise UsageError("A profile names its own URL.", "Leave out either --profile or the URL.")
    settings = Settings(url=_read_url(url), key=key)
    if key is not None:
        _check_key(settings, key)
    return settings


def _read_url(text: str) -> httpx.URL:
    remedy = f"Write it as in {DEFAULT_URL}."
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise UsageError("The URL cannot be read.", remedy) from None
    if url.userinfo:
        raise UsageError("A URL must hold no credentials.", "Put the key into FLEETGRAPH_KEY.")
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError(f"{text} is no http or https URL.", remedy)
    return url.copy_with(path="/graphql") if url.path == "/" else url


def _check_key(settings: Settings, key: str) -> None:
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UsageError(
            "The key has characters that no key has.",
            "Copy it again, without spaces and line ends.",
        )
    if settings.url.scheme == "http" and not settings.is_here:
        raise UsageError(
            f"A key is not sent to {settings.url.host} over plain http, where others can read it.",
            "Use https, or send no key.",
        )


def _config_path(environment: Mapping[str, str]) -> Path:
    if base := environment.get("XDG_CONFIG_HOME"):
        return Path(base) / "fleetgraph" / "config.toml"
    home = environment.get("HOME")
    return (Path(home) if home else Path.home()) / ".config" / "fleetgraph" / "config.toml"


def _profile(path: Path, name: str | None) -> dict[str, str]:
    """The profile of that name, else the file's own choice, else nothing."""
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if name is not None:
            raise UsageError(f"There is no {path} to find the profile {name} in.") from None
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", "See fleetgraph --help.") from error
    _check_names(config, {"profile", "profiles"}, f"{path}")
    name = name or config.get("profile")
    if name is None:
        return {}
    profiles = config.get("profiles", {})
    chosen = profiles.get(name) if isinstance(profiles, dict) else None
    if not isinstance(chosen, dict):
        raise UsageError(f"{path} has no [profiles.{name}].", "Add it, or name another with --profile.")
    _check_names(chosen, {"url", "key"}, f"{path}, [profiles.{name}]")
    if not all(isinstance(value, str) for value in chosen.values()) or "url" not in chosen:
        raise UsageError(f"{path}, [profiles.{name}] needs a url, and takes a key, both in quotes.")
    return chosen


def _check_names(table: dict[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(table.keys() - known):
        raise UsageError(f"{place}: {unknown[0]} means nothing here.", f"Known: {', '.join(sorted(known))}.")
