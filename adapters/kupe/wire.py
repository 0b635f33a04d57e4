"""What of Kupe's answers is used. Source: the vendor's command-line client, Terraform provider and documentation."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from adapters.wire import Count, Identity, Items, Text, When, Wire, WireItem


def _to_text(value: object) -> object:
    """Kubernetes writes a quantity as a string and takes a number too."""
    return str(value) if isinstance(value, int | float) else value


class WireResources(Wire):
    cpu: Annotated[Text, BeforeValidator(_to_text)] = None
    memory: Annotated[Text, BeforeValidator(_to_text)] = None
    storage: Annotated[Text, BeforeValidator(_to_text)] = None


class WireStatus(Wire):
    phase: Text = None
    kubernetesVersion: Text = None  # noqa: N815 - the provider's spelling, as everywhere below
    endpoint: Text = None
    conditions: Items = ()
    observedGeneration: Count | None = None  # noqa: N815
    haConfigured: bool | None = None  # noqa: N815
    haPhase: Text = None  # noqa: N815


class WireCluster(WireItem):
    identity: ClassVar[str] = "name"

    name: Identity
    displayName: Text = None  # noqa: N815
    type: Text = None
    version: Text = None
    resources: WireResources | None = None
    alerts: object = None
    highAvailability: bool | None = None  # noqa: N815
    status: WireStatus | None = None
    generation: Count | None = None
    createdAt: When = None  # noqa: N815


class WireClusters(Wire):
    items: Items


class WireKubeconfig(Wire):
    endpoint: Identity
    certificateAuthority: Text = None  # noqa: N815
