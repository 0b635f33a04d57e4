"""The contract of every adapter about errors and requests."""

import logging
import traceback
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

import adapters.http
from fleet.model.cluster import Phase
from fleet.model.failure import (
    Conflict,
    Forbidden,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    TimedOut,
    Unauthenticated,
    Unavailable,
    UnexpectedResponse,
)
from fleet.model.rate_limit import BudgetExhausted
from fleetgraph.testing.kit import Kit
from fleetgraph.testing.rules import proves
from fleetgraph.testing.setting import TOKEN, Setting, answering

# ---------------------------------------------------------------------- what goes wrong


@proves("faults")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "unauthorized"}, Unauthenticated),
        ({"kind": "rate-limited", "seconds": 120}, RateLimited),
        ({"kind": "server-error", "status": 500}, Unavailable),
        ({"kind": "server-error", "status": 503}, Unavailable),
        ({"kind": "reset"}, Unavailable),
        ({"kind": "truncated"}, UnexpectedResponse),
        ({"kind": "huge"}, UnexpectedResponse),
    ],
    ids=["401", "429", "500", "503", "reset", "truncated", "huge"],
)
async def test_a_fault_is_the_error_that_it_means(
    here: Setting, fault: dict[str, Any], error: type[ProviderError]
) -> None:
    here.server.fault(**fault)
    with pytest.raises(error) as raised:
        await here.adapter.clusters()
    assert type(raised.value) is error
    assert here.adapter.provider.name in raised.value.message


@proves("faults")
async def test_an_answer_that_does_not_come_is_not_waited_for_twice(
    here: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapters.http, "ANSWER_SECONDS", 0.05)
    here.server.fault("latency", seconds=0.2)
    with pytest.raises(TimedOut):
        await here.adapter.clusters()
    assert here.permits.taken == 1


@proves("faults")
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (401, Unauthenticated),
        (403, Forbidden),
        (404, NotFound),
        (405, Rejected),
        (408, TimedOut),
        (409, Conflict),
        (410, NotFound),
        (412, Conflict),
        (422, Rejected),
        (429, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (504, Unavailable),
        (302, UnexpectedResponse),
    ],
)
async def test_a_status_means_the_same_whatever_stands_in_the_body(
    kit: Kit, status: int, error: type[ProviderError]
) -> None:
    for body in (b"", b"null", b"[1]", b"<html>", b"\xff", b'{"error": 7, "message": [], "detail": {}}'):
        with pytest.raises(error) as raised:
            await answering(kit.adapter, httpx.Response(status, content=body)).clusters()
        assert type(raised.value) is error
        assert raised.value.http_status == status


@proves("no-empty-list-by-accident")
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b"<html>", b'{"data"', b"\xff\xfe"])
async def test_a_success_that_is_no_list_is_unexpected_and_not_an_empty_list(kit: Kit, body: bytes) -> None:
    with pytest.raises(UnexpectedResponse):
        await answering(kit.adapter, httpx.Response(200, content=body)).clusters()


@proves("rate-limit")
async def test_a_refusal_for_asking_too_often_says_until_when(here: Setting) -> None:
    here.server.fault("rate-limited", seconds=120)
    with pytest.raises(RateLimited) as raised:
        await here.adapter.clusters()
    assert raised.value.retry_at is not None
    assert timedelta(seconds=119) <= raised.value.retry_at - here.clock.now() <= timedelta(seconds=121)
    assert here.permits.learned[-1].retry_at == raised.value.retry_at
    assert here.clock.slept == []


@proves("rate-limit")
async def test_a_refusal_for_a_moment_is_waited_out(here: Setting) -> None:
    here.server.fault("rate-limited", seconds=2, times=1)
    assert (await here.adapter.clusters()).items
    assert [2 <= seconds < 3 for seconds in here.clock.slept] == [True]


@proves("unknown-words")
async def test_an_unknown_value_is_kept_and_hides_no_cluster(here: Setting) -> None:
    known = {cluster.key: cluster.provider_phase for cluster in (await here.adapter.clusters()).items}
    here.server.fault("unknown-phase")
    listing = await here.adapter.clusters()
    assert {cluster.key for cluster in listing.items} == known.keys()
    unknown = [cluster for cluster in listing.items if cluster.phase is Phase.UNKNOWN]
    assert unknown
    assert all(cluster.provider_phase not in ("", *known.values()) for cluster in unknown)


