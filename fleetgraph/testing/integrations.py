"""The contract of adapters that change integrations: create, change, delete, each sent once, and no credentials in
errors.
"""

import json
import logging
import traceback
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from adapters.redaction import secrets_of
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.failure import ProviderError, RateLimited, Rejected, Unavailable, UnexpectedResponse
from fleet.model.integration import Integration
from fleet.ports.adapter import ChangesIntegrations
from fleetgraph.testing.credentials import KINDS, PLANTED
from fleetgraph.testing.kit import Kit
from fleetgraph.testing.rules import proves
from fleetgraph.testing.setting import Setting, answering

Verb = Callable[[Any, Integration, str], Awaitable[object]]
VERBS: Mapping[str, tuple[type, Verb]] = {
    "create": (
        ChangesIntegrations,
        lambda adapter, _, kind: adapter.create_integration(wanted(kind, "Another Link")),
    ),
    "update": (
        ChangesIntegrations,
        lambda adapter, link, kind: adapter.update_integration(link, replaced(kind)),
    ),
    "delete": (ChangesIntegrations, lambda adapter, link, _: adapter.delete_integration(link)),
}


def wanted(kind: str, name: str = "A Link") -> CreateIntegration:
    return CreateIntegration(name=name, credentials=KINDS[kind])


def replaced(kind: str) -> UpdateIntegration:
    return UpdateIntegration(credentials=KINDS[kind])


@proves("changes-integrations", ChangesIntegrations)
async def test_a_link_is_made_changed_and_gone(here: Setting, kind: str) -> None:
    adapter = here.adapter
    link = await adapter.create_integration(wanted(kind))
    assert (link.name, link.cloud) == ("A Link", KINDS[kind].cloud)
    assert link in (await adapter.integrations()).items
    await adapter.update_integration(link, replaced(kind))
    assert link in (await adapter.integrations()).items
    await adapter.delete_integration(link)
    assert link.key not in {one.key for one in (await adapter.integrations()).items}


@proves("sent-once", verbs=VERBS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "server-error", "status": 503}, Unavailable),
        ({"kind": "rate-limited", "seconds": 1}, RateLimited),
        ({"kind": "lost-answer"}, Unavailable),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
async def test_a_change_of_an_integration_goes_out_once_whatever_happens(
    here: Setting, verb: str, kind: str, fault: dict[str, Any], error: type[ProviderError]
) -> None:
    adapter = here.adapter
    link = await adapter.create_integration(wanted(kind))
    sent = here.record()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        here.server.fault(**fault, method=method)
    with pytest.raises(error) as raised:
        await VERBS[verb][1](adapter, link, kind)
    assert len(sent) == 1
    assert PLANTED not in text_of(raised.value)


# ---------------------------------------------------------------------- what nobody may read


def text_of(error: BaseException) -> str:
    fields = getattr(error, "fields", {})
    return "".join(traceback.format_exception(error)) + f"{error!r} {vars(error)} {fields}"


@proves("secrets", ChangesIntegrations)
async def test_a_link_and_what_was_asked_show_no_secret(
    here: Setting, kind: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    adapter, sent, change = here.adapter, here.record(), wanted(kind)
    link = await adapter.create_integration(change)
    await adapter.update_integration(link, replaced(kind))
    out = capfd.readouterr()
    shown = (
        f"{link!r} {link.model_dump_json()} {change!r} {change.model_dump_json()} {adapter!r} {vars(adapter)}"
    )
    assert PLANTED not in shown + caplog.text + out.out + out.err
    for request in sent:  # they were sent
        body = request.content.decode()
        assert all(json.dumps(secret) in body for secret in secrets_of(KINDS[kind])) or kind == "gcp key"


def repeating(request: httpx.Request) -> httpx.Response:
    """A provider that repeats the request in its message, in its fields and in its answer."""
    heard = json.loads(request.content)
    details = {f"credentials.{value}": [value, f"bad {value[3:]}"] for value in texts(heard)}
    words = " ".join(texts(heard))
    return httpx.Response(400, json={"error": {"message": words, "details": details}, "detail": words})


def texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    return [value] if isinstance(value, str) else []


@proves("secrets", verbs={verb: VERBS[verb] for verb in ("create", "update")})
async def test_a_provider_that_repeats_a_secret_is_not_quoted(here: Setting, verb: str, kind: str) -> None:
    link = await here.adapter.create_integration(wanted(kind))
    account, token = here.accounts()[0]
    here.client = httpx.AsyncClient(transport=httpx.MockTransport(repeating))
    with pytest.raises(Rejected) as raised:
        await VERBS[verb][1](here.open(account, token), link, kind)
    assert PLANTED not in text_of(raised.value)
    for secret in secrets_of(KINDS[kind]):
        assert secret[3:] not in text_of(raised.value)
        assert b64encode(secret.encode()).decode()[4:28] not in text_of(raised.value)
    if not secrets_of(KINDS[kind]):
        assert raised.value.message != "***"


@proves("strange-success", ChangesIntegrations)
@pytest.mark.parametrize("body", [b"<html>signed in</html>", b"[]", b'{"half'], ids=str)
async def test_a_success_of_another_form_is_unexpected_of_an_integration_too(
    here: Setting, kit: Kit, body: bytes
) -> None:
    kind = kit.credentials[0]
    link = await here.adapter.create_integration(wanted(kind))
    answered = answering(kit.adapter, httpx.Response(200, content=body))
    for _, verb in VERBS.values():
        with pytest.raises(UnexpectedResponse):
            await verb(answered, link, kind)


@proves("secrets", ChangesIntegrations)
def test_what_was_asked_is_kept_without_what_proves_it(kind: str) -> None:
    for change in (wanted(kind), replaced(kind)):
        kept = type(change).model_validate_json(change.model_dump_json())
        assert (change.is_whole, kept.is_whole) == (True, False)
