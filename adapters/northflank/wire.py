"""The members of Northflank's answers that are used.

An answer can hold secrets: the keys of a log store in a cluster's `settings`, and an integration's `credentials`. No
model has a member for them, so they are dropped.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AliasPath, Field

from adapters.northflank.byok import WireByok, WireCoordinates
from adapters.northflank.camel import CamelItem, CamelPart, CamelWire
from adapters.northflank.networks import WireAws, WireAzure, WireCoreweave, WireGcp, WireNebius, WireOci
from adapters.northflank.pools import WireNodePool
from adapters.northflank.settings import WireSettings
from adapters.wire import (
    MOST_PARTS,
    Description,
    Identity,
    Items,
    Message,
    PageToken,
    Text,
    Title,
    When,
    Wire,
    WireItem,
    Words,
)

Amount = Annotated[Decimal, Field(ge=0, lt=2**40)]


class WireState(CamelPart):
    identifying = frozenset({"state"})

    state: Text = None
    reason: Message = None


class WireStatus(CamelPart):
    identifying = frozenset({"state"})

    state: WireState | None = None


class WireTeam(CamelPart):
    team_id: Text = None


class WireRestrictions(CamelPart):
    """Whether some teams alone may use it, and which."""

    enabled: bool | None = None
    teams: Annotated[tuple[WireTeam, ...], Field(max_length=MOST_PARTS)] = ()

    @property
    def team_ids(self) -> tuple[str, ...] | None:
        """Null where there is no restriction."""
        return tuple(one.team_id for one in self.teams if one.team_id) if self.enabled else None


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
    entity_type: Text = None
    restrictions: WireRestrictions | None = None
    settings: WireSettings | None = None
    aws: WireAws | None = None
    azure: WireAzure | None = None
    gcp: WireGcp | None = None
    oci: WireOci | None = None
    coreweave: WireCoreweave | None = None
    nebius: WireNebius | None = None
    byok: WireByok | None = None
    coordinates: WireCoordinates | None = None
    dns: Text = None
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
    connection_mode: Text = None
    permission_check_level: Text = None
    project_id: Text = None
    service_account_email: Text = None


class WirePublicCredentials(CamelPart):
    """What of the credentials says who somebody is and lets nobody in."""

    role_arn: Text = None
    tenant_id: Text = None
    client_id: Text = None
    subscription_id: Text = None
    tenancy_id: Text = None
    user_id: Text = None


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
    byok: WireAuthentication | None = None
    restrictions: WireRestrictions | None = None
    credentials: WirePublicCredentials | None = None
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
