"""Sending to addresses that people name: to nobody inside our own network, and to no other address than was checked.

address     https only; its host is looked up at every attempt, and the connection goes to the very address that was
            checked, so that a name cannot lead elsewhere in between. An operator can allow private and loopback
            addresses, and http with them
redirects   not followed
answer      only its status and `Retry-After` are read
timeout     5 seconds to connect, 15 for a whole attempt
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from adapters.http import leads_nowhere
from fleet.ports.webhooks import NotDelivered

CONNECT_SECONDS = 5.0
ATTEMPT_SECONDS = 15.0
LAST_PORT = 65_535

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_NAT64 = IPv6Network("64:ff9b::/96")

DOWN = frozenset({408, 425, 429})
"""Statuses below 500 that speak of the receiver, and not of the message."""

GONE = 410
"""The receiver wants nothing any more. Source: the specification of Standard Webhooks, which asks to stop sending."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, each once."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def open_client() -> httpx.AsyncClient:
    """A client of its own. It asks no proxy, because that would look up the host by itself."""
    return httpx.AsyncClient(
        headers={"User-Agent": "fleetgraph-webhooks", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(ATTEMPT_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=8, max_keepalive_connections=4),
        trust_env=False,
        event_hooks={"response": [leads_nowhere]},
    )


@dataclass(frozen=True, kw_only=True)
class WebhookSender:
    """Implements `fleet.ports.webhooks.Sender`."""

    client: httpx.AsyncClient
    allows_private: bool = False
    resolve: Resolve = resolve

    def check(self, url: str) -> None:
        _ = self._read(url)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        try:
            target = self._read(url)
        except ValueError as error:
            raise NotDelivered(str(error)) from None
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self._send(target, await self._address(target), body, headers)
        except TimeoutError:
            raise _down(f"It did not answer within {ATTEMPT_SECONDS:.0f} seconds.") from None
        except httpx.HTTPError as error:
            raise _down(f"It cannot be reached: {_reason(error)}.") from None

    async def _send(self, target: httpx.URL, address: str, body: bytes, headers: Mapping[str, str]) -> None:
        request = self.client.build_request(
            "POST",
            target.copy_with(host=address),
            content=body,
            headers={**headers, "host": target.netloc.decode()},
            extensions={"sni_hostname": _name(target)},
        )
        response = await self.client.send(request, stream=True, follow_redirects=False)
        try:
            _judge(response)
        finally:
            await response.aclose()

    def _read(self, url: str) -> httpx.URL:
        """Raises `ValueError`."""
        try:
            read = httpx.URL(url)
            _ = read.host.encode("idna")  # a host with a label that none has fails only when it is looked up
        except (httpx.InvalidURL, UnicodeError) as error:
            raise ValueError("This is no address, such as https://example.com/hook.") from error
        allowed = ("https", "http") if self.allows_private else ("https",)
        if read.scheme not in allowed or not read.host:
            raise ValueError("An address begins with https:// and has a host.")
        if read.userinfo:
            raise ValueError("An address has no user and no password: put a secret into its path.")
        if read.port is not None and not 0 < read.port <= LAST_PORT:
            raise ValueError(f"The port of an address is a number from 1 to {LAST_PORT}.")
        literal = _literal(read.host)
        if literal is not None:
            self._require_public(literal)
        return read

    async def _address(self, target: httpx.URL) -> str:
        port = target.port or (443 if target.scheme == "https" else 80)
        try:
            found = await self.resolve(_name(target), port)
        except OSError:
            found = []
        if not found:
            raise _down("Its host is not known.")
        try:
            for one in found:
                self._require_public(ip_address(one.partition("%")[0]))
        except ValueError as error:
            raise NotDelivered(str(error)) from None
        return found[0]

    def _require_public(self, address: Address) -> None:
        if not self.allows_private and not is_public(address):
            raise ValueError(
                "It leads to a private or loopback address, which this Fleetgraph does not send to "
                "(WEBHOOK_ADDRESSES=any allows it)."
            )


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet, also one that is wrapped in another."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _name(url: httpx.URL) -> str:
    """The host as the `Host` header spells it. The system would spell `straße` as `strasse`, which is another host."""
    return url.raw_host.decode("ascii")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _judge(response: httpx.Response) -> None:
    status = response.status_code
    if response.is_success:
        return
    after = response.headers.get("retry-after", "")
    raise NotDelivered(
        f"It answered with {status}.",
        is_down=status >= 500 or status in DOWN,
        is_gone=status == GONE,
        retry_after_seconds=float(after) if after.isascii() and after.isdecimal() else None,
    )


def _down(message: str) -> NotDelivered:
    return NotDelivered(message, is_down=True)


def _reason(error: httpx.HTTPError) -> str:
    """In our words: those of a library can hold the address, which is a secret."""
    if not isinstance(error, httpx.ConnectError):
        return "the connection broke off"
    return "its TLS certificate does not hold" if "SSL" in str(error) else "no connection could be made"
