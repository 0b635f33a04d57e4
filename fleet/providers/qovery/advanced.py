"""What Qovery installs into a cluster, and how."""

from typing import Annotated

from pydantic import Field

from fleet.model.record import Record


class MetricsWanted(Record):
    """`kind` says who runs the metrics: MANAGED_BY_QOVERY is the only word that its document knows."""

    is_enabled: bool
    kind: str | None = None


class NginxWanted(Record):
    replica_count: int | None = Field(default=None, ge=0, lt=2**31)
    default_ssl_certificate: str | None = None
    publish_status_address: str | None = None
    metal_lb_load_balancer_ips: str | None = None
    external_dns_target: str | None = None


class EksAnywhereBackup(Record):
    """Where the state of the cluster is kept. `certs_secret_name` is a secret in the cluster."""

    is_enabled: bool | None = None
    timeout_seconds: int | None = Field(default=None, ge=1, lt=2**31)
    certs_secret_name: str | None = None
    bucket: str = Field(min_length=1)
    region: str = Field(min_length=1)
    role_arn: str = Field(min_length=1)
    key_prefix: str | None = None


class EksAnywhere(Record):
    """The repository that describes a cluster of EKS Anywhere, and the file in it. `git_token_id` names a token that
    Qovery keeps, so an address with a password in it is none. Without `branch` and `commit_id` it takes the newest
    commit of the default branch.
    """

    repository_url: str = Field(pattern=r"^https?://[^\s@]+$", max_length=1000)
    git_token_id: str = Field(min_length=1)
    git_provider: str | None = None
    branch: str | None = None
    commit_id: str | None = None
    yaml_path: str = Field(min_length=1)
    backup: EksAnywhereBackup | None = None


class QoveryAdvanced(Record):
    """What Qovery's metrics_parameters and infrastructure_charts_parameters hold. In a change, what is not given stays
    as it is.
    """

    metrics: MetricsWanted | None = None
    nginx: NginxWanted | None = None
    cert_manager_namespace: str | None = None
    metal_lb_address_pools: tuple[str, ...] | None = None
    eks_anywhere: Annotated[EksAnywhere | None, Field(exclude_if=lambda value: value is None)] = None
