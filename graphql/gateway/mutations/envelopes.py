"""Mutations of envelopes. They are kept here, and nothing is asked of a provider."""

import strawberry

from fleet.model import opaque
from fleet.model.envelope import LONGEST_NAME, MOST_ACCOUNTS, MOST_ENVELOPES, MOST_LABELS, Envelope
from fleet.model.money import Money as KnownMoney
from fleet.model.refusal import InvalidInput, NoSuchThing, SeveralRefusals
from fleet.ports.envelopes import TooManyEnvelopes
from gateway.context import Info
from gateway.mutations.payloads import answers
from gateway.relay import ids
from gateway.types.envelope import is_visible
from gateway.types.label import LabelInput, with_labels
from gateway.types.money import MoneyInput
from gateway.types.records import given, option


@strawberry.input(description="An envelope. One of the same name is replaced.")
class SetEnvelopeInput:
    name: str
    money: MoneyInput = strawberry.field(description="What may be spent in a calendar month.")
    account_ids: list[strawberry.ID] | None = option("The accounts. The default is every account.")
    labels: list[LabelInput] | None = option("Only clusters that have all of these labels.")


@answers()
async def set_one(info: Info, input: SetEnvelopeInput) -> Envelope:  # noqa: A002
    context = info.context
    envelope = Envelope(
        name=input.name.strip(),
        money=KnownMoney(minor_units=input.money.minor_units, currency=input.money.currency),
        account_ids=await _accounts(info, given(input.account_ids)),
        labels=_labels(given(input.labels)),
        set_by=context.caller.name,
        set_at=context.now,
    )
    wrong = []
    if not 1 <= len(envelope.name) <= LONGEST_NAME:
        wrong.append(InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.", path=("name",)))
    if envelope.money.minor_units <= 0:
        wrong.append(InvalidInput("A budget is above zero.", path=("money", "minor_units")))
    if len(envelope.labels) > MOST_LABELS:
        wrong.append(InvalidInput(f"An envelope has up to {MOST_LABELS} labels.", path=("labels",)))
    if wrong:
        raise SeveralRefusals(wrong)
    before = next((one for one in await context.envelopes.all() if one.name == envelope.name), None)
    if before is not None and not is_visible(context, before):
        raise InvalidInput("This name is taken by an envelope of other accounts.", path=("name",))
    try:
        await context.envelopes.put(envelope)
    except TooManyEnvelopes:
        raise InvalidInput(
            f"There are {MOST_ENVELOPES} envelopes already: delete one.", path=("name",)
        ) from None
    return envelope


@answers()
async def delete(info: Info, id: strawberry.ID) -> Envelope:  # noqa: A002
    gone = NoSuchThing("The envelope was not found.", path=("id",))
    match opaque.read(id):
        case ("Envelope", name):
            known = next((one for one in await info.context.envelopes.all() if one.name == name), None)
            if known is None or not is_visible(info.context, known):
                raise gone
            await info.context.envelopes.delete(name)
            return known
        case _:
            raise gone


async def _accounts(info: Info, global_ids: list[strawberry.ID] | None) -> frozenset[str] | None:
    if global_ids is None:
        if info.context.caller.account_ids is not None:
            raise InvalidInput(
                "Name the accounts: this key does not see every account.", path=("account_ids",)
            )
        return None
    if not 1 <= len(global_ids) <= MOST_ACCOUNTS:
        raise InvalidInput(
            f"An envelope is of 1 to {MOST_ACCOUNTS} accounts, or of every one.", path=("account_ids",)
        )
    found = [ids.account_id_of(one) for one in global_ids]
    known = [one for one in found if one is not None and await info.context.accounts.load(one) is not None]
    if len(known) < len(found):
        raise NoSuchThing("One of the accounts was not found.", path=("account_ids",))
    return frozenset(known)


def _labels(labels: list[LabelInput] | None) -> dict[str, str]:
    pairs = [{"key": one.key, "value": one.value} for one in labels or ()]
    kept: dict[str, str] = with_labels({"labels": pairs})["labels"]
    return kept
