"""A request: what preparing it needs, what goes out, and what it made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fleet.model.change import Change
from fleet.model.cluster import Cluster
from fleet.model.operation import Before, Operation, Target
from fleet.model.warning import ProviderWarning
from fleet.ports.adapter import Adapter
from fleet.ports.store import Store


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a request made, and what the provider warned of."""

    target: Target
    warnings: tuple[ProviderWarning, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A request that can go out now. `send` answers what it made, where it made something. `before` is what the target
    showed a moment ago, and for a creation the keys that had its name. `cluster` is the target, where it is one.
    """

    send: Callable[[], Awaitable[Made | None]]
    before: Before = field(default_factory=Before)
    change: Change | None = None
    """The change as it goes out, where what was asked for had to be worked out."""
    cluster: Cluster | None = None


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What preparing a request needs."""

    operation: Operation
    adapter: Adapter
    store: Store


Prepare = Callable[[Asking], Awaitable[Ready | None]]
SendToCluster = Callable[[Asking, Cluster], Awaitable[None]]
