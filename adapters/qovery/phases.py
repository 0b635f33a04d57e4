"""What Qovery's words for the state of a cluster mean."""

from collections.abc import Mapping

from fleet.model.cluster import Phase

PHASES: Mapping[str, Phase] = {
    "NEVER_DEPLOYED": Phase.PENDING,
    "READY": Phase.PENDING,
    "QUEUED": Phase.PENDING,
    "DEPLOYMENT_QUEUED": Phase.PENDING,
    "BUILDING": Phase.PROVISIONING,
    "DEPLOYING": Phase.PROVISIONING,
    "DEPLOYED": Phase.READY,
    "RESTARTED": Phase.READY,
    "RESTART_QUEUED": Phase.UPDATING,
    "RESTARTING": Phase.UPDATING,
    "CANCELING": Phase.UPDATING,
    "DRY_RUN": Phase.PENDING,
    "CANCELED": Phase.FAILED,
    "STOP_QUEUED": Phase.STOPPING,
    "STOPPING": Phase.STOPPING,
    "STOPPED": Phase.STOPPED,
    "DELETE_QUEUED": Phase.DELETING,
    "DELETING": Phase.DELETING,
    "DELETED": Phase.DELETED,
    "BUILD_ERROR": Phase.FAILED,
    "DEPLOYMENT_ERROR": Phase.FAILED,
    "RESTART_ERROR": Phase.FAILED,
    "STOP_ERROR": Phase.FAILED,
    "DELETE_ERROR": Phase.FAILED,
    "INVALID_CREDENTIALS": Phase.FAILED,
}
"""The phases. `READY` means ready to be deployed. The first entry is a deployment status, which is used if there is no
status.
"""

PHASES_ONCE_DEPLOYED: Mapping[str, Phase] = {
    "QUEUED": Phase.UPDATING,
    "DEPLOYMENT_QUEUED": Phase.UPDATING,
    "BUILDING": Phase.UPDATING,
    "DEPLOYING": Phase.UPDATING,
    "DRY_RUN": Phase.READY,
    **{word: Phase.DEGRADED for word, phase in PHASES.items() if phase is Phase.FAILED},
}
"""The phases that differ for a cluster that has been ready: an operation failed, not the cluster."""


def to_phase(word: str | None, *, is_deployed: bool) -> Phase:
    phase = PHASES.get(word or "", Phase.UNKNOWN)
    return PHASES_ONCE_DEPLOYED.get(word or "", phase) if is_deployed else phase
