"""Real SIGKILL of the whole runner, database and all, at random moments over every verb.

Whatever was answered holds afterwards: no operation is lost, nothing is made twice, and no cluster is wrongly believed
deleted, adopted, or done. What the providers were really asked is in the journals of the fake ones, which live on.
"""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from fleet.changing.verbs import VERBS as ROWS
from fleet.model import opaque
from fleet.model.change import OperationKind
from tests.kill.judging import Done, judge_deletions, judge_sendings
from tests.kill.verbs import FLEET, NOBODY, SPECS, VERBS, Asked, Fleet
from tests.kill.world import Life, World, await_observed, launch, live, world_in

CYCLES = 16
"""Lives of a runner, each ended by SIGKILL; `SEEDS` runs of them make sixty and more."""
SEEDS = range(4)
AT_ONCE = 3
ROUNDS = 8
"""Some verbs need what another one made: a limit, a lock, an upgrade that waits for its end."""
LONGEST_LIFE_SECONDS = 2.0
SETTLED_WITHIN_SECONDS = 900
"""Two minutes have to pass before a lost answer counts as one; the rest is for a machine that has much to do."""

ACCOUNTS = "{ accounts(first: 50) { nodes { id } } }"
OPERATIONS = """query ($after: String) { operations(first: 100, after: $after) {
  nodes {
    id kind state targetName requestedAt finishedAt account { provider { kind } }
    target { __typename ... on Cluster { id name } } failure { message }
  }
  pageInfo { hasNextPage endCursor }
} }"""
OPEN = OPERATIONS.replace("(first: 100,", "(first: 100, filter: {states: [RUNNING, UNCONFIRMED]},")
"""Each look asks for observations, which are operations too: all of them would cost more credits than there are."""
DELETED = """query ($after: String) { statusChanges(first: 100, after: $after) {
  nodes: edges { node { to clusterName observedAt cluster { id name provider { kind } } } }
  pageInfo { hasNextPage endCursor }
} }"""
DELETIONS = (OperationKind.DELETE_CLUSTER, OperationKind.DELETE_INTEGRATION)
FINAL = {"SUCCEEDED", "FAILED", "TIMED_OUT"}


@dataclass(kw_only=True)
class Story:
    """What was asked, and what was answered to it before the runner died."""

    chance: random.Random
    asked: list[Asked] = field(default_factory=list)
    unanswered: list[Asked] = field(default_factory=list)
    answered: dict[str, Asked] = field(default_factory=dict)
    """By the id of the operation."""
    heard: threading.Event = field(default_factory=threading.Event)
    """Whether this life has answered with an operation."""
    ended: dict[str, str] = field(default_factory=dict)
    """The states of operations that were answered as ended."""
    refused: Counter[str] = field(default_factory=Counter)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    """Of what was shown, by provider and identifier."""

    def read(self, fleet: Mapping[str, Any]) -> None:
        """What each identifier in a path of a provider stands for."""
        for cluster in fleet["clusters"]["nodes"]:
            provider = cluster["provider"]["kind"].lower()
            self.names[provider, cluster["externalId"]] = cluster["name"]
            for node in (cluster["nodes"] or {"nodes": []})["nodes"]:
                key = (opaque.read(node["id"]) or [""])[-1]
                self.names[provider, key.partition("/")[2]] = node["name"]
        for link in fleet["integrations"]["nodes"]:
            provider = link["account"]["provider"]["kind"].lower()
            self.names[provider, link["externalId"]] = link["name"]

    def send(self, life: Life, asked: Asked) -> None:
        """In a thread of its own: it may never come back."""
        self.asked.append(asked)
        try:
            done = life.ask(asked.document, asked.variables)["done"]
        except (httpx.TransportError, ValueError):
            self.unanswered.append(asked)
            return
        if done["operation"] is None:
            self.refused[f"{asked.kind}: {done['userErrors'][0]['__typename']}"] += 1
        else:
            self.answered[done["operation"]["id"]] = asked
            self.heard.set()
            if done["operation"]["state"] in FINAL:
                self.ended[done["operation"]["id"]] = done["operation"]["state"]


