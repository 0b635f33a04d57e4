"""What a receiver can rely on: everything that it subscribed to, each cluster in its order, again until it is taken."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from fleet.model.event import EventKind
from fleet.model.severity import Severity
from fleet.model.webhook import KEPT
from fleet.ports.webhooks import NotDelivered
from fleet.webhooks.deliver import MOST_WAITING, PAGE, RETRY_AFTER
from infra.store.table import ConditionFailed
from tests.fleet.webhooks.receiving import ADMIN, URL, Received, Subscribed, changed
from tests.infra.samples import make_account

DOWN = NotDelivered("It answered with 503.", is_down=True)
POISONED = NotDelivered("It answered with 400.")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def unless(
    is_well: Callable[[Received], bool], refusal: NotDelivered
) -> Callable[[Received], NotDelivered | None]:
    return lambda message: None if is_well(message) else refusal


async def test_each_event_is_sent_once_in_the_order_in_which_it_happened(fleet: Subscribed) -> None:
    await fleet.become("c1 FAILED")
    made = await fleet.subscribe()
    assert (await fleet.turn(made)).delivered == 0  # it happened before anybody subscribed
    await fleet.become("c1 READY", "c2 DEGRADED", "c1 UPDATING")
    assert (await fleet.turn(made)).delivered == 3
    assert (await fleet.turn(made)).delivered == 0
    assert fleet.receiver.became == ["c1 READY", "c2 DEGRADED", "c1 UPDATING"]
    assert {message.url for message in fleet.receiver.received} == {URL}


async def test_what_happens_at_the_moment_of_subscribing_is_sent(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    await fleet.become("c1 FAILED")
    await fleet.turn(made)
    assert fleet.receiver.became == ["c1 FAILED"]


async def test_more_than_a_page_is_sent_in_one_turn(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    await fleet.happens(*(changed(f"c{number}", "FAILED") for number in range(2 * PAGE + 3)))
    assert (await fleet.turn(made)).delivered == 2 * PAGE + 3
    assert len(set(fleet.receiver.became)) == 2 * PAGE + 3


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ({"severities": [Severity.BROKEN]}, ["c1 FAILED"]),
        ({"severities": [Severity.MOVING, Severity.FINE]}, ["c2 UPDATING", "c3 READY", "c4 2"]),
        ({"kinds": [EventKind.VERSION_CHANGED]}, ["c4 2"]),
        ({"providers": ["qovery"]}, []),
        ({"account_ids": frozenset({make_account("other").id})}, []),
        ({"severities": []}, ["c1 FAILED", "c2 UPDATING", "c3 READY", "c4 2"]),
    ],
)
async def test_a_subscription_chooses(fleet: Subscribed, wanted: dict[str, object], sent: list[str]) -> None:
    await fleet.happens(to=make_account("other"))  # connects it
    made = await fleet.subscribe(**wanted)
    await fleet.become("c1 FAILED", "c2 UPDATING", "c3 READY")
    await fleet.happens(changed("c4", "2", kind=EventKind.VERSION_CHANGED))
    await fleet.turn(made)
    assert fleet.receiver.became == sent


async def test_the_others_of_a_cluster_wait_behind_what_is_refused_and_other_clusters_do_not(
    fleet: Subscribed,
) -> None:
    made = await fleet.subscribe()
    fleet.receiver.refuse = unless(lambda message: message.became != "c1 FAILED", POISONED)
    await fleet.become("c1 FAILED", "c2 FAILED", "c1 READY", "c2 READY")
    await fleet.turn(made)
    assert fleet.receiver.became == ["c2 FAILED", "c2 READY"]
    state = (await fleet.known(made)).state
    assert (state.waiting_count, state.failure) == (2, None)
    await fleet.become("c1 UPDATING")
    fleet.receiver.refuse = lambda message: None
    await fleet.turn(made)
    assert fleet.receiver.became[2:] == ["c1 FAILED", "c1 READY", "c1 UPDATING"]
    assert (await fleet.known(made)).state.waiting_count == 0


async def test_a_receiver_that_is_down_is_asked_once_a_turn_and_gets_everything_when_it_is_back(
    fleet: Subscribed,
) -> None:
    made = await fleet.subscribe()
    fleet.receiver.refuse = lambda message: DOWN
    await fleet.become("c1 FAILED", "c2 FAILED", "c1 READY", "c3 FAILED")
    await fleet.turn(made)
    assert fleet.receiver.tried == 1
    failing = (await fleet.known(made)).state
    assert (failing.waiting_count, failing.failure) == (4, "It answered with 503.")
    assert failing.failing_since is not None
    await fleet.turns(made, within=timedelta(minutes=3), every=MINUTE)
    assert fleet.receiver.tried <= 4
    fleet.receiver.refuse = lambda message: None
    await fleet.turns(made, within=timedelta(hours=1), every=MINUTE)
    assert sorted(fleet.receiver.became) == ["c1 FAILED", "c1 READY", "c2 FAILED", "c3 FAILED"]
    assert fleet.receiver.became.index("c1 FAILED") < fleet.receiver.became.index("c1 READY")
    healthy = (await fleet.known(made)).state
    assert (healthy.waiting_count, healthy.failure, healthy.failing_since) == (0, None, None)


async def test_it_is_tried_for_about_a_day_with_growing_pauses_and_then_given_up(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    fleet.receiver.refuse = lambda message: DOWN
    await fleet.become("c1 FAILED")
    began, tried_at = fleet.clock.now(), list[timedelta]()
    while not (await fleet.known(made)).state.dead_count:
        before = fleet.receiver.tried
        await fleet.turn(made)
        if fleet.receiver.tried > before:
            tried_at.append(fleet.clock.now() - began)
        fleet.clock.advance(5)
        if not (fleet.clock.now() - began) % timedelta(minutes=5):
            fleet.clock.advance(295)
        assert fleet.clock.now() - began < 2 * DAY
    pauses = [later - earlier for earlier, later in pairwise(tried_at)]
    assert len(tried_at) == len(RETRY_AFTER) + 1
    assert all(pause >= least for pause, least in zip(pauses, RETRY_AFTER, strict=True))
    assert 0.9 * DAY < tried_at[-1] < 1.2 * DAY
    (dead,) = await fleet.webhooks.dead(made.known.webhook.id, after=None, limit=10)
    assert (dead.attempts, dead.failure) == (8, "It answered with 503.")


async def test_what_is_given_up_lets_the_next_of_its_cluster_go_and_can_be_replayed(
    fleet: Subscribed,
) -> None:
    made = await fleet.subscribe()
    fleet.receiver.refuse = unless(lambda message: message.became != "c1 FAILED", POISONED)
    await fleet.become("c1 FAILED", "c1 READY")
    await fleet.turns(made, within=1.2 * DAY, every=timedelta(minutes=30))
    assert fleet.receiver.became == ["c1 READY"]
    fleet.receiver.refuse = lambda message: None
    replayed = await fleet.service.replay(ADMIN, made.known.webhook.id)
    assert (replayed.known.state.dead_count, replayed.known.state.waiting_count) == (0, 1)
    assert await fleet.known(made) == replayed.known, "also where no turn comes, because it is paused"
    await fleet.turn(made)
    assert fleet.receiver.became == ["c1 READY", "c1 FAILED"]
    assert await fleet.webhooks.dead(made.known.webhook.id, after=None, limit=10) == []
    state = (await fleet.known(made)).state
    assert (state.dead_count, state.waiting_count) == (0, 0)


async def test_what_is_dead_is_forgotten_after_a_month(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    fleet.receiver.refuse = lambda message: POISONED
    await fleet.become("c1 FAILED")
    await fleet.turns(made, within=1.2 * DAY, every=timedelta(hours=1))
    assert len(await fleet.webhooks.dead(made.known.webhook.id, after=None, limit=10)) == 1
    fleet.clock.advance(KEPT.total_seconds())
    assert await fleet.webhooks.dead(made.known.webhook.id, after=None, limit=10) == []


async def test_a_receiver_says_how_long_to_leave_it_alone(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    fleet.receiver.refuse = lambda message: NotDelivered("429", is_down=True, retry_after_seconds=600)
    await fleet.become("c1 FAILED")
    await fleet.turns(made, within=timedelta(minutes=9), every=MINUTE)
    assert fleet.receiver.tried == 1
    await fleet.turns(made, within=timedelta(minutes=2), every=MINUTE)
    assert fleet.receiver.tried == 2


@pytest.mark.parametrize("seconds", [1e17, float("inf")])
async def test_a_receiver_that_asks_for_an_age_is_tried_again_within_the_hour(
    fleet: Subscribed, seconds: float
) -> None:
    made = await fleet.subscribe()
    fleet.receiver.refuse = lambda message: NotDelivered("429", is_down=True, retry_after_seconds=seconds)
    await fleet.become("c1 FAILED")
    await fleet.turns(made, within=timedelta(minutes=61), every=MINUTE)
    assert fleet.receiver.tried == 2


async def test_a_message_keeps_its_id_at_every_attempt_and_is_signed_anew(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    messages: list[Received] = []

    def take_the_second(message: Received) -> NotDelivered | None:
        messages.append(message)
        return DOWN if len(messages) == 1 else None

    fleet.receiver.refuse = take_the_second
    await fleet.become("c1 FAILED")
    await fleet.turns(made, within=timedelta(minutes=2), every=MINUTE)
    first, second = (message.headers for message in messages)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert first["webhook-signature"] != second["webhook-signature"]


async def test_a_crash_after_sending_sends_again_under_the_same_id(
    fleet: Subscribed, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await fleet.subscribe()
    await fleet.become("c1 FAILED", "c1 READY")

    async def die(*_: object, **__: object) -> None:
        raise RuntimeError("the process is gone")

    with monkeypatch.context() as broken:
        broken.setattr(fleet.webhooks, "note", die)
        with pytest.raises(RuntimeError):
            await fleet.turn(made)
    assert await fleet.deliverer.deliver(made.known.webhook.id) is None  # its lease is still held
    fleet.clock.advance(120)
    await fleet.turn(made)
    ids = [message.headers["webhook-id"] for message in fleet.receiver.received]
    assert len(ids) == 4
    assert ids[:2] == ids[2:]


async def test_two_processes_do_not_deliver_at_the_same_time(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    await fleet.become("c1 FAILED")
    others: list[object] = []

    class Meanwhile:
        check = fleet.receiver.check

        async def post(self, *_: object) -> None:
            others.append(await fleet.deliverer.deliver(made.known.webhook.id))

    from dataclasses import replace

    turn = await replace(fleet.deliverer, sender=Meanwhile()).deliver(made.known.webhook.id)
    assert turn is not None
    assert others == [None]


async def test_the_feed_is_the_queue_of_what_cannot_be_delivered(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    fleet.receiver.refuse = lambda message: DOWN
    total = MOST_WAITING + 3 * PAGE
    for start in range(0, total, PAGE):
        await fleet.happens(*(changed(f"c{number}", "FAILED") for number in range(start, start + PAGE)))
    await fleet.turn(made)
    assert (await fleet.known(made)).state.waiting_count == MOST_WAITING
    fleet.receiver.refuse = lambda message: None
    await fleet.turns(made, within=timedelta(minutes=2), every=MINUTE)
    assert len(set(fleet.receiver.became)) == len(fleet.receiver.became) == total


async def test_a_turn_ends_when_its_time_is_up_and_goes_on_where_it_was(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    await fleet.become("c1 FAILED", "c2 FAILED", "c3 FAILED")

    def slowly(message: Received) -> None:
        fleet.clock.advance(25)

    fleet.receiver.refuse = slowly
    turn = await fleet.turn(made)
    assert (turn.delivered, turn.has_more) == (2, True)
    await fleet.turn(made)
    assert fleet.receiver.became == ["c1 FAILED", "c2 FAILED", "c3 FAILED"]


async def test_a_write_of_a_webhook_that_arrives_twice_is_one(fleet: Subscribed) -> None:
    """Where the answer to the first was lost: a webhook would send, signed with a secret that nobody was given."""
    made = await fleet.subscribe()
    known = await fleet.webhooks.find(made.known.webhook.id)
    assert known is not None
    await fleet.webhooks.keep(known.webhook, known.state)
    with pytest.raises(ConditionFailed):
        await fleet.webhooks.keep(known.webhook.model_copy(update={"name": "another"}), known.state)


async def test_a_deleted_webhook_sends_nothing_and_leaves_nothing(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    webhook = made.known.webhook
    fleet.receiver.refuse = lambda message: DOWN
    await fleet.become("c1 FAILED")
    await fleet.turn(made)
    await fleet.service.delete(ADMIN, webhook.id)
    assert await fleet.deliverer.deliver(webhook.id) is None
    assert await fleet.webhooks.waiting(webhook.id) == []
    with pytest.raises(KeyError):
        await fleet.vault.token(webhook.vault_key)


async def test_a_webhook_whose_address_is_lost_says_so(fleet: Subscribed) -> None:
    made = await fleet.subscribe()
    await fleet.vault.forget(made.known.webhook.vault_key)
    await fleet.become("c1 FAILED")
    assert (await fleet.turn(made)).failed == 1
    assert "not kept any more" in str((await fleet.known(made)).state.failure)
