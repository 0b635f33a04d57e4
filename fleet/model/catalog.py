"""What an account can create clusters from: regions and machine types."""

from fleet.model.cloud import Cloud
from fleet.model.quantity import Count
from fleet.model.record import Record


class Region(Record):
    """`is_serverless` tells whether serverless clusters can run there; null where the provider has no such plans."""

    account_id: str
    name: str
    cloud: Cloud
    location: str | None = None
    is_serverless: bool | None = None

    @property
    def key(self) -> str:
        return f"{self.cloud}/{self.name}"


class InstanceType(Record):
    account_id: str
    name: str
    cloud: Cloud
    region: str | None = None
    cpu_millicores: Count = None
    memory_mib: Count = None

    @property
    def key(self) -> str:
        return f"{self.cloud}/{self.region or ''}/{self.name}"