@proves("bad-items")
async def test_a_malformed_item_costs_itself(here: Setting) -> None:
    path = await here.list_path()
    before = await here.adapter.clusters()
    here.server.fault("malformed-item", path=path)
    listing = await here.adapter.clusters()
    (unreadable,) = listing.unreadable
    assert listing.incomplete is None
    lost = {one.external_id for one in before.items} - {one.external_id for one in listing.items}
    assert lost == {unreadable.external_id}
    assert "malformed" not in unreadable.reason


@proves("bad-items")
async def test_an_item_without_an_identity_leaves_the_listing_incomplete(here: Setting) -> None:
    path = await here.list_path()
    before = await here.adapter.clusters()
    here.server.fault("missing-identity", path=path)
    listing = await here.adapter.clusters()
    assert listing.incomplete is not None
    assert len(listing.items) == len(before.items) - 1


@proves("endless-pages", where=lambda kit: kit.fake.has_pages)
async def test_a_page_that_comes_again_ends_the_listing_as_an_error(here: Setting) -> None:
    path = await here.list_path()
    here.server.fault("repeated-page", path=path)
    with pytest.raises(UnexpectedResponse):
        await here.adapter.clusters()


# ---------------------------------------------------------------------- how it asks


@proves("reads-repeated")
async def test_a_read_is_repeated_and_every_attempt_is_allowed_and_learned_from(here: Setting) -> None:
    path = await here.list_path()
    here.server.fault("server-error", path=path, times=2, status=502)
    assert (await here.adapter.clusters()).items
    assert [request.status for request in here.server.requests.matching(path=path)][-3:] == [502, 502, 200]
    assert len(here.clock.slept) == 2
    assert here.permits.taken == len(here.permits.learned) == len(here.server.requests)


@proves("sent-once")
async def test_a_write_goes_out_once_whatever_happens(here: Setting) -> None:
    for kind in ("server-error", "reset"):
        here.server.requests.clear()
        here.server.fault(kind)
        with pytest.raises(Unavailable):
            await here.adapter.change("POST", "/anything", {})
        assert len(here.server.requests) == 1


@proves("reads-repeated")
async def test_nothing_goes_out_without_an_allowance(here: Setting) -> None:
    here.permits.left = 0
    with pytest.raises(BudgetExhausted):
        await here.adapter.clusters()
    assert len(here.server.requests) == 0


@proves("token")
async def test_a_wrong_token_is_distinguished_from_an_outage(here: Setting) -> None:
    account, _ = here.accounts()[0]
    with pytest.raises(Unauthenticated):
        await here.open(account, SecretStr("not-the-token")).clusters()


@proves("token")
@pytest.mark.parametrize("token", ["", " ", "line\nbreak", "naïve"])
async def test_a_token_that_no_header_can_carry_is_refused_before_it_goes_out(
    here: Setting, token: str
) -> None:
    account, _ = here.accounts()[0]
    with pytest.raises(Unauthenticated) as raised:
        await here.open(account, SecretStr(token)).clusters()
    assert not token.strip() or token not in "".join(traceback.format_exception(raised.value))
    assert len(here.server.requests) == 0


@proves("token")
@pytest.mark.parametrize(
    "fault", ["unauthorized", "rate-limited", "server-error", "reset", "truncated", "malformed-item"]
)
async def test_the_token_is_nowhere_but_in_the_request(
    here: Setting, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    here.server.fault(fault, seconds=120 if fault == "rate-limited" else 1)
    adapter = here.adapter
    token = here.accounts()[0][1].get_secret_value()
    texts = [repr(adapter), repr(adapter._http), repr(adapter.__dict__)]
    try:
        texts.append(repr(await adapter.clusters()))
    except ProviderError as error:
        texts += [*traceback.format_exception(error), repr(error), repr(error.to_failure(here.clock.now()))]
    assert caplog.records
    texts += [repr(vars(record)) + record.getMessage() for record in caplog.records]
    assert [text for text in texts if token in text] == []


@proves("token")
async def test_a_provider_that_quotes_the_token_is_not_quoted(kit: Kit) -> None:
    sentence = f"the key {TOKEN}\n is of somebody else, {'really ' * 100}"
    plain = {"message": sentence, "detail": sentence, "error": sentence}
    nested = {"error": {"message": sentence, "details": {TOKEN: [sentence]}}}
    body = plain if kit.adapter.complaint(plain).message else nested
    refusal = httpx.Response(422, json=body, headers={"x-request-id": TOKEN})
    with pytest.raises(Rejected) as raised:
        await answering(kit.adapter, refusal).clusters()
    error = raised.value
    assert "is of somebody else" in error.message
    assert TOKEN not in f"{error!r} {error.fields} {error.provider_request_id}"
    assert len(error.message) < 450
    assert "\n" not in error.message
