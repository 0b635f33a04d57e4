"""Authentication on this computer: on loopback, no key is needed unless one is set."""

import hmac
from dataclasses import asdict
from functools import partial
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.oidc import Expected, Issuer
from fleet.access.authentication import (
    Authenticate,
    Authenticator,
    NotAuthenticated,
    Reason,
    authenticate_key,
)
from fleet.model.caller import Caller, trusted
from fleet.ports.clock import Clock, SystemClock
from fleet.ports.keys import Keys
from functions.api_settings import OidcSettings
from gateway.http.headers import EVERYWHERE
from gateway.relay.ids import account_id_of
from local.settings import is_loopback

LOCAL = trusted("local")


def make_authenticate(
    keys: Keys, clock: Clock, admin_key: SecretStr | None, oidc: OidcSettings | None = None
) -> Authenticate:
    """If no key is needed, a key in the request counts all the same, so that its scopes can be tried."""

    async def open_with_admin_key(presented: str) -> Caller:
        if admin_key is None or not hmac.compare_digest(
            presented.encode(), admin_key.get_secret_value().encode()
        ):
            raise NotAuthenticated(Reason.UNKNOWN)
        return trusted("admin key")

    authenticator = Authenticator(
        api_key=partial(authenticate_key, keys, clock),
        # By the computer's clock, because the times in a token are from another clock.
        token=None if oidc is None else Issuer(Expected(**asdict(oidc)), SystemClock(), account_id_of).open,
        admin_key=open_with_admin_key,
    )

    async def authenticate(authorization: str | None) -> Caller:
        if authorization is None and admin_key is None:
            return LOCAL
        return await authenticator.authenticate(authorization)

    return authenticate


class LoopbackOnly:
    """Refuses requests with another host name. A web page whose host name resolves to this computer (DNS rebinding)
    would otherwise look like ours to the browser; its requests have its own host name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = urlsplit("//" + Headers(scope=scope).get("host", "")).hostname
        if host is not None and is_loopback(host):
            await self._app(scope, receive, send)
        else:
            answer = PlainTextResponse("Ask for localhost or 127.0.0.1.", 421, EVERYWHERE)
            await answer(scope, receive, send)
