"""Accesses of a cluster to outside stores of secrets: what a request has to say, and what is shown of it."""

from collections.abc import Sequence
from datetime import datetime

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.identifiers import Identifiers

ENDPOINTS = {
    "AWS_SECRET_MANAGER": ("region",),
    "AWS_PARAMETER_STORE": ("region",),
    "GCP_SECRET_MANAGER": ("region", "project_id"),
}
AUTHENTICATIONS = {
    "AUTOMATICALLY_CONFIGURED": (),
    "AWS_ROLE_ARN": ("role_arn",),
    "AWS_STATIC_CREDENTIALS": ("region", "access_key"),
    "GCP_JSON_CREDENTIALS": (),
}
"""The members that are required and shown."""
SECRETS = {"AWS_STATIC_CREDENTIALS": "secret_key", "GCP_JSON_CREDENTIALS": "json_credentials"}
"""What a new access needs too. It is not shown."""


def take(body: Body, known: Sequence[Json], ids: Identifiers, now: datetime) -> list[Json]:
    accesses = body.take("secret_manager_accesses", list)
    return [
        _take_one(
            Body(each if isinstance(each, dict) else {}, place=f"secret_manager_accesses.{number}."),
            {one["id"]: one for one in known},
            ids,
            now,
        )
        for number, each in enumerate(accesses)
    ]


def _take_one(access: Body, known: dict[str, Json], ids: Identifiers, now: datetime) -> Json:
    name = access.text("name")
    own_id = access.take("id", str | None, default=None)
    if own_id is not None and own_id not in known:
        raise Refusal(400, f"the cluster has no access to a secret manager of the id {own_id}")
    authentication = access.inner("authentication")
    mode = authentication.choice("mode", tuple(AUTHENTICATIONS))
    if own_id is None and mode in SECRETS:
        authentication.text(SECRETS[mode])
    instant = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": own_id or ids.uuid("secret manager", name, now),
        "name": name,
        "created_at": known[own_id]["created_at"] if own_id else instant,
        "updated_at": instant,
        "endpoint": _take_members(access.inner("endpoint"), ENDPOINTS),
        "authentication": _take_members(authentication, AUTHENTICATIONS),
    }


def _take_members(part: Body, members: dict[str, tuple[str, ...]]) -> Json:
    mode = part.choice("mode", tuple(members))
    return {"mode": mode, **{name: part.text(name) for name in members[mode]}}
