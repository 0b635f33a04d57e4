"""The members of Kupe's answers that are used. Source: the vendor's command-line client, Terraform provider and
documentation.
"""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue

from adapters.wire import (
    MOST_PARTS,
    Certificate,
    Identity,
    Items,
    Lenient,
    Message,
    Ordinal,
    SmallCount,
    Text,
    Title,
    When,
    Wire,
    WireItem,
    within_the_calendar,
)


def _to_text(value: object) -> object:
    """A Kubernetes quantity: a string, or a number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _unset_when_empty(value: object) -> object:
    return None if value == "" else value


class WireResources(Lenient):
    cpu: Annotated[Text, BeforeValidator(_to_text)] = None
    memory: Annotated[Text, BeforeValidator(_to_text)] = None
    storage: Annotated[Text, BeforeValidator(_to_text)] = None


class WireCondition(Lenient):
    type: Text = None
    status: Text = None
    reason: Text = None
    message: Message = None
    lastTransitionTime: When = None  # noqa: N815 - the provider's spelling, as everywhere below


class WireStatus(Lenient):
    identifying = frozenset({"phase"})

    phase: Text = None
    kubernetesVersion: Text = None  # noqa: N815
    endpoint: Text = None
    conditions: Annotated[Items, Field(max_length=MOST_PARTS)] = ()
    observedGeneration: Ordinal | None = None  # noqa: N815
    haConfigured: bool | None = None  # noqa: N815
    haPhase: Text = None  # noqa: N815
    haEnabledAt: When = None  # noqa: N815
    haReplicasReady: SmallCount = None  # noqa: N815
    haReplicasDesired: SmallCount = None  # noqa: N815
    haEtcdReplicasReady: SmallCount = None  # noqa: N815
    haEtcdReplicasDesired: SmallCount = None  # noqa: N815


class WireWarning(Lenient):
    code: Text = None
    message: Message = None
    field: Text = None


class WireCluster(WireItem):
    """`createdAt`, with or without a zone, is part of the identity: it distinguishes a cluster from an earlier one of
    the same name.
    """

    identity: ClassVar[str] = "name"
    identifying = frozenset({"status", "createdAt"})

    name: Identity
    displayName: Title = None  # noqa: N815
    type: Text = None
    version: Text = None
    resources: WireResources | None = None
    alerts: JsonValue = None
    highAvailability: bool | None = None  # noqa: N815
    status: WireStatus | None = None
    generation: Ordinal | None = None
    createdAt: Annotated[  # noqa: N815
        datetime | None, BeforeValidator(_unset_when_empty), AfterValidator(within_the_calendar)
    ] = None
    warnings: Annotated[tuple[WireWarning, ...], Field(max_length=MOST_PARTS)] = ()
    """What the newest servers add to the answer of a creation."""


class WireClusters(Wire):
    items: Items


class WireKubeconfig(Wire):
    endpoint: Identity
    certificateAuthority: Certificate = None  # noqa: N815
