"""What a change asked for: `Operation.input` and `Cluster.desired`."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.utils.str_converters import to_camel_case

from fleet.model.cluster import Phase
from fleet.reading import wanted as domain
from gateway.types.money import Money, UsageLimit
from gateway.types.records import field

if TYPE_CHECKING:
    from gateway.types.operation import Operation


def field_name(setting: strawberry.Parent[domain.Setting]) -> str:
    return ".".join(to_camel_case(part) for part in setting.field.split("."))


@strawberry.type(description="A member of the input of a change.")
class Setting:
    field_name: str = field(
        "Its path, as in `capacity.nodeCount`; items of a list by number.", resolver=field_name, name="field"
    )
    value: str | None = field(
        "As text, up to 200 characters. Null where it is cleared. A secret is never kept, hence never here; a member "
        "that is passed on and not kept is `(not kept)`."
    )


@strawberry.type(description="A spend limit that was asked for: an amount, or a use.")
class WantedSpendLimit:
    money: Money | None
    usage: UsageLimit | None


@strawberry.type(
    description="What a change that is on its way makes of a cluster. A member is null where it stays as it is."
)
class ClusterDesired:
    operation: Annotated["Operation", strawberry.lazy("gateway.types.operation")]
    phase: Phase | None = field("Where it comes to rest.")
    version: str | None
    spend_limit: WantedSpendLimit | None
    clears_spend_limit: bool = field("Whether its limit goes.")
    settings: list[Setting] = field("All that was asked for, up to 100 members.")
