"""API Gateway -> gateway. Without a valid key a request is refused before the gateway is imported.

Pages need no authentication, because they contain no data of a fleet and ask a person for the key.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from fleet.access.authentication import (
    Authenticator,
    NotAuthenticated,
    Reason,
    VerifyCredential,
    authenticate_key,
)
from fleet.model.caller import Caller, Scope
from fleet.ports.clock import Clock, SystemClock
from fleet.ports.keys import Keys
from functions import IS_LAMBDA, draw_anew_after_a_restore, origin, start_collecting
from functions.api_settings import read_api_settings
from functions.deadline import within_the_invocation
from functions.events import as_request, is_request
from functions.pages import pages_of
from functions.process import Context, Process
from functions.settings import read_settings, read_webhook_addresses
from infra.secrets import admin_key
from infra.secrets.admin_key import AdminKey
from infra.telemetry import adopt_loggers, count_throttles, logger_of, measure

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from infra.queue import Queue

TEXT_TYPES = ["text/", "application/json", "application/graphql-response+json", "application/javascript"]
"""Media types that are sent as text. API Gateway requires all others in base64."""

ADMIN = Caller(id="admin key", name="admin key", scopes=frozenset({Scope.ADMIN}))
"""Who presents the key that the deployment was born with. A token's subject, or a key of ours, may be called so, too:
its `id` says what it is.
"""

REFUSAL_HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "content-type": "application/json",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""The headers of a refusal. They equal the gateway's, which is not imported for a refusal."""

PAGES = Path(__file__).parent.parent / "pages"
"""The folder of the built pages in the artefact."""

logger = logger_of("api")


