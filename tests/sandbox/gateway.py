"""Somebody outside who opens a WebSocket at the fake gateway of Qovery."""

import json
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from sandbox import Server
from sandbox.api import Account


def opened(server: Server, path: str, authorization: str | None, **query: str) -> ClientConnection:
    """Raises `InvalidStatus` where the handshake is refused."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    headers = {} if authorization is None else {"Authorization": authorization}
    url = server.url.replace("http://", "ws://")
    return connect(f"{url}{path}?{asked}", additional_headers=headers, proxy=None)


def heard(server: Server, path: str, account: Account, cluster_id: str) -> Any:
    """The first message. None where the connection is closed without one."""
    query = {"organization": account.external_id or "", "cluster": cluster_id}
    with opened(server, path, f"Token {account.token}", **query) as connection:
        try:
            return json.loads(connection.recv(timeout=20))
        except ConnectionClosed:
            return None
