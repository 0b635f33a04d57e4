"""Sending to addresses that people name: what arrives, what is never sent, and what a failure says."""

from collections.abc import AsyncIterator, Iterator, Sequence
from ipaddress import ip_address

import pytest

from adapters.webhook_sender import WebhookSender, is_public, open_client
from fleet.ports.webhooks import NotDelivered
from tests.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


async def to_loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.fixture
async def allowing() -> AsyncIterator[WebhookSender]:
    async with open_client() as client:
        yield WebhookSender(client=client, allows_private=True, resolve=to_loopback)


@pytest.fixture
async def strict() -> AsyncIterator[WebhookSender]:
    async with open_client() as client:
        yield WebhookSender(client=client, resolve=to_loopback)


async def test_a_message_arrives_as_it_is_at_the_host_that_was_named(
    allowing: WebhookSender, receiver: Receiver
) -> None:
    await allowing.post(f"http://hook.example:{receiver.port}/a?b=c", b'{"a":1}', {"webhook-id": "m1"})
    (message,) = receiver.received
    assert (message.path, message.body) == ("/a?b=c", b'{"a":1}')
    assert message.headers["host"] == f"hook.example:{receiver.port}"
    assert message.headers["webhook-id"] == "m1"


@pytest.mark.parametrize(
    ("status", "is_down"), [(400, False), (404, False), (410, True), (301, False), (429, True), (500, True)]
)
async def test_what_is_no_success_has_not_arrived(
    allowing: WebhookSender, receiver: Receiver, status: int, is_down: bool
) -> None:
    receiver.status, receiver.headers = status, {"retry-after": "7", "location": "/elsewhere"}
    with pytest.raises(NotDelivered, match=f"It answered with {status}") as failure:
        await allowing.post(f"http://hook.example:{receiver.port}/", b"{}", {})
    assert failure.value.is_down is is_down
    assert failure.value.is_gone is (status == 410)
    assert failure.value.retry_after_seconds == 7
    assert len(receiver.received) == 1  # a redirect is not followed


@pytest.mark.parametrize("location", ["https://xn--a/", "data:,x"])
async def test_a_redirect_to_an_address_that_does_not_read_is_no_success(
    allowing: WebhookSender, receiver: Receiver, location: str
) -> None:
    receiver.status, receiver.headers = 302, {"location": location}
    with pytest.raises(NotDelivered, match="It answered with 302"):
        await allowing.post(f"http://hook.example:{receiver.port}/", b"{}", {})


async def test_the_host_that_is_looked_up_is_the_one_that_is_named_to_the_receiver(
    receiver: Receiver,
) -> None:
    """The system spells a few names in another way, so that it would find somebody else's host."""
    looked_up = []

    async def note(host: str, port: int) -> Sequence[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    async with open_client() as client:
        sender = WebhookSender(client=client, allows_private=True, resolve=note)
        await sender.post(f"http://straße.example:{receiver.port}/", b"{}", {})
    assert looked_up == ["xn--strae-oqa.example"]
    assert receiver.received[0].headers["host"] == f"xn--strae-oqa.example:{receiver.port}"


async def test_two_hosts_at_one_address_share_no_connection(
    allowing: WebhookSender, receiver: Receiver
) -> None:
    """Its certificate was checked for one of them."""
    for host in ("one.example", "two.example"):
        await allowing.post(f"http://{host}:{receiver.port}/", b"{}", {})
    first, second = receiver.received
    assert first.connection != second.connection


async def test_a_receiver_that_does_not_answer_in_time_is_down(
    allowing: WebhookSender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.webhook_sender.ATTEMPT_SECONDS", 0.05)
    receiver.delay_seconds = 0.5
    with pytest.raises(NotDelivered, match="did not answer") as failure:
        await allowing.post(f"http://hook.example:{receiver.port}/", b"{}", {})
    assert failure.value.is_down


async def test_nobody_there_is_down_and_says_nothing_of_the_address(allowing: WebhookSender) -> None:
    with pytest.raises(NotDelivered, match="cannot be reached: no connection could be made") as failure:
        await allowing.post("http://hook.example:1/made-up-secret", b"{}", {})
    assert failure.value.is_down
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://192.168.1.1:8443/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://100.64.0.1/",
        "http://93.184.215.14/",
        "ftp://hook.example/",
        "hook.example",
        "https://",
        "https://somebody:secret@hook.example/",
        "https://hook.example:port/",
        "https://hook.example:99999/",
        "https://hook.example:0/",
        "https://hook..example/",
        f"https://{'a' * 64}.example/",
        "https://xn--a/",
    ],
)
async def test_such_an_address_is_refused_before_anything_is_sent(strict: WebhookSender, url: str) -> None:
    with pytest.raises(ValueError, match=r"address"):
        strict.check(url)
    with pytest.raises(NotDelivered):
        await strict.post(url, b"{}", {})


async def test_a_name_that_leads_inside_is_refused_when_it_is_sent_to(
    strict: WebhookSender, receiver: Receiver
) -> None:
    strict.check(f"https://hook.example:{receiver.port}/")
    with pytest.raises(NotDelivered, match="private or loopback"):
        await strict.post(f"https://hook.example:{receiver.port}/", b"{}", {})
    assert receiver.received == []


async def test_one_private_address_among_public_ones_is_enough() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "10.0.0.1"]

    async with open_client() as client:
        with pytest.raises(NotDelivered, match="private"):
            await WebhookSender(client=client, resolve=both).post("https://hook.example/", b"{}", {})


async def test_a_host_that_nobody_knows_is_down() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    async with open_client() as client:
        with pytest.raises(NotDelivered, match="not known") as failure:
            await WebhookSender(client=client, resolve=unknown).post("https://hook.example/", b"{}", {})
    assert failure.value.is_down


@pytest.mark.parametrize(
    ("address", "is_so"), [("93.184.215.14", True), ("2606:2800:21f::1", True), ("224.0.0.1", False)]
)
def test_public_is_what_the_internet_can_reach(address: str, is_so: bool) -> None:
    assert is_public(ip_address(address)) is is_so
