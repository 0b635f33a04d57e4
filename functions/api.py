"""API Gateway -> gateway, behind one door: without a valid key nothing is answered, and nothing of it is imported."""

import json
import os
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any

from fleet.clock import Clock, SystemClock
from functions.process import Context, Process
from functions.settings import read_settings
from infra import admin_key
from infra.admin_key import AdminKey
from infra.telemetry import adopt_loggers, logger_of, measure

TEXT_TYPES = ["text/", "application/json", "application/graphql-response+json", "application/javascript"]
"""What goes out as it is; API Gateway wants everything else in base 64."""

REFUSAL = {
    "statusCode": 401,
    "headers": {
        "content-type": "application/json",
        "www-authenticate": "Bearer",
        "cache-control": "no-store",
    },
    "body": json.dumps(
        {
            "errors": [
                {
                    "message": "A key is needed. Send it in the header: Authorization: Bearer <key>",
                    "extensions": {"code": "UNAUTHENTICATED"},
                }
            ]
        }
    ),
}

logger = logger_of("api")


def presented_key(event: Mapping[str, Any]) -> str | None:
    """API Gateway gives header names in lower case."""
    scheme, _, key = event.get("headers", {}).get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


class Api:
    def __init__(self, environment: Mapping[str, str], clock: Clock) -> None:
        self._settings = read_settings(environment)
        self._clock = clock
        self._process = Process()
        self._key = AdminKey(admin_key.open_client(), self._settings.admin_key_id, clock)

    def __call__(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        key = presented_key(event)
        if key is None or not self._process.run(self._key.matches(key)):
            measure({"Refusals": 1})
            return REFUSAL
        return self._answer(event, context)

    @cached_property
    def _answer(self) -> Callable[[Any, Any], dict[str, Any]]:
        """Imported with the first request that may be answered: a refused one costs neither time nor memory."""
        from mangum import Mangum

        from fleet.schedule import Pace
        from functions.wiring import wire
        from gateway.app import create_app
        from infra import ssm
        from infra.ssm import SsmVault
        from infra.table import open_client

        vault = SsmVault(ssm.open_client(), self._settings.token_prefix, self._clock)
        wired = wire(
            client=open_client(), table=self._settings.table, vault=vault, pace=Pace(), clock=self._clock
        )
        parts = self._process.open(wired)
        app = create_app(parts.store, parts.changer, parts.owner, self._clock, explorer=None, health=None)
        return Mangum(app, lifespan="off", text_mime_types=TEXT_TYPES)

    def close(self) -> None:
        self._process.close()


@cache
def _api() -> Api:
    adopt_loggers(logger)
    return Api(os.environ, SystemClock())


@logger.inject_lambda_context(clear_state=True, correlation_id_path="requestContext.requestId")
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    answer = _api()(event, context)
    logger.info("answered", status=answer["statusCode"])
    return answer
