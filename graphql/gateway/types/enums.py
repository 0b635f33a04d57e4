"""The enumerations of the contract. All but one are the domain's own, under their public names."""

from enum import StrEnum

import strawberry

from fleet.model.caller import Scope
from fleet.model.capability import Capability
from fleet.model.change import OperationKind
from fleet.model.cloud import Cloud
from fleet.model.cluster import Engine, Phase
from fleet.model.failure import FailureKind
from fleet.model.freshness import FreshnessState
from fleet.model.money import SpendEnforcement, SpendLimitBasis, SpendLimitState, SpendPeriod
from fleet.model.node import NodePhase
from fleet.model.operation import OperationState
from fleet.providers import PROVIDERS


@strawberry.enum(description="The platforms that this gateway has an adapter for.")
class ProviderKind(StrEnum):
    vars().update({key.upper(): key for key in sorted(PROVIDERS)})


strawberry.enum(
    Phase,
    name="ClusterPhase",
    description="Where a cluster is in its life, in one vocabulary for all providers. DEGRADED serves, with something "
    "wrong. UNKNOWN: the provider used a word that is new to us; see `providerPhase`.",
)
strawberry.enum(
    NodePhase, name="ClusterNodePhase", description="UNKNOWN: a word new to us; see `providerPhase`."
)
strawberry.enum(Engine, name="ClusterEngine", description="What a cluster runs. UNKNOWN: a word new to us.")
strawberry.enum(
    Cloud,
    description="Where machines, registries and domains live. BYOK is a Kubernetes cluster that its owner brought. "
    "UNKNOWN: a word new to us; see `providerCloud`.",
)
strawberry.enum(
    Capability,
    description="Something that a provider's API can or cannot do. SPEND_LIMIT: reading, setting and clearing limits. "
    "CONDITIONAL_UPDATE: the provider itself refuses to overwrite somebody else's change; without it, Fleetgraph "
    "compares before it writes.",
)
strawberry.enum(
    FreshnessState,
    description="CURRENT: observed when it was due. STALE: overdue, though no attempt has failed. UNREACHABLE: the "
    "latest attempt failed, and what is shown is the last known. NEVER_OBSERVED: no attempt has ended yet.",
)
strawberry.enum(
    FailureKind,
    name="ProviderFailureKind",
    description="What went wrong between us and a provider. UNKNOWN: another version of Fleetgraph has the word.",
)
strawberry.enum(
    SpendLimitState,
    description="UNSUPPORTED: there is no such thing here. UNKNOWN: there may be a limit, and we cannot tell.",
)
strawberry.enum(
    SpendLimitBasis,
    description="Which half of a limit the provider itself holds. The other half, when given, is our conversion.",
)
strawberry.enum(SpendPeriod, description="How long a limit or an estimate runs before it starts again.")
strawberry.enum(SpendEnforcement, description="What a provider does when a limit is reached.")
strawberry.enum(
    OperationKind, description="What was asked for. UNKNOWN: another version of Fleetgraph has the verb."
)
strawberry.enum(
    OperationState,
    description="RUNNING: on its way. UNCONFIRMED: the provider may or may not have taken the request; that is being "
    "found out by looking, and nothing is sent twice. SUCCEEDED: an observation that began after the provider's "
    "answer shows what was asked for; where there is no such sign (cordon, drain), the answer is the proof. FAILED: it "
    "was not done, and `failure` says why. TIMED_OUT: its end was not seen by the deadline, and the provider may still "
    "come to it. UNKNOWN: another version of Fleetgraph has the word, and carries it on.",
)
strawberry.enum(
    Scope,
    description="What a key is for. READ sees; WRITE changes clusters, limits and integrations; ADMIN connects "
    "accounts and makes keys. Each includes those before it.",
)
