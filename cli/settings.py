"""The address and key of the Fleetgraph: from flags, else the environment, else the configuration file, else this
computer.

A profile's key is sent only to the profile's URL.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from cli.errors import UsageError
from cli.profiles import Profile, config_path, read_profile

DEFAULT_URL = "http://127.0.0.1:8000/graphql"


@dataclass(frozen=True, kw_only=True)
class Settings:
    url: httpx.URL
    key: str | None = field(repr=False)
    profile: str = ""
    """The name of the profile. Empty if none is used."""

    @property
    def is_here(self) -> bool:
        """Whether the address is on this computer."""
        try:
            return ipaddress.ip_address(self.url.host).is_loopback
        except ValueError:
            return self.url.host == "localhost"


def read_settings(
    *,
    url: str | None,
    key: str | None,
    profile: str | None,
    environment: Mapping[str, str],
    remark: Callable[[str], None] = lambda sentence: None,
) -> Settings:
    """Reads the settings. Raises UsageError, which never repeats a key. `remark` is called with warnings."""
    if url and profile:
        raise UsageError("A profile names its own URL.", "Leave out either --profile or --url.")
    given_url = url or (None if profile else environment.get("FLEETGRAPH_URL") or None)
    given_key = environment.get("FLEETGRAPH_KEY") or None
    chosen = None
    if given_url is None:
        name = profile or environment.get("FLEETGRAPH_PROFILE") or None
        chosen = read_profile(config_path(environment), name, remark)
        given_url = DEFAULT_URL if chosen is None else chosen.url
        given_key = _which_key(chosen, given_key, is_profile_given=bool(profile))
    return make_settings(given_url, key or given_key, profile="" if chosen is None else chosen.name)


def make_settings(url: str, key: str | None, *, profile: str = "") -> Settings:
    """Checks the settings. Raises UsageError for an invalid address, and for a key that must not be sent there."""
    settings = Settings(url=_read_url(url), key=key, profile=profile)
    if key is not None:
        _check_key(settings, key)
    return settings


def _which_key(
    profile: Profile | None, from_environment: str | None, *, is_profile_given: bool
) -> str | None:
    """A profile in a flag precedes the environment; the default profile does not."""
    if profile is None or (from_environment is not None and not is_profile_given):
        return from_environment
    return profile.read_key() or from_environment


def _read_url(text: str) -> httpx.URL:
    remedy = f"Write it as in {DEFAULT_URL}."
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise UsageError("The URL cannot be read.", remedy) from None
    if url.userinfo:
        raise UsageError("A URL must hold no credentials.", "Put the key into FLEETGRAPH_KEY.")
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError(f"{text} is not an http or https URL.", remedy)
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
