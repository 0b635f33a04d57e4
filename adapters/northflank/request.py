"""Request bodies for clusters at Northflank and their node pools."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.northflank.byok import from_byok, to_byok_pool_requests
from adapters.northflank.convert import to_cloud, to_provider_cloud
from adapters.northflank.document import NETWORKS, PLACES, known, merged
from adapters.northflank.networks import (
    from_aws,
    from_azure,
    from_coreweave,
    from_gcp,
    from_nebius,
    from_oci,
)
from adapters.northflank.pools import require_system_pool, shown_pools, to_pool_requests
from adapters.northflank.settings import to_settings_request
from fleet.model.cloud import Cloud
from fleet.model.refusal import InvalidInput
from fleet.providers.northflank import NorthflankClusterPatch, NorthflankClusterSpec
from fleet.providers.northflank.cluster import check_parts
from fleet.providers.northflank.networks import AzureNetwork

Body = dict[str, Any]

RUNNING = (
    Cloud.AWS,
    Cloud.AZURE,
    Cloud.BYOK,
    Cloud.CIVO,
    Cloud.COREWEAVE,
    Cloud.GCP,
    Cloud.NEBIUS,
    Cloud.OCI,
)
"""The clouds that Northflank makes clusters in. It knows others as hosts of domains, images or backups."""


def to_create_cluster_request(name: str, spec: NorthflankClusterSpec) -> Body:
    is_brought = spec.cloud is Cloud.BYOK
    provider_cloud = "byok" if is_brought else to_provider_cloud(spec.cloud, spec.region or "")
    if provider_cloud is None or spec.cloud not in RUNNING:
        clouds = ", ".join(sorted(map(str, RUNNING)))
        raise InvalidInput(
            f"Northflank runs no clusters in {spec.cloud}, but in {clouds}.", path=("spec", "cloud")
        )
    body: Body = {
        "name": name,
        "provider": provider_cloud,
        "integrationId": spec.integration_external_id,
        "nodePools": to_pool_requests(spec.node_pools, (), path=("spec", "node_pools")),
        **to_network_requests(spec),
    }
    if spec.region is not None:
        body["region"] = spec.region
    if spec.description is not None:
        body["description"] = spec.description
    if spec.allowed_teams:
        body["restrictions"] = to_restrictions(spec.allowed_teams)
    if spec.settings is not None:
        body["settings"] = to_settings_request(spec.settings)
    return body


def to_network_requests(spec: NorthflankClusterSpec) -> Body:
    """The member of the cloud. On Azure a cluster says in any case that it wants a network made."""
    body: Body = {}
    if spec.cloud is Cloud.AZURE:
        body["azure"] = from_azure(spec.azure or AzureNetwork(), is_new=True)
    if spec.aws is not None:
        body["aws"] = from_aws(spec.aws)
    if spec.gcp is not None:
        body["gcp"] = from_gcp(spec.gcp)
    if spec.oci is not None:
        body["oci"] = from_oci(spec.oci)
    if spec.coreweave is not None:
        body["coreweave"] = from_coreweave(spec.coreweave)
    if spec.nebius is not None:
        body["nebius"] = from_nebius(spec.nebius)
    if spec.byok is not None:
        body |= from_byok(spec.byok)
        body["nodePools"] = to_byok_pool_requests(spec.byok.pools, ())
    return body


def to_update_cluster_request(raw: Mapping[str, Any], patch: NorthflankClusterPatch) -> Body:
    """The body of a change. Pools, networks and settings are sent whole, completed from `raw`, the cluster as it is
    shown, as far as the document of a change knows their members.
    """
    cloud = to_cloud(raw.get("provider"))
    _check(patch, cloud)
    body: Body = {
        name: value
        for name, value in (("name", patch.name), ("description", patch.description))
        if value is not None
    }
    if patch.node_pools is not None:
        path = ("patch", "node_pools")
        before = shown_pools(raw)
        body["nodePools"] = to_pool_requests(patch.node_pools, before, path=path)
        require_system_pool(body["nodePools"], before, path)
    parts = {
        "aws": patch.aws and from_aws(patch.aws),
        "azure": patch.azure and from_azure(patch.azure),
        "gcp": patch.gcp and from_gcp(patch.gcp),
    }
    for name, part in parts.items():
        if part is not None:
            body[name] = merged(known(raw.get(name), NETWORKS[name]) or {}, part)
    if patch.byok is not None:
        given = from_byok(patch.byok)
        body |= {name: merged(known(raw.get(name), PLACES[name]) or {}, given[name]) for name in given}
        if patch.byok.pools is not None:
            body["nodePools"] = to_byok_pool_requests(patch.byok.pools, shown_pools(raw))
    if "allowed_teams" in patch:
        body["restrictions"] = to_restrictions(patch.allowed_teams or ())
    if patch.settings is not None:
        body["settings"] = to_settings_request(patch.settings, raw.get("settings"))
    return body


def to_restrictions(teams: Sequence[str]) -> Body:
    if not teams:
        return {"enabled": False}
    return {"enabled": True, "teams": [{"teamId": team} for team in teams]}


def _check(patch: NorthflankClusterPatch, cloud: Cloud) -> None:
    """An unknown cloud is left to Northflank."""
    try:
        check_parts(patch, None if cloud is Cloud.UNKNOWN else cloud)
    except ValueError as error:
        raise InvalidInput(str(error), path=("patch",)) from None