def pages(life: Life, document: str) -> Iterator[Mapping[str, Any]]:
    after = None
    while True:
        (page,) = life.ask(document, {"after": after}).values()
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def live_and_die(
    world: World, story: Story, order: Iterator[tuple[OperationKind, str]], *, is_heard: bool
) -> None:
    """Asks for the next verbs that can be asked for of what there is. A life that is heard may die from its first
    answer on, however long a busy machine takes for it; another one from its first moment on.
    """
    life = live(world)
    story.heard.clear()
    fleet = Fleet(life.ask(FLEET), story.chance)
    story.read(fleet.data)
    again, story.unanswered = [one for one in story.unanswered if one.is_idempotent], []
    possible = (
        asked for verb in itertools.islice(order, len(VERBS)) if (asked := VERBS[verb](fleet)) is not None
    )
    wanted = [*again, *itertools.islice(possible, AT_ONCE)]
    threads = [threading.Thread(target=story.send, args=(life, asked)) for asked in wanted]
    for thread in threads:
        thread.start()
    while is_heard and any(thread.is_alive() for thread in threads):
        if story.heard.wait(0.1):
            break
    time.sleep(story.chance.uniform(0, LONGEST_LIFE_SECONDS))
    life.kill()
    for thread in threads:
        thread.join()


def die_while_starting(world: World, story: Story) -> None:
    process = launch(world)
    time.sleep(story.chance.uniform(0.2, 2.5))
    Life(process=process, origin="").kill()


async def names_at(world: World, provider: str, story: Story) -> Counter[str]:
    clusters = await world.clusters(provider)
    story.names |= {(provider, cluster.external_id): cluster.name for cluster in clusters}
    return Counter(cluster.name for cluster in clusters)


async def ids_at(world: World, provider: str) -> list[str]:
    return [
        opaque.write(["Cluster", cluster.account_id, cluster.key])
        for cluster in await world.clusters(provider)
    ]


def is_under_way(operation: Mapping[str, Any]) -> bool:
    """What no provider shows stays in doubt without an answer, until its deadline."""
    row, provider = ROWS.get(OperationKind(operation["kind"])), operation["account"]["provider"]["kind"]
    is_hidden = row is not None and not row.is_shown
    only_credentials = (operation["kind"], provider) == ("UPDATE_INTEGRATION", "QOVERY")
    is_settled = operation["state"] == "UNCONFIRMED" and (is_hidden or only_credentials)
    return operation["state"] not in FINAL and not is_settled


def settle(life: Life, world: World) -> None:
    """Time passes at the providers, and accounts are observed, until nothing is under way."""
    give_up_at = time.monotonic() + SETTLED_WITHIN_SECONDS
    while True:
        is_open = [one for one in pages(life, OPEN) if is_under_way(one)]
        if not is_open:
            return
        assert time.monotonic() < give_up_at, is_open
        world.advance(30)
        for account in life.ask(ACCOUNTS)["accounts"]["nodes"]:
            life.ask(
                "mutation ($id: ID!) { refreshAccount(id: $id) { operation { id } } }", {"id": account["id"]}
            )
        time.sleep(2)


@pytest.mark.thorough
@pytest.mark.timeout(1200)
async def test_where_nobody_dies_every_verb_is_done_and_judged_right(tmp_path: Path) -> None:
    """So that none of them is only ever refused, and the judgement holds for each."""
    story = Story(chance=random.Random(0))
    created: dict[str, set[str]] = {provider: set() for provider in SPECS}
    with world_in(tmp_path) as world:
        life = live(world)
        await_observed(life)
        open_verbs = set(VERBS)
        for _ in range(ROUNDS):
            fleet = Fleet(life.ask(FLEET), story.chance)
            story.read(fleet.data)
            deletions = {verb for verb in open_verbs if verb[0] in DELETIONS}
            for verb in sorted(open_verbs - deletions or deletions):
                asked = VERBS[verb](fleet)
                if asked is not None:
                    story.send(life, asked)
            settle(life, world)
            for provider in SPECS:
                created[provider] |= ours(await names_at(world, provider, story))
            done = {
                (OperationKind(one["kind"]), one["account"]["provider"]["kind"].lower())
                for one in pages(life, OPERATIONS)
                if one["state"] == "SUCCEEDED"
            }
            open_verbs -= {*done, *((kind, NOBODY) for kind, _ in done)}
            if not open_verbs:
                break
        ended = [(one["kind"], one["state"], one["failure"]) for one in pages(life, OPERATIONS)]
        assert not open_verbs, (sorted(open_verbs), story.refused, ended)
        await judge(life, world, story, created)
        life.kill()


