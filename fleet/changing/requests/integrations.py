"""What goes out to create, change and delete integrations."""

from fleet.changing.comparison import compare, look
from fleet.changing.requests.request import Asking, Made, Ready
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.failure import Conflict, UnexpectedResponse
from fleet.model.integration import Integration
from fleet.model.operation import Before, Target, TargetKind
from fleet.model.refusal import Conflicting, InUse, NoSuchThing
from fleet.ports.adapter import Adapter, ChangesIntegrations, ListsIntegrations


async def prepare_integration(asking: Asking) -> Ready:
    """The integrations are listed now, as clusters are."""
    change, adapter = asking.operation.change, asking.adapter
    assert isinstance(change, CreateIntegration)
    assert isinstance(adapter, ChangesIntegrations)
    same_name = adapter.provider.same_name
    listed = await _integrations(adapter)
    keys = tuple(sorted(one.key for one in listed if same_name(one.name) == same_name(change.name)))
    if keys:
        raise Conflicting(f"There is an integration named {change.name!r} already.", path=("name",))

    async def send() -> Made:
        integration = await adapter.create_integration(change)
        return Made(target=Target(kind=TargetKind.INTEGRATION, key=integration.key))

    return Ready(send=send)


async def prepare_change_of_integration(asking: Asking) -> Ready:
    adapter, operation, change = asking.adapter, asking.operation, asking.operation.change
    assert isinstance(adapter, ChangesIntegrations)
    assert operation.target is not None
    key = operation.target.key
    integration = next((one for one in await _integrations(adapter) if one.key == key), None)
    if integration is None:
        raise NoSuchThing(f"{operation.target_name} is not there any more.", path=("id",))

    async def send() -> None:
        if isinstance(change, UpdateIntegration):
            await adapter.update_integration(integration, change)
            return
        try:
            await adapter.delete_integration(integration)
        except Conflict as error:
            raise InUse(
                error.message,
                account_id=operation.account_id,
                integration_external_id=integration.external_id,
            ) from None

    was_shown = (
        isinstance(change, UpdateIntegration)
        and change.has_credentials
        and all(one.agrees for one in compare(change, integration))
    )
    return Ready(send=send, before=Before(look=look(change, integration), was_shown=was_shown))


async def _integrations(adapter: Adapter) -> tuple[Integration, ...]:
    assert isinstance(adapter, ListsIntegrations)
    listing = await adapter.integrations()
    if listing.incomplete is not None:
        raise UnexpectedResponse(f"The provider's list of integrations is not whole: {listing.incomplete}")
    return tuple(listing.items)
