"""Whether Qovery leaves the choice of machines to something else."""

from collections.abc import Mapping

from adapters.qovery.wire import WireCluster
from fleet.providers.qovery import KARPENTER

AUTOSCALERS = ("KARPENTER", "AUTO_PILOT")
"""The words in the place of a machine type."""


def is_autoscaled(cloud: str | None, mode: str | None, machine: str | None, karpenter: object) -> bool:
    """Whether Karpenter or Autopilot chooses the machines. `karpenter` is the value of that feature."""
    if machine in AUTOSCALERS or isinstance(karpenter, Mapping):
        return True
    return cloud == "GCP" and mode in (None, "MANAGED")


def to_is_autoscaled(wire: WireCluster) -> bool:
    values = (one.value_object.value for one in wire.features if one.id == KARPENTER and one.value_object)
    return is_autoscaled(wire.cloud_provider, wire.kubernetes, wire.instance_type, next(values, None))
