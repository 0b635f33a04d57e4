"""The members of Northflank's answers that are used.

An answer can hold secrets: a cluster's `settings` (the keys of a log store, for example) and an integration's
`credentials`. No model has a member for them, so they are dropped.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasPath, ConfigDict, Field
from pydantic.alias_generators import to_camel

from adapters.wire import (
    MOST_PARTS,
    Description,
    Identity,
    Items,
    Lenient,
    Message,
    PageToken,
    SmallCount,
    Text,
    Title,
    When,
    Wire,
    WireItem,
    Words,
)

Amount = Annotated[Decimal, Field(ge=0, lt=2**40)]


class CamelWire(Wire):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class CamelPart(CamelWire, Lenient):
    """An object within an item."""


class CamelItem(CamelWire, WireItem):
    id: Identity


class WireAutoscaling(CamelPart):
    enabled: bool | None = None
    min: SmallCount = None
    max: SmallCount = None


class WireNodePool(CamelItem):
    """A pool. In a BYOK cluster it has only a name. Members that are not used are kept for the revision."""

    model_config = ConfigDict(extra="allow")

    node_type: Text = None
    node_count: SmallCount = None
    disk_size: SmallCount = None
    autoscaling: WireAutoscaling | None = None
    availability_zones: Words | None = None

    @property
    def scaling(self) -> WireAutoscaling | None:
        """The minimum and maximum of an autoscaled pool."""
        return self.autoscaling if self.autoscaling and self.autoscaling.enabled else None


class WireState(CamelPart):
    identifying = frozenset({"state"})

    state: Text = None
    reason: Message = None


class WireStatus(CamelPart):
    identifying = frozenset({"state"})

    state: WireState | None = None


class WireCluster(CamelItem):
    identifying = frozenset({"name", "status"})

    name: Title = None
    description: Description = None
    provider: Text = None
    region: Text = None
    status: WireStatus | None = None
    kubernetes_version: Text = None
    integration_id: Text = None
    node_pools: Annotated[tuple[WireNodePool, ...], Field(max_length=MOST_PARTS)] | None = None
    created_at: When = None
    updated_at: When = None
    deletion_requested: bool | None = None

    @property
    def state(self) -> WireState:
        return (self.status and self.status.state) or WireState()


class WireNode(CamelWire, WireItem):
    identity = "nodeId"
    identifying = frozenset({"status"})

    node_id: Identity
    node_name: Title = None
    node_pool: Text = None
    status: Text = None
    zone: Text = None
    region: Text = None
    instance_type: Text = None
    created_at: When = None


class WireAuthentication(CamelPart):
    authentication_mode: Text = None
    credential_type: Text = None
    permission_check_level: Text = None


class WireIntegration(CamelItem):
    """`type` is the name of `features` in older answers: cluster, domain, registry or cdn."""

    identifying = frozenset({"name"})

    name: Title = None
    description: Description = None
    provider: Text = None
    features: Words | None = None
    type: Text = None
    aws: WireAuthentication | None = None
    gcp: WireAuthentication | None = None
    cloudflare: WireAuthentication | None = None
    created_at: When = None


class WireRegion(CamelItem):
    name: Title = None


class WireNodeResources(CamelPart):
    """A node type. Its resources are whole numbers in the document; fractions are read exactly."""

    vcpu: Amount | None = None
    memory: Amount | None = None


class WireNodeType(CamelItem):
    resources: WireNodeResources | None = None


class WireClusterAnswer(Wire):
    data: WireCluster


class WireRawClusterAnswer(Wire):
    """The unparsed object, to send it back. It can hold secrets, so `repr` does not show it."""

    data: Mapping[str, object] = Field(repr=False)


class WireIntegrationAnswer(Wire):
    data: WireIntegration


class WirePagination(CamelWire):
    has_next_page: bool | None = None
    cursor: PageToken = None


def listed(name: str) -> Any:
    """The items under a name of the envelope, unparsed. They can hold secrets, so `repr` does not show them."""
    return Field(validation_alias=AliasPath("data", name), repr=False)


class WirePage(CamelWire):
    items: Items
    pagination: WirePagination | None = None


class WireClusterPage(WirePage):
    items: Items = listed("clusters")


class WireNodePage(WirePage):
    items: Items = listed("nodes")


class WireIntegrationPage(WirePage):
    items: Items = listed("integrations")


class WireCatalogPage(WirePage):
    """The envelope of clouds, and also of regions and node types: all three lists have this name."""

    items: Items = listed("providers")
