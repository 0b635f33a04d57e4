"""The enumerations of the schema. All but one are the domain's, under public names."""

from enum import StrEnum

import strawberry

from fleet.model.caller import Scope
from fleet.model.capability import Capability
from fleet.model.change import OperationKind
from fleet.model.cloud import Cloud
from fleet.model.cluster import Engine, Phase
from fleet.model.envelope import BudgetState
from fleet.model.event import EventKind
from fleet.model.failure import FailureKind
from fleet.model.freshness import FreshnessState
from fleet.model.money import SpendEnforcement, SpendLimitBasis, SpendLimitState, SpendPeriod
from fleet.model.node import NodePhase
from fleet.model.operation import OperationState
from fleet.model.rate_limit import RequestUse
from fleet.model.severity import Severity
from fleet.model.upgrade import UpgradeState
from fleet.providers import PROVIDERS
from fleet.reading.account_pages import AccountOrderField
from fleet.reading.facets import FacetBy
from fleet.reading.integration_pages import IntegrationOrderField
from fleet.reading.node_pages import NodeOrderField
from fleet.reading.operation_pages import OperationOrderField
from fleet.reading.ordering import OrderField
from fleet.reading.sorting import Direction


@strawberry.enum(description="The platforms that this gateway has an adapter for.")
class ProviderKind(StrEnum):
    vars().update({key.upper(): key for key in sorted(PROVIDERS)})


strawberry.enum(
    Phase,
    name="ClusterPhase",
    description="The phase of a cluster's life, with the same values for all providers. DEGRADED: it works, and "
    "something is wrong. UNKNOWN: the provider reports a phase that this version does not know; see "
    "`providerPhase`.",
)
strawberry.enum(
    NodePhase,
    name="ClusterNodePhase",
    description="UNKNOWN: a phase that this version does not know; see `providerPhase`.",
)
strawberry.enum(
    Engine,
    name="ClusterEngine",
    description="What a cluster runs. UNKNOWN: an engine that this version does not know.",
)
strawberry.enum(
    Cloud,
    description="Clouds, and other places that integrations connect to. BYOK: a Kubernetes cluster that the "
    "customer brings. UNKNOWN: a cloud that this version does not know; see `providerCloud`.",
)
strawberry.enum(
    Capability,
    description="Something that a provider's API supports or does not support. SPEND_LIMIT: reading, setting and "
    "clearing limits. SPEND: telling what an account costs. CLUSTER_SPEND: splitting that by cluster. "
    "CONDITIONAL_UPDATE: the provider itself refuses to overwrite another change; without "
    "it, Fleetgraph compares revisions before it writes.",
)
strawberry.enum(
    UpgradeState,
    description="PENDING_FINALIZATION: the new version runs, and can be rolled back until it is finalised. UNKNOWN: a "
    "word of the provider that this version does not know.",
)
strawberry.enum(
    BudgetState,
    description="OVER: more was spent than the envelope holds. AT_RISK: the estimate is over it, or the limits that "
    "could still be spent are, or costs of the set are not known. OK: none of these. UNKNOWN: "
    "another version stored it in a form that this one does not know.",
)
strawberry.enum(
    FreshnessState,
    description="CURRENT: observed when it was due. STALE: the observation is overdue, and none has failed. "
    "UNREACHABLE: the latest observation failed; the last known data is shown. NEVER_OBSERVED: the first "
    "observation has not ended yet.",
)
strawberry.enum(
    RequestUse,
    description="What requests to a provider were sent for. DETAILS: everything but clusters and nodes. PEOPLE: "
    "changes and refreshes. OTHERS: requests of other programs under the same key.",
)
strawberry.enum(
    FailureKind,
    name="ProviderFailureKind",
    description="What went wrong at a provider, or on the way to it. UNKNOWN: a kind that only another version "
    "of Fleetgraph knows.",
)
strawberry.enum(
    SpendLimitState,
    description="UNSUPPORTED: this cluster cannot have a limit. UNKNOWN: there may be a limit, and it is not known.",
)
strawberry.enum(
    SpendLimitBasis,
    description="Which of the two the provider keeps. The other one, if given, is converted.",
)
strawberry.enum(SpendPeriod, description="The period of a limit or an estimate.")
strawberry.enum(SpendEnforcement, description="What a provider does when a limit is reached.")
strawberry.enum(
    OperationKind,
    description="What was asked for. UNKNOWN: a verb that only another version of Fleetgraph knows.",
)
strawberry.enum(
    OperationState,
    description="RUNNING: the change is in progress. UNCONFIRMED: it is unknown whether the provider accepted "
    "the request; observations find out, and nothing is sent twice. SUCCEEDED: an observation that began "
    "after the provider's answer shows what was asked for; where nothing can be observed (cordon, drain), "
    "the answer counts. FAILED: the change was not made, and `failure` says why. TIMED_OUT: no observation "
    "showed the end before the deadline; the provider may still finish. UNKNOWN: a state of another version "
    "of Fleetgraph, which continues the operation.",
)
strawberry.enum(
    EventKind,
    description="What happened. `from` and `to` are phases, versions, limits or revisions, or the state of an "
    "operation. UNKNOWN: a value that only another version of Fleetgraph knows.",
)
strawberry.enum(FacetBy, name="ClusterFacetBy", description="A criterion to count clusters by.")
strawberry.enum(
    Scope,
    description="What a key allows. READ reads. WRITE changes clusters, limits and integrations. ADMIN connects "
    "accounts and creates keys. Each scope includes those before it.",
)
strawberry.enum(
    Severity,
    description="In the order of urgency. BROKEN: failed or degraded, or the provider refuses the token of its "
    "account. STUCK: a change takes longer than usual. UNKNOWN: the current state cannot be known. MOVING: a "
    "change is in progress. FINE: the cluster needs no attention.",
)
strawberry.enum(OrderField, name="ClusterOrderField", description="SPEND_LIMIT sorts by currency first.")
strawberry.enum(AccountOrderField, description="OBSERVED_AT is that of the clusters.")
strawberry.enum(
    OperationOrderField,
    description="STATE and KIND sort by their words. ACCOUNT is its name; one that was disconnected has none.",
)
strawberry.enum(IntegrationOrderField, description="CLOUD sorts by its word.")
strawberry.enum(NodeOrderField, name="ClusterNodeOrderField", description="PHASE sorts by its word.")
strawberry.enum(Direction, name="OrderDirection", description="ASC: the smallest or earliest first.")
