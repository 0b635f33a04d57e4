"""The one HTTP policy, against a transport that answers from a script and a clock that only counts."""

import asyncio
import gzip
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

import adapters.http
from adapters.body import LARGEST_BODY_BYTES
from adapters.http import (
    ANSWER_SECONDS,
    ATTEMPTS,
    CONNECT_SECONDS,
    ERRORS,
    Answer,
    Complaint,
    Http,
    open_client,
)
from fleet.model.failure import (
    ProviderError,
    RateLimited,
    Rejected,
    TimedOut,
    Unavailable,
    UnexpectedResponse,
)
from fleet.model.plan import NEW_ID, Outgoing
from fleet.model.rate_limit import BudgetExhausted, RateFacts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKEN = "planted-token"
OK = httpx.Response(200, json={})

Step = httpx.Response | Exception


@dataclass
class Scene:
    """A script of answers, the clock and the allowance in one, so that their order can be seen."""

    steps: list[Step]
    events: list[str] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    learned: list[RateFacts] = field(default_factory=list)
    changes: list[Outgoing] = field(default_factory=list)
    budget: int = 100
    time: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.events.append("sleep")
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)

    async def take(self, change: Outgoing | None = None) -> None:
        self.events.append("take")
        if change is not None:
            self.changes.append(change)
        if self.budget == 0:
            raise BudgetExhausted(NOW)
        self.budget -= 1

    def learn(self, facts: RateFacts) -> None:
        self.events.append("learn")
        self.learned.append(facts)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.events.append("send")
        self.requests.append(request)
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    def http(self, *, token: str = TOKEN, client: httpx.AsyncClient | None = None) -> Http:
        return Http(
            client=client or httpx.AsyncClient(transport=httpx.MockTransport(self)),
            clock=self,
            permits=self,
            provider_name="Somebody",
            base_url="http://provider.invalid/",
            scheme="Bearer",
            token=SecretStr(token),
            headers={"Version": "1"},
            complaint=complaint,
        )

    async def get(self, *, attempts: int = ATTEMPTS) -> Answer:
        return await self.http().send("GET", "/things", attempts=attempts)


def complaint(body: Mapping[str, object]) -> Complaint:
    return Complaint(message=str(body["said"]) if "said" in body else None, fields={"name": ("too long",)})


# ---------------------------------------------------------------------- what goes out


async def test_a_request_carries_the_token_the_headers_of_the_provider_and_its_own() -> None:
    scene = Scene([OK])
    http = scene.http()
    await http.send(
        "POST", "/things", params={"page": "a b"}, headers={"If-Match": '"7"'}, body={"name": "x"}
    )
    (request,) = scene.requests
    assert str(request.url) == "http://provider.invalid/things?page=a+b"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert (request.headers["version"], request.headers["if-match"]) == ("1", '"7"')
    assert request.content == b'{"name":"x"}'
    assert request.extensions["timeout"] == {
        "connect": CONNECT_SECONDS,
        "read": ANSWER_SECONDS,
        "write": ANSWER_SECONDS,
        "pool": ANSWER_SECONDS,
    }


async def test_a_change_asks_for_its_permit_with_what_it_will_send() -> None:
    scene = Scene([OK, OK])
    http = replace(scene.http(), secrets=("planted-secret",))
    sent = {"name": "x", "key": "with planted-secret in it", "list": [{"apiKey": "shown-by-nobody"}, 7]}
    await http.send("GET", "/things")
    await http.send("POST", "/things", params={"a": "b c"}, headers={"If-Match": '"7"'}, body=sent)
    (change,) = scene.changes
    assert (change.method, change.url) == ("POST", "http://provider.invalid/things?a=b+c")
    assert change.headers == {"If-Match": '"7"', "Version": "1"}
    assert change.digest != hashlib.sha256(scene.requests[1].content).hexdigest()  # it could be tried
    assert json.loads(change.body or "") == {"name": "x", "key": "***", "list": [{"apiKey": "***"}, 7]}
    assert change.is_masked


@pytest.mark.parametrize("name", ["password", "clientSecret", "access_key", "apiToken", "kubeconfig"])
async def test_what_has_the_name_of_a_secret_is_masked_in_what_is_shown(name: str) -> None:
    scene = Scene([OK])
    await scene.http().send("PUT", "/things", body={name: "of somebody else", "tokenCount": "3", "key": "k"})
    assert json.loads(scene.changes[0].body or "") == {name: "***", "tokenCount": "3", "key": "k"}


