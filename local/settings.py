"""What the runner is told by its environment."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

ROOT = Path(__file__).parent.parent
EXPLORER = ROOT / "graphql" / "explorer" / "dist"


class SettingsError(Exception):
    """A setting cannot be used; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`accounts` null runs the sandbox. `endpoint` null starts a table beside the runner, kept in `state`. `admin_key`
    null asks nobody for a key, on loopback.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    accounts: Path | None = None
    endpoint: str | None = None
    state: Path = ROOT / ".fleetgraph"
    admin_key: SecretStr | None = None


def read_settings(environment: Mapping[str, str]) -> Settings:
    port = environment.get("PORT") or "8000"
    if not port.isdecimal() or int(port) > 65535:
        raise SettingsError(f"PORT: {port!r} is no port; give a number from 0 (any free one) to 65535.")
    accounts = environment.get("ACCOUNTS")
    host, admin_key = environment.get("HOST") or "127.0.0.1", environment.get("ADMIN_KEY")
    if not admin_key and not is_loopback(host):
        raise SettingsError(
            f"HOST: whoever reaches {host} could change this fleet. Set ADMIN_KEY to what they must send as their key,"
            " for example to the output of `openssl rand -hex 32`."
        )
    return Settings(
        host=host,
        port=int(port),
        accounts=Path(accounts) if accounts else None,
        endpoint=environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL") or None,
        state=Path(environment.get("STATE") or ROOT / ".fleetgraph"),
        admin_key=SecretStr(admin_key) if admin_key else None,
    )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