class Api:
    """A process answers one request at a time, so `_caller` holds its caller meanwhile. `line` is what is to be
    logged of the latest request.
    """

    def __init__(self, environment: Mapping[str, str], clock: Clock, pages: Path = PAGES) -> None:
        self._settings = read_settings(environment)
        self._api_settings = read_api_settings(environment)
        self._allows_private_webhooks = read_webhook_addresses(environment)
        self._origin_digests = origin.read_origin_digests(environment)
        self._clock = clock
        self._pages = pages_of(self._api_settings, pages) if pages.is_dir() else None
        self._process = Process()
        self._caller: Caller | None = None
        self.line: Mapping[str, object] = {}
        self._authenticator = Authenticator(
            api_key=self._open_with_api_key,
            token=None if self._api_settings.oidc is None else self._open_with_token,
            admin_key=self._admin_key_verifier(),
        )

    def __call__(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Handles an event. An event that is not a request keeps the process warm: it loads everything and needs no
        key, because AWS has authenticated who can invoke the function.
        """
        self.line = {}
        if not is_request(event):
            self.prepare(everything=True)
            return {"statusCode": 200, "headers": {**REFUSAL_HEADERS}, "body": json.dumps({"status": "ok"})}
        event = as_request(event)
        headers = event["headers"]
        origin_secret = headers.pop(origin.HEADER, "")
        if self._origin_digests and not origin.came_by_cloudfront(origin_secret, self._origin_digests):
            return self._refusal(event, origin.STATUS, origin.BODY, reason="not by CloudFront")
        if page := self._page(event, headers):
            return page
        try:
            self._caller = self._process.run(self._authenticator.authenticate(headers.get("authorization")))
        except NotAuthenticated as refused:
            return self._refusal(
                event, refused.status, refused.body, refused.headers, reason=refused.reason, fact=refused.fact
            )
        return self._answer(event, context)

    def _refusal(
        self,
        event: Mapping[str, Any],
        status: int,
        body: Mapping[str, object],
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        reason: str,
        fact: str = "",
    ) -> dict[str, Any]:
        measure({"Refusals": 1})
        measure({"Refusals": 1}, reason=reason)
        logger.info("refused", reason=reason, fact=fact)
        request_id = event["requestContext"].get("requestId", "")
        return {
            "statusCode": status,
            "headers": {**REFUSAL_HEADERS, **headers, "x-request-id": request_id},
            "body": json.dumps(body),
        }

    def _page(self, event: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any] | None:
        if self._pages is None or event["requestContext"]["http"]["method"] != "GET":
            return None
        found = self._pages.find("GET", event["rawPath"], headers, event.get("queryStringParameters") or ())
        if found is None:
            return None
        return {
            "statusCode": found.status,
            "headers": {
                **REFUSAL_HEADERS,
                **{name.lower(): value for name, value in found.headers.items()},
                "x-request-id": event["requestContext"].get("requestId", ""),
            },
            "body": base64.b64encode(found.body).decode(),
            "isBase64Encoded": True,
        }

    def _log_request(self, line: Mapping[str, object]) -> None:
        self.line = line

    async def _authenticated(self, authorization: str | None) -> Caller:
        assert self._caller is not None
        return self._caller

    async def _open_with_api_key(self, token: str) -> Caller:
        return await authenticate_key(self._keys, self._clock, token)

    async def _open_with_token(self, token: str) -> Caller:
        return await self._issuer(token)

    @cached_property
    def _issuer(self) -> VerifyCredential:
        """Imported with the first token, because verifying one needs a large library."""
        oidc = self._api_settings.oidc
        assert oidc is not None
        from adapters.oidc import Expected, Issuer

        return Issuer(Expected(**asdict(oidc)), self._clock, _read_account_id).open

    def _admin_key_verifier(self) -> VerifyCredential | None:
        if self._settings.admin_key_id is None:
            return None
        key = AdminKey(admin_key.open_client(), self._settings.admin_key_id, self._clock)

        async def open_with_admin_key(presented: str) -> Caller:
            if not await key.matches(presented):
                raise NotAuthenticated(Reason.UNKNOWN)
            return ADMIN

        return open_with_admin_key

    @cached_property
    def _dynamodb(self) -> "DynamoDBClient":
        """Opened with the first authenticated request, like everything below."""
        from infra.dynamodb.table import open_client

        return open_client()

    @cached_property
    def _keys(self) -> Keys:
        from infra.dynamodb.table import DynamoTable
        from infra.store.api_keys import TableKeys

        table = DynamoTable(self._dynamodb, self._settings.table, self._clock, threads=1)
        return TableKeys(table, self._clock)

    @cached_property
    def _answer(self) -> Callable[[Any, Any], dict[str, Any]]:
        """Imported at INIT on Lambda. Elsewhere, with the first authenticated request."""
        from mangum import Mangum

        from fleet.observing.schedule import Pace
        from functions.wiring import policy_of, services_of, wire
        from gateway.http.app import create_app
        from infra.dynamodb.table import DynamoTable
        from infra.secrets.ssm import SsmVault

        vault = SsmVault(self._settings.token_prefix, self._clock, key_id=self._settings.token_key_id)
        wired = wire(
            rows=DynamoTable(self._dynamodb, self._settings.table, self._clock),
            vault=vault,
            pace=Pace(),
            clock=self._clock,
            given_urls=self._settings.base_urls,
            send_observation_request=self._send_observation_request,
            shares_address=False,
            allows_private_webhooks=self._allows_private_webhooks,
        )
        self._parts = self._process.open(wired)
        app = create_app(
            services_of(self._parts, self._api_settings),
            authenticate=self._authenticated,
            policy=policy_of(self._api_settings),
            pages=None,
            health=None,
            log_request=self._log_request,
        )
        return Mangum(within_the_invocation(app), lifespan="off", text_mime_types=TEXT_TYPES)

    async def _send_observation_request(self, account_id: str, due_at: datetime) -> None:
        """Requests an observation after a change. If that fails, the next plan requests it within a minute."""
        from infra.queue import ObservationRequest

        request = ObservationRequest(account_id=account_id, due_at=due_at)
        try:
            await self._queue.send(
                [request], correlation_id=logger.get_correlation_id() or "", jitter=timedelta()
            )
        except Exception:
            logger.exception("an observation was left to the next plan")

    @cached_property
    def _queue(self) -> "Queue":
        """Imported with the first change: a query sends nothing."""
        from infra import queue

        return queue.Queue(queue.open_client(), self._settings.queue_url, self._clock)

    def prepare(self, *, everything: bool) -> None:
        """Imports, opens and makes what the first answer needs, or any, without a request to anything."""
        from infra.store.bundles import make_validators

        _ = self._answer
        make_validators()
        if everything:
            from gateway.schema import SCHEMA

            SCHEMA.whole()
            self._parts.open_changing()

    def close(self) -> None:
        self._process.close()


def _read_account_id(global_id: str) -> str | None:
    from gateway.relay.ids import account_id_of

    return account_id_of(global_id)


@cache
def _api() -> Api:
    adopt_loggers(logger)
    count_throttles()
    return Api(os.environ, SystemClock())


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    api = _api()
    answer = api(event, context)
    logger.info("answered", extra={"status": answer["statusCode"], **api.line})
    return answer


if IS_LAMBDA:
    # Lambda imports a function at INIT with a whole processor, and then answers the request that it was started for. A
    # process that is started ahead of requests, or for a snapshot, has time for everything.
    _api().prepare(everything=os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand") != "on-demand")
draw_anew_after_a_restore()
start_collecting()
