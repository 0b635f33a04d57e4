"""The settings of a function, from its environment. The template sets all of it. It is read once, at the cold start."""

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.observing.schedule import Pace, pace_of

_VARIABLES = {"table": "TABLE_NAME", "queue_url": "QUEUE_URL", "token_prefix": "TOKEN_PREFIX"}


class SettingsError(Exception):
    """The environment is invalid. The message names every invalid variable and says why."""


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """`token_prefix` is a path of SSM parameters, with a slash at both ends. `admin_key_id` is the secret with the
    first admin key, null after that was retired. `base_urls` are the addresses that accounts can have. `token_key_id`
    is a KMS key, null for SSM's own.
    """

    table: str
    queue_url: str
    token_prefix: str
    admin_key_id: str | None = None
    base_urls: tuple[str, ...] = ()
    token_key_id: str | None = None


QUIET_SECONDS = 300
"""How often clusters are observed on AWS while nothing moves: an account costs cents a month then."""
MOVING_SECONDS = 5
_DAY = 86_400


def read_pace(environment: Mapping[str, str], quiet_seconds: int = QUIET_SECONDS) -> Pace:
    """`QUIET_PACE` and `MOVING_PACE` are seconds between two observations of clusters: while nothing moves, and at the
    least while something does.
    """
    seconds = []
    for name, usual in (("QUIET_PACE", quiet_seconds), ("MOVING_PACE", MOVING_SECONDS)):
        given = environment.get(name) or str(usual)
        if not given.isdecimal() or not 1 <= int(given) <= _DAY:
            raise SettingsError(f"{name} is a number of seconds from 1 to {_DAY}, unlike {given!r}")
        seconds.append(int(given))
    return pace_of(*seconds)


def read_webhook_addresses(environment: Mapping[str, str]) -> bool:
    """`WEBHOOK_ADDRESSES`: whether webhooks may send to any address, or only to public ones."""
    given = environment.get("WEBHOOK_ADDRESSES") or "public"
    if given not in ("public", "any"):
        raise SettingsError(f"WEBHOOK_ADDRESSES is public or any, not {given!r}")
    return given == "any"


def read_settings(environment: Mapping[str, str]) -> FunctionSettings:
    values = {field: environment.get(name, "") for field, name in _VARIABLES.items()}
    faults = [f"{_VARIABLES[field]} is not set" for field, value in values.items() if not value]
    if values["queue_url"] and not values["queue_url"].startswith(("http://", "https://")):
        faults.append(f"QUEUE_URL is not a URL: {values['queue_url']!r}")
    prefix = values["token_prefix"]
    if prefix and not (len(prefix) > 2 and prefix.startswith("/") and prefix.endswith("/")):
        faults.append(f"TOKEN_PREFIX must begin and end with a slash, not {prefix!r}")
    if prefix.lower().startswith(("/aws", "/ssm")):
        faults.append(
            f"TOKEN_PREFIX: SSM takes no parameter below {prefix!r}; the template's TokenPath names another"
        )
    if faults:
        raise SettingsError("; ".join(faults))
    return FunctionSettings(
        **values,
        admin_key_id=environment.get("ADMIN_KEY_ID") or None,
        base_urls=tuple(filter(None, environment.get("BASE_URLS", "").split(","))),
        token_key_id=environment.get("TOKEN_KEY_ID") or None,
    )
