"""The gateway over what is wired: the same in the function and in the local runner."""

from functions.api_settings import ApiSettings
from functions.wiring import Parts
from gateway.services import Policy, Services
from infra.store.credits import DynamoPoints


def services_of(parts: Parts, settings: ApiSettings) -> Services:
    return Services(
        reader=parts.store,
        changer=parts.changer,
        owner=parts.owner,
        keys=parts.keys,
        points=DynamoPoints(parts.rows, settings.points_per_minute),
        clock=parts.clock,
    )


def policy_of(settings: ApiSettings) -> Policy:
    return Policy(shows_schema=settings.shows_schema, only_trusted=settings.only_trusted)