async def test_a_change_without_a_body_shows_none_and_an_id_to_come_as_such() -> None:
    scene = Scene([OK])
    await scene.http().send("POST", f"/things/{quote(NEW_ID)}/start")
    (change,) = scene.changes
    assert change.url == f"http://provider.invalid/things/{NEW_ID}/start"
    assert (change.body, change.is_masked) == (None, False)


async def test_an_answer_keeps_its_etag_byte_for_byte_and_its_request_id() -> None:
    headers = [(b"ETag", b'W/"caf\xc3\xa9\xff"'), (b"X-Request-Id", b"req-7")]
    answer = await Scene([httpx.Response(200, headers=headers, content=b"{}")]).get()
    assert answer.etag is not None
    assert answer.etag.encode("latin-1") == b'W/"caf\xc3\xa9\xff"'
    assert (answer.request_id, answer.body) == ("req-7", b"{}")


async def test_an_etag_goes_back_byte_for_byte() -> None:
    etag = b'W/"caf\xc3\xa9\xff"'
    scene = Scene([httpx.Response(200, headers=[(b"ETag", etag)]), OK])
    answer = await scene.get()
    assert answer.etag is not None
    await scene.http().send("PATCH", "/things", headers={"If-Match": answer.etag}, body={})
    assert dict(scene.requests[1].headers.raw)[b"If-Match"] == etag


@pytest.mark.parametrize(
    "body", [{"a": float("inf")}, {"a": float("nan")}, {"a": "\ud800"}, {"a": b""}], ids=str
)
async def test_what_cannot_be_written_is_refused_before_anything_is_sent(body: object) -> None:
    scene = Scene([OK])
    with pytest.raises(Rejected, match="nothing was sent"):
        await scene.http().send("POST", "/things", body=body)
    assert scene.events == []


async def test_the_shared_client_keeps_no_cookie_and_follows_no_redirect() -> None:
    async with open_client() as client:
        received: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            received.append(request)
            return httpx.Response(
                302,
                headers={"Location": "http://elsewhere.invalid", "Set-Cookie": "session=of-another-account"},
            )

        client._transport = httpx.MockTransport(answer)
        http = Scene([]).http(client=client)
        for _ in range(2):
            with pytest.raises(UnexpectedResponse):
                await http.send("GET", "/things")
        assert [request.url.host for request in received] == ["provider.invalid"] * 2
        assert all("cookie" not in request.headers for request in received)


@pytest.mark.parametrize("location", ["https://xn--a/", "data:,x", "http://[::1"])
async def test_a_redirect_is_unexpected_also_to_an_address_that_does_not_read(location: str) -> None:
    async with open_client() as client:
        client._transport = httpx.MockTransport(Scene([httpx.Response(302, headers={"Location": location})]))
        with pytest.raises(UnexpectedResponse, match="302"):
            await Scene([]).http(client=client).send("POST", "/things")


# ---------------------------------------------------------------------- repeating


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(500),
        httpx.Response(503),
        httpx.ConnectError("no route"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("closed before it answered"),
    ],
    ids=["500", "503", "connect", "reset", "closed"],
)
async def test_a_read_outlives_two_troubles_with_growing_pauses(trouble: Step) -> None:
    scene = Scene([trouble, trouble, OK])
    await scene.get()
    first, second = scene.slept
    assert 0.25 <= first <= 0.5
    assert 1.0 <= second <= 2.0


async def test_the_third_trouble_is_the_error() -> None:
    scene = Scene([httpx.ConnectError("no route")] * 9)
    with pytest.raises(Unavailable):
        await scene.get(attempts=9)
    assert (len(scene.requests), len(scene.slept)) == (3, 2)


async def test_every_attempt_is_allowed_first_and_learned_from_after() -> None:
    scene = Scene([httpx.Response(502), OK])
    await scene.get()
    assert scene.events == ["take", "send", "learn", "sleep", "take", "send", "learn"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_is_no_read_goes_out_once(method: str) -> None:
    for trouble in (
        httpx.Response(503),
        httpx.Response(429, headers={"Retry-After": "1"}),
        httpx.ReadError("x"),
    ):
        scene = Scene([trouble])
        with pytest.raises(ProviderError):
            await scene.http().send(method, "/things")
        assert scene.events.count("send") == 1


async def test_a_caller_can_ask_for_one_attempt() -> None:
    scene = Scene([httpx.Response(503)])
    with pytest.raises(Unavailable):
        await scene.get(attempts=1)
    assert scene.slept == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_a_verdict_is_not_asked_for_again(status: int) -> None:
    scene = Scene([httpx.Response(status)])
    with pytest.raises(ProviderError):
        await scene.get()
    assert scene.slept == []


async def test_a_timeout_is_not_tried_again() -> None:
    scene = Scene([httpx.ReadTimeout("slow")])
    with pytest.raises(TimedOut):
        await scene.get()
    assert scene.slept == []


async def test_an_answer_that_drips_for_ever_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """httpx's own timeouts are between two bytes."""
    monkeypatch.setattr(adapters.http, "ANSWER_SECONDS", 0.05)
    with pytest.raises(TimedOut):
        await Scene([httpx.Response(200, stream=Dripping())]).get()


@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (503, Unavailable)])
async def test_a_short_pause_that_is_asked_for_is_made(status: int, error: type[ProviderError]) -> None:
    scene = Scene([httpx.Response(status, headers={"Retry-After": "5"}), OK])
    await scene.get()
    assert [5 <= seconds <= 5.25 for seconds in scene.slept] == [True]


@pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (503, Unavailable)])
async def test_a_long_pause_that_is_asked_for_is_the_callers(status: int, error: type[ProviderError]) -> None:
    scene = Scene([httpx.Response(status, headers={"Retry-After": "6"})])
    with pytest.raises(error) as raised:
        await scene.get()
    assert raised.value.retry_at == NOW + timedelta(seconds=6)
    assert scene.slept == []


async def test_a_limit_that_does_not_say_how_long_is_not_run_against_again() -> None:
    scene = Scene([httpx.Response(429)])
    with pytest.raises(RateLimited) as raised:
        await scene.get()
    assert raised.value.retry_at is None
    assert scene.slept == []


async def test_an_exhausted_budget_ends_the_repeating() -> None:
    scene = Scene([httpx.Response(500)], budget=1)
    with pytest.raises(BudgetExhausted):
        await scene.get()
    assert len(scene.requests) == 1


async def test_a_refusal_blocks_the_budget_and_an_outage_does_not() -> None:
    scene = Scene([httpx.Response(status, headers={"Retry-After": "60"}) for status in (429, 503)])
    for _ in range(2):
        with pytest.raises((RateLimited, Unavailable)):
            await scene.get()
    assert [facts.retry_at for facts in scene.learned] == [NOW + timedelta(seconds=60), None]


# ---------------------------------------------------------------------- what an answer means


def test_every_status_of_the_table_reads_as_a_sentence() -> None:
    for _, sentence in ERRORS.values():
        assert not sentence.endswith(".")
        assert sentence[0].islower()


async def test_an_error_carries_our_sentence_the_providers_and_the_facts() -> None:
    refusal = httpx.Response(422, json={"said": "name is too long"}, headers={"X-Request-Id": "req-9"})
    with pytest.raises(Rejected) as raised:
        await Scene([refusal]).get()
    error = raised.value
    assert error.message == "Somebody rejected the request (422): name is too long"
    assert (error.http_status, error.provider_request_id) == (422, "req-9")
    assert error.fields == {"name": ("too long",)}


async def test_an_answer_that_breaks_off_is_unexpected() -> None:
    with pytest.raises(UnexpectedResponse):
        await Scene([httpx.Response(200, stream=Breaking())]).get()


async def test_a_refusal_that_breaks_off_is_still_the_refusal() -> None:
    with pytest.raises(Rejected) as raised:
        await Scene([httpx.Response(400, stream=Breaking())]).get()
    assert raised.value.message == "Somebody rejected the request (400)"


async def test_a_small_answer_that_unpacks_into_a_large_one_is_not_read() -> None:
    bomb = gzip.compress(b" " * (LARGEST_BODY_BYTES + 1))
    assert len(bomb) < LARGEST_BODY_BYTES / 500
    with pytest.raises(UnexpectedResponse):
        await Scene([httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=bomb)]).get()


async def test_an_answer_that_does_not_unpack_is_unexpected() -> None:
    garbled = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip"))
    with pytest.raises(UnexpectedResponse):
        await Scene([garbled]).get()


async def test_a_body_is_nowhere_in_the_error_or_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ProviderError) as raised:
        await Scene([httpx.Response(400, content=b"<h1>secret stack trace</h1>")]).get()
    assert "secret" not in f"{raised.value!r}{caplog.text}"
    answer = await Scene([httpx.Response(200, content=b"secret")]).get()
    assert "secret" not in repr(answer)


@pytest.mark.parametrize("nested", [b"[" * 100_000, b'{"said":' * 100_000])
async def test_a_body_that_nests_too_deeply_has_no_message(nested: bytes) -> None:
    with pytest.raises(Rejected) as raised:
        await Scene([httpx.Response(400, content=nested)]).get()
    assert raised.value.message == "Somebody rejected the request (400)"


class Breaking(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"said": '
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


class Dripping(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.001)
