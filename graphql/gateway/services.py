"""What the gateway answers with: the memory, and those who change it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fleet.clock import Clock
from fleet.keys import Keys
from fleet.points import Points
from fleet.store import Reader

if TYPE_CHECKING:
    from fleet.changing import Changer
    from fleet.owning import Owner


@dataclass(frozen=True, kw_only=True)
class Services:
    """Lives as long as the process. What a request may see of it is its context's to say."""

    reader: Reader
    changer: "Changer"
    owner: "Owner"
    keys: Keys
    points: Points
    clock: Clock
