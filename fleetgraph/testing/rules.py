"""The rules of the contract by name, and which test proves which."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pytest

from fleetgraph.testing.kit import Kit

Test = Callable[..., Any]
TestT = TypeVar("TestT", bound=Test)
Verbs = Mapping[str, tuple[type, Test]]
"""The verbs of adapters by name, each with its protocol."""

RULES: Mapping[str, str] = {
    # what is listed
    "clusters-once": "Every account lists its clusters, each once and each readable.",
    "stable-revision": "What nobody changed reads the same again, and its revision stays while phases come and go.",
    "storable": "A cluster that was stored is read back as it was.",
    "data-sheet": "The data sheet names each capability that is missing, and the adapter offers all others.",
    "schema": "The schema shows what only this provider knows, and takes what its records take.",
    "kit": "There is something to create, change and limit wherever the adapter can.",
    "recorded-answers": "An answer that the provider was seen to give is read whole.",
    # what else is offered
    "reads-one-cluster": "A cluster that is read by itself is the one that was listed; one that is gone is not "
    "found.",
    "connection": "A cluster that serves has a connection, and no other.",
    "nodes": "Nodes belong to their cluster, each once.",
    "integrations": "Integrations are listed each once.",
    "regions": "Regions are listed each once.",
    "versions": "Versions for new clusters are listed each once.",
    "instance-types": "Instance types are listed each once.",
    "cost-estimate": "An estimate has a range.",
    # what is changed
    "creates-cluster": "A created cluster is there as specified, was not there before, and becomes ready.",
    "updates-cluster": "An update shows once it is made, and not before.",
    "deletes-cluster": "A deleted cluster goes.",
    "spend-limit": "A limit shows once it is set, and no more once it is cleared.",
    "changes-integrations": "An integration is made, changed and deleted.",
    "sent-once": "What changes something goes out once, whatever becomes of the answer.",
    "strange-success": "A success in anybody else's words is unexpected, and not a success.",
    # what goes wrong
    "faults": "Each fault is the error that it means, with the provider's name in its sentence.",
    "no-empty-list-by-accident": "A success that is no list is unexpected, and not an empty list.",
    "unknown-words": "A word that is new is kept, and hides no cluster.",
    "bad-items": "A bad item costs that item, and one without an identity the completeness of the list.",
    "endless-pages": "A page that comes again ends the listing as an error.",
    "rate-limit": "A refusal for asking too often says until when; a short one is waited out.",
    "reads-repeated": "A read that failed is repeated, and every attempt is permitted and learned from.",
    # what is known
    "published-document": "What is sent is checked against the document that the provider publishes.",
    "live-account": "It was tried with an account at the provider itself.",
    "decided": "No sentence of the scaffold is left: everything is decided.",
    "quality": "This list is complete: of every rule it is said whether it is met, and why not.",
    # what is not shown
    "token": "The token is in the request, and nowhere else.",
    "secrets": "No error, log or record repeats a secret that was sent.",
}
"""The rules and what each promises. The `quality.toml` of a provider says whether each is met."""

SHOWN_ELSEWHERE = frozenset({"published-document", "live-account"})
"""Rules that only tests of the provider itself can show."""


def proves(
    rule: str,
    needs: type | None = None,
    *,
    verbs: Verbs | None = None,
    where: Callable[[Kit], bool] = lambda _: True,
) -> Callable[[TestT], TestT]:
    """Marks a test of a rule. It applies to adapters with the protocol that it `needs` and to kits `where` a condition
    holds. A test with the parameter `verb` runs for each of the `verbs` of the adapter.
    """
    if rule not in RULES:
        raise ValueError(f"{rule!r} is no rule: add it to RULES with its sentence")

    def mark(test: TestT) -> TestT:
        vars(test).update(rule=rule, needs=needs, verbs=verbs, where=where)
        return pytest.mark.asyncio(test) if inspect.iscoroutinefunction(test) else test

    return mark


def rule_of(test: object) -> str | None:
    rule: str | None = getattr(test, "rule", None)
    return rule


def applies_to(test: Any, kit: Kit) -> bool:
    """Whether a test applies to this provider."""
    return (
        (test.needs is None or issubclass(kit.adapter, test.needs))
        and verbs_of(test, kit.adapter) != []
        and test.where(kit)
    )


def verbs_of(test: object, adapter: type) -> list[str] | None:
    """The verbs of a test. Null if it has no such parameter."""
    verbs: Verbs | None = getattr(test, "verbs", None)
    return (
        None if verbs is None else [verb for verb, (needs, _) in verbs.items() if issubclass(adapter, needs)]
    )
