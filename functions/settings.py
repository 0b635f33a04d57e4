"""What a function is told by its environment. The template sets all of it, and it is read once, at the cold start."""

from collections.abc import Mapping
from dataclasses import dataclass

_VARIABLES = {"table": "TABLE_NAME", "queue_url": "QUEUE_URL", "token_prefix": "TOKEN_PREFIX"}


class SettingsError(Exception):
    """The environment cannot be used; the message names every variable at fault and what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """`token_prefix` is a path of SSM parameters, from slash to slash. `admin_key_id` names a secret; it is null where
    the key that the deployment was born with is retired. `base_urls` are those that accounts may have. `token_key_id`
    is a key of KMS; null leaves it to SSM.
    """

    table: str
    queue_url: str
    token_prefix: str
    admin_key_id: str | None = None
    base_urls: tuple[str, ...] = ()
    token_key_id: str | None = None


def read_settings(environment: Mapping[str, str]) -> FunctionSettings:
    values = {field: environment.get(name, "") for field, name in _VARIABLES.items()}
    faults = [f"{_VARIABLES[field]} is not set" for field, value in values.items() if not value]
    if values["queue_url"] and not values["queue_url"].startswith(("http://", "https://")):
        faults.append(f"QUEUE_URL is no URL: {values['queue_url']!r}")
    prefix = values["token_prefix"]
    if prefix and not (len(prefix) > 2 and prefix.startswith("/") and prefix.endswith("/")):
        faults.append(f"TOKEN_PREFIX begins and ends with a slash, unlike {prefix!r}")
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