@pytest.mark.thorough
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("seed", SEEDS)
async def test_whenever_it_is_killed_what_was_answered_holds(tmp_path: Path, seed: int) -> None:
    story = Story(chance=random.Random(seed))
    verbs = list(VERBS)
    story.chance.shuffle(verbs)
    order = itertools.cycle(verbs)
    created: dict[str, set[str]] = {provider: set() for provider in SPECS}
    with world_in(tmp_path) as world:
        for cycle in range(CYCLES):
            if cycle % 8 == 5:
                die_while_starting(world, story)
            else:
                live_and_die(world, story, order, is_heard=cycle % 2 == 0)
            for provider in SPECS:
                there = await names_at(world, provider, story)
                created[provider] |= ours(there)
                assert all(there[name] == 1 for name in ours(there)), there
        life = live(world)
        await_observed(life)
        for asked in [one for one in story.unanswered if one.is_idempotent]:
            story.send(life, asked)
        story.read(life.ask(FLEET))
        settle(life, world)
        await_observed(life)
        await judge(life, world, story, created)
        life.kill()


async def judge(life: Life, world: World, story: Story, created: Mapping[str, set[str]]) -> None:
    living = {provider: await names_at(world, provider, story) for provider in SPECS}
    operations = {one["id"]: one for one in pages(life, OPERATIONS)}
    lost = story.answered.keys() - operations.keys()
    assert not lost, f"answered and lost: {[story.answered[one] for one in lost]}"
    assert {one: operations[one]["state"] for one in story.ended} == story.ended
    taken, strange = world.taken(story.names)
    assert not strange
    wrong = judge_sendings([to_done(one, world) for one in operations.values()], taken)
    assert not wrong, "\n".join(wrong)
    for provider in SPECS:
        assert all(living[provider][name] == 1 for name in ours(living[provider]))
        assert world.created(provider) == len(created[provider] | ours(living[provider])), provider
    living_ids = {one for provider in SPECS for one in await ids_at(world, provider)}
    deleted = [one["node"] for one in pages(life, DELETED) if one["node"]["to"] == "DELETED"]
    for change in deleted:
        assert change["cluster"] is None or change["cluster"]["id"] not in living_ids, change
    gone = [
        (
            change["cluster"]["provider"]["kind"].lower(),
            change["cluster"]["id"],
            change["clusterName"],
            world.advances.latest(datetime.fromisoformat(change["observedAt"])),
        )
        for change in deleted
        if change["cluster"] is not None
    ]
    wrong = judge_deletions(gone, taken, lambda name: name.startswith("kill-"))
    assert not wrong, "\n".join(wrong)
    for operation_id, operation in operations.items():
        asked = story.answered.get(operation_id)
        if operation["state"] == "SUCCEEDED" and asked is not None:
            judge_success(asked, operation, living[asked.provider], created)
    shown = {
        cluster["name"]
        for cluster in life.ask(FLEET)["clusters"]["nodes"]
        if cluster["status"]["phase"] != "DELETED"
    }
    assert ours(Counter(shown)) == set().union(*(ours(names) for names in living.values()))
    assert len(story.answered) > CYCLES // 2, story.refused


def ours(names: Counter[str]) -> set[str]:
    return {name for name in names if name.startswith("kill-")}


def judge_success(
    asked: Asked,
    operation: Mapping[str, Any],
    living: Counter[str],
    created: Mapping[str, set[str]],
) -> None:
    """It is as the operation says, or was, before a later one changed it."""
    match asked.kind:
        case OperationKind.CREATE_CLUSTER:
            assert asked.name in created[asked.provider] | ours(living), operation
            if operation["target"] is not None and operation["target"]["__typename"] == "Cluster":
                assert operation["target"]["name"] == asked.name
        case OperationKind.DELETE_CLUSTER:
            assert asked.name not in living, operation
        case _:
            pass  # what the provider recorded tells: `judge_sendings`


def to_done(operation: Mapping[str, Any], world: World) -> Done:
    """An operation with the times of its provider, which are ahead of ours."""
    ended_at = operation["finishedAt"]
    failure = operation["failure"]
    return Done(
        id=operation["id"],
        provider=operation["account"]["provider"]["kind"].lower(),
        kind=operation["kind"],
        state=operation["state"],
        name=operation["targetName"],
        asked_at=world.advances.earliest(datetime.fromisoformat(operation["requestedAt"])),
        ended_at=None if ended_at is None else world.advances.latest(datetime.fromisoformat(ended_at)),
        message="" if failure is None else failure["message"],
    )
