"""The limits of a serverless cluster, in the format of each generation of the API."""

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.cockroachdb.versions import CURRENT, SPEND_LIMITS, USAGE_LIMITS, VERSIONS
from sandbox.cockroachdb.world import Limits

USAGE_BY_PLAN = {
    "BASIC": ("request_unit_limit", "storage_mib_limit"),
    "STANDARD": ("provisioned_virtual_cpus",),
}


def allowed(version: str) -> tuple[str, ...]:
    """The members of a serverless specification with limits. The oldest guide used camel case."""
    return {
        VERSIONS[0]: ("spend_limit", "spendLimit"),
        SPEND_LIMITS: ("spend_limit",),
        USAGE_LIMITS: ("spend_limit", "usage_limits"),
        CURRENT: ("usage_limits",),
    }[version]


def read(serverless: Body, version: str, plan: str, before: Limits) -> Limits:
    """The limits after a request. A null `usage_limits` removes them, in the current version an empty one too. An
    absent one keeps them.
    """
    if version == SPEND_LIMITS or (version == VERSIONS[0] and "spendLimit" not in serverless):
        return Limits(spend_cents=serverless.number("spend_limit"))
    if version == VERSIONS[0]:
        return Limits(spend_cents=serverless.number("spendLimit"))
    cents = serverless.number("spend_limit", default=None) if version < CURRENT else None
    if "usage_limits" not in serverless:
        return Limits(spend_cents=cents) if cents is not None else before
    wanted = serverless.take("usage_limits", dict | None)
    if wanted is None or (version == CURRENT and not wanted):
        return Limits(spend_cents=cents)
    usage = serverless.inner("usage_limits")
    names = USAGE_BY_PLAN[plan]
    usage.allow(*names)
    if version == USAGE_LIMITS:
        for name in names:
            usage.take(name, int | str)  # optional only since the next version
    return Limits(spend_cents=cents, usage={name: number(usage, name) for name in usage.members})


def number(usage: Body, name: str) -> str:
    """A 64-bit integer as a string. A JSON number is accepted too, as in all of this provider's JSON."""
    text = str(usage.take(name, int | str))
    if not text.isdecimal() or not 0 < int(text) < 2**63:
        raise usage.refuse(name, "must be a positive 64-bit integer")
    return text


def put(body: Body, version: str) -> Limits:
    """Sets a limit by the separate call of the first generation. Its guide documented it until only usage limits
    remained.
    """
    if version == CURRENT:
        raise Refusal(404, "not found")
    body.allow("spendLimit")
    return Limits(spend_cents=body.number("spendLimit"))
