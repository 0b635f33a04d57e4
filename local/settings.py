"""The settings of the runner, from its environment."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from fleet.access.key_token import PREFIX
from fleet.observing.schedule import Pace
from functions.api_settings import ApiSettings, read_api_settings
from functions.settings import (
    SettingsError as SettingsError,
)  # all settings of the runner raise one kind of error
from functions.settings import read_pace, read_webhook_addresses

ROOT = Path(__file__).parent.parent
WEB = ROOT / "web" / "dist"

QUIET_SECONDS = 60
"""How often clusters are observed while nothing moves; `QUIET_PACE` sets another interval."""

SHORTEST_ADMIN_KEY = 16
"""The shortest admin key in characters, if other computers can reach the runner."""

_FOR_EXAMPLE = "for example to the output of `openssl rand -hex 32`"
_KEY = re.compile(r"[!-~]+")
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d+)?")


@dataclass(frozen=True, kw_only=True)
class RunnerSettings:
    """Without `accounts`, the sandbox runs. Without `endpoint`, everything is stored in a file in `state`. `forgotten`
    has the names of accounts to delete at the start. Without `admin_key`, no key is needed, on loopback only. Web pages
    of `allowed_origins` may send requests.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    accounts: Path | None = None
    forgotten: tuple[str, ...] = ()
    endpoint: str | None = None
    state: Path = ROOT / ".fleetgraph"
    admin_key: SecretStr | None = None
    api: ApiSettings = field(default_factory=ApiSettings)
    allowed_origins: tuple[str, ...] = ()
    pace: Pace = field(default_factory=Pace)
    allows_private_webhooks: bool = False


def read_settings(environment: Mapping[str, str]) -> RunnerSettings:
    port = environment.get("PORT") or "8000"
    if not port.isdecimal() or int(port) > 65535:
        raise SettingsError(f"PORT: {port!r} is no port; give a number from 0 (any free one) to 65535.")
    accounts = environment.get("ACCOUNTS")
    host, admin_key = environment.get("HOST") or "127.0.0.1", environment.get("ADMIN_KEY")
    if not admin_key and not is_loopback(host):
        raise SettingsError(
            f"HOST: whoever reaches {host} could change this fleet. Set ADMIN_KEY to what they must send as their "
            f"key,"
            f" {_FOR_EXAMPLE}."
        )
    if admin_key:
        _check_admin_key(admin_key, host)
    return RunnerSettings(
        host=host,
        port=int(port),
        accounts=Path(accounts) if accounts else None,
        forgotten=tuple(filter(None, (name.strip() for name in environment.get("FORGET", "").split(",")))),
        endpoint=environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL") or None,
        state=Path(environment.get("STATE") or ROOT / ".fleetgraph"),
        admin_key=SecretStr(admin_key) if admin_key else None,
        api=read_api_settings(environment),
        allowed_origins=_read_origins(environment.get("ALLOWED_ORIGINS", "")),
        pace=read_pace(environment, QUIET_SECONDS),
        allows_private_webhooks=read_webhook_addresses(environment),
    )


def _check_admin_key(key: str, host: str) -> None:
    """Checks the admin key: a key that cannot be sent would lock its owner out, and other computers could guess a short
    one.
    """
    if not _KEY.fullmatch(key):
        raise SettingsError(
            f"ADMIN_KEY: it holds a space, or a character that no header can carry. Set another, {_FOR_EXAMPLE}."
        )
    if key.startswith(PREFIX) or key.count(".") == 2:
        kind = f"what begins with {PREFIX}" if key.startswith(PREFIX) else "what has two dots"
        raise SettingsError(
            f"ADMIN_KEY: {kind} is taken for another kind of key, so that this one would never open. Set another,"
            f" {_FOR_EXAMPLE}."
        )
    if len(key) < SHORTEST_ADMIN_KEY and not is_loopback(host):
        raise SettingsError(
            f"ADMIN_KEY: {len(key)} characters can be guessed from beyond this machine. Set at least"
            f" {SHORTEST_ADMIN_KEY}, {_FOR_EXAMPLE}."
        )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_origins(listed: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in listed.split(",") if origin.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"ALLOWED_ORIGINS: {origin!r} is no origin; give scheme, host and port alone, as in"
                " https://dashboard.example, and several with commas between them."
            )
    return origins
