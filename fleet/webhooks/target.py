"""Where a webhook sends, and what it signs with. Both are secrets: the vault keeps them in one text."""

import json
from dataclasses import dataclass, field

from pydantic import SecretStr

from fleet.model.webhook import Webhook
from fleet.ports.vault import Vault

LOST = "Its address is not kept any more. Delete it, and create it again."


@dataclass(frozen=True, kw_only=True)
class Target:
    url: str = field(repr=False)
    secret: str = field(repr=False)


def write_target(target: Target) -> SecretStr:
    return SecretStr(json.dumps({"url": target.url, "secret": target.secret}))


async def read_kept(vault: Vault, webhook: Webhook) -> Target:
    """Raises `KeyError` where it is not kept any more."""
    return read_target(await vault.token(webhook.vault_key, replaced_at=webhook.url_changed_at))


def read_target(text: SecretStr) -> Target:
    """Raises `KeyError` for a text that `write_target` did not write."""
    try:
        loaded = json.loads(text.get_secret_value())
        return Target(url=loaded["url"], secret=loaded["secret"])
    except (ValueError, TypeError) as error:
        raise KeyError("webhook") from error
