"""No verb is forgotten by the kill test: it is held against the product's own table, and against the schema."""

import itertools
import random
import re
from collections.abc import Mapping

import pytest

from fleet.changing.verbs import VERBS as ROWS
from fleet.model.change import OperationKind
from fleet.providers import PROVIDERS
from sandbox import serve
from tests.kill.judging import MOVES_FOR, REQUESTS, STEPS
from tests.kill.verbs import EXEMPT, NOBODY, OF_PROVIDERS, RESTLESS, VERBS, Fleet
from tests.kill.world import ROOT

OF_NOBODY = [
    (kind, NOBODY) for kind in OperationKind if kind not in ROWS and kind is not OperationKind.UNKNOWN
]
"""Kinds that are no row of the product's table: nobody is asked to change anything."""

SENT_OTHERWISE: Mapping[str, str] = {
    "disconnectAccount": "`test_keys.py`: the account is gone after the death",
    "createApiKey": "`test_keys.py`: the key opens after the death",
    "revokeApiKey": "`test_keys.py`: it opens no more",
    "applyPlan": "sends the change that was planned: the same verb, by the same road",
    "cancelOperation": "takes back what was not sent, by one conditional write",
    **dict.fromkeys(
        ("connectAccount", "replaceAccountToken"),
        "changes nothing at a provider; what is left behind at each step is in tests/fleet/accounts",
    ),
    **dict.fromkeys(
        (
            "setEnvelope",
            "deleteEnvelope",
            "createWebhook",
            "updateWebhook",
            "testWebhook",
            "deleteWebhook",
            "replayWebhook",
        ),
        "asks no provider for anything: one write to the table, which a death leaves done or not done",
    ),
}
"""Mutations that are no verb of `VERBS`, and what holds them."""


def test_each_verb_of_the_table_is_killed_at_each_provider_that_has_it() -> None:
    assert sorted([*OF_PROVIDERS, *OF_NOBODY]) == sorted([*VERBS, *EXEMPT])
    assert not VERBS.keys() & EXEMPT.keys()
    assert all(len(reason) > 30 for reason in EXEMPT.values())


@pytest.mark.parametrize(("kind", "provider"), sorted(key for key in VERBS if key[1] != NOBODY))
def test_what_proves_each_verb_is_known(kind: OperationKind, provider: str) -> None:
    """Its request is told apart by its path, or is a change of the cluster like another."""
    steps = STEPS[kind]
    assert steps
    known = {request.what for request in REQUESTS[provider]}
    assert set(steps) <= known or (provider == "cockroachdb" and "change" in known)


def test_every_step_is_one_of_some_verb() -> None:
    kinds = {str(kind) for kind, _ in VERBS}
    assert set(STEPS) == kinds
    assert {what for _, what in MOVES_FOR} <= {what for steps in STEPS.values() for what in steps}


def test_each_mutation_is_killed_or_said_to_be_held_elsewhere() -> None:
    schema = (ROOT / "graphql" / "schema.graphql").read_text(encoding="utf-8")
    body = re.search(r"^type Mutation \{$(.*?)^\}$", schema, re.DOTALL | re.MULTILINE)
    assert body is not None
    mutations = set(re.findall(r"^  (\w+)[(:]", body[1], re.MULTILINE))
    asked = {
        found[1]
        for verb in VERBS.values()
        if (one := verb(Fleet(EVERYTHING, random.Random(1)))) is not None
        and (found := re.search(r"done: (\w+)\(", one.document)) is not None
    }
    assert mutations == asked | SENT_OTHERWISE.keys()
    assert not asked & SENT_OTHERWISE.keys()


def test_each_verb_is_asked_of_a_fleet_that_has_everything() -> None:
    for (kind, provider), verb in VERBS.items():
        asked = verb(Fleet(EVERYTHING, random.Random(1)))
        assert asked is not None, (kind, provider)
        assert asked.kind is kind
        assert provider in (asked.provider, NOBODY)


def _cluster(provider: str, **more: object) -> dict[str, object]:
    return {
        "id": f"{provider}-1",
        "externalId": "1",
        "name": "kill-0",
        "account": {"id": provider},
        "provider": {"kind": provider.upper()},
        "status": {"phase": "READY"},
        "spendLimit": {"state": "LIMITED"},
        "isDeletionProtected": False,
        "upgrade": {"state": "PENDING_FINALIZATION", "versions": ["2"]},
        "allowlist": {"networks": [{"cidr": "192.0.2.0/24"}]},
        "nodes": {"nodes": [{"id": "n", "name": "n"}]},
        **more,
    }


EVERYTHING = {
    "accounts": {"nodes": [{"id": one, "name": one, "provider": {"kind": one.upper()}} for one in PROVIDERS]},
    "clusters": {
        "nodes": [
            *(_cluster(one) for one in PROVIDERS),
            _cluster("qovery", id="locked", isDeletionProtected=True),
        ]
    },
    "integrations": {
        "nodes": [
            {
                "id": f"{provider}-{name}",
                "externalId": name,
                "name": name,
                "account": {"id": provider, "provider": {"kind": provider.upper()}},
            }
            for provider in ("northflank", "qovery")
            for name in ("Hobby GCP", "orchard-aws-main", "kill-0")
        ]
    },
}


@pytest.mark.parametrize("kind", [OperationKind.STOP_CLUSTER, OperationKind.DEPLOY_CLUSTER])
def test_what_a_cluster_does_by_itself_is_not_asked_of_it(kind: OperationKind) -> None:
    """A request that was lost with its runner would be taken for done, and rightly so: nobody could tell."""
    with serve("qovery") as fake:
        names = [
            one.name for one in itertools.chain(*(o.clusters.values() for o in fake.world.organizations))
        ]
    clusters = [
        {"id": name, "name": name, "provider": {"kind": "QOVERY"}, "status": {"phase": "READY"}}
        for name in names
    ]
    verb = VERBS[kind, "qovery"]
    fleet = Fleet({"clusters": {"nodes": clusters}}, random.Random(0))
    chosen = {asked.name for _ in range(200) if (asked := verb(fleet)) is not None}
    assert chosen
    assert not chosen & RESTLESS
    assert set(names) > RESTLESS
