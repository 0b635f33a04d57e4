"""A cluster at Northflank."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from cli.errors import UsageError
from cli.files import read_object
from cli.grammar import Flag, Options
from cli.kinds import CLOUDS, LARGEST_INT, EnumValue, lower
from cli.lookup import find_integration
from cli.session import Session
from cli.specs.members import Spec, given

EXAMPLES = """
fleetgraph clusters create northflank --account "Tidewater Studio" --name Preview --integration "Staging AWS" \\
    --cloud aws --region eu-west-1 --node-pool type=m6i.xlarge,count=2,disk=100
fleetgraph clusters create northflank --account "Tidewater Studio" --name Frames --integration "Render farm GCP" \\
    --cloud gcp --region europe-west2 --node-pool type=n2-standard-8,count=1,disk=50,min=1,max=4,spot \\
    --wait --timeout 40m
fleetgraph clusters create northflank --account "Tidewater Studio" --name Desk --integration "Azure UK" \\
    --cloud azure --region westeurope --node-pool type=Standard_D4ds_v5,count=2,disk=100,system \\
    --authorized-network 192.0.2.0/24
fleetgraph clusters create northflank --account "Kestrel (personal)" --name Attic --integration "Garage rack" \\
    --cloud byok --node-pool-label shelf --byok-pool provider-id=rack,default --latitude 51.5 --longitude -0.1
"""

NETWORK, SETTINGS = "network", "settings"

TEXT, NUMBER, YES, LIST, LABEL = "text", "number", "yes", "list", "label"
POOL: Mapping[str, tuple[str, str]] = {
    "id": ("id", TEXT),
    "type": ("nodeType", TEXT),
    "count": ("nodeCount", NUMBER),
    "disk": ("diskSizeGb", NUMBER),
    "disk-type": ("diskType", TEXT),
    "min": ("minNodes", NUMBER),
    "max": ("maxNodes", NUMBER),
    "zone": ("availabilityZones", LIST),
    "subnet": ("subnets", LIST),
    "spot": ("isSpot", YES),
    "gpu-slices": ("gpuSlices", NUMBER),
    "label": ("labels", LABEL),
    "launch-template": ("aws.launchTemplate.id", TEXT),
    "launch-template-version": ("aws.launchTemplate.version", NUMBER),
    "system": ("azure.isSystem", YES),
    "public-ips": ("azure.hasPublicIps", YES),
    "vnet-subnet": ("azure.subnetId", TEXT),
    "private-nodes": ("gcp.hasPrivateNodes", YES),
    "ocpus": ("oci.ocpus", NUMBER),
    "memory": ("oci.memoryGb", NUMBER),
}
"""The keys of a pool, the member of NodePoolInput that each is, and its form."""
NEEDED = ("type", "count", "disk")
BYOK_POOL: Mapping[str, tuple[str, str]] = {
    "provider-id": ("providerId", TEXT),
    "default": ("isDefault", YES),
    "architecture": ("architecture", TEXT),
    "spot": ("isSpot", YES),
    "gpus": ("gpus.count", NUMBER),
    "gpu-kind": ("gpus.kind", TEXT),
    "label": ("labels", LABEL),
}
"""The same of ByokNodePoolInput."""


class NodePool(click.ParamType[dict[str, Any]]):
    """A pool: KEY=VALUE[,KEY=VALUE...]. `spot` is short for `spot=true`."""

    name = "pool"

    def __init__(self, keys: Mapping[str, tuple[str, str]], needed: Sequence[str]) -> None:
        self._keys = keys
        self._needed = needed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        pool: dict[str, Any] = {}
        seen = set()
        for part in value.split(","):
            key, equals, text = part.partition("=")
            if key not in self._keys:
                self.fail(f"{key!r} is unknown. There are: {', '.join(self._keys)}.", param, ctx)
            member, form = self._keys[key]
            if not equals and form is not YES:
                self.fail(f"{part!r} is not of the form KEY=VALUE.", param, ctx)
            seen.add(key)
            self._put(pool, member, form, text if equals else "true", param, ctx)
        if missing := [key for key in self._needed if key not in seen]:
            self.fail(f"{' and '.join(missing)} missing in {value!r}.", param, ctx)
        return pool

    def _put(
        self,
        pool: dict[str, Any],
        member: str,
        form: str,
        text: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> None:
        *above, last = member.split(".")
        for name in above:
            pool = pool.setdefault(name, {})
        if form is LIST:
            pool.setdefault(last, []).append(text)
        elif form is LABEL:
            key, equals, value = text.partition("=")
            if not key or not equals:
                self.fail(f"{text!r} is no label. Write label=KEY=VALUE.", param, ctx)
            pool.setdefault(last, []).append({"key": key, "value": value})
        elif form is YES:
            if text not in ("true", "false"):
                self.fail(f"{text!r} is neither true nor false.", param, ctx)
            pool[last] = text == "true"
        else:
            pool[last] = self._number(text, param, ctx) if form is NUMBER else text

    def _number(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > LARGEST_INT:
            self.fail(f"{text!r} is not a whole number from 0 to {LARGEST_INT}.", param, ctx)
        return int(text)


NETWORKS: Mapping[str, Mapping[str, str]] = {
    "AWS": {
        "vpc_id": "vpcId",
        "subnet": "subnets",
        "authorized_network": "authorizedNetworks",
        "static_egress": "hasStaticEgress",
    },
    "GCP": {
        "gcp_project": "projectId",
        "network": "network",
        "subnetwork": "subnetwork",
        "authorized_network": "authorizedNetworks",
    },
    "AZURE": {
        "vnet_id": "vnetId",
        "overlay": "hasOverlay",
        "authorized_network": "authorizedNetworks",
    },
    "OCI": {
        "vcn_id": "vcnId",
        "api_subnet_id": "apiSubnetId",
        "load_balancer_subnet_id": "loadBalancerSubnetIds",
    },
    "COREWEAVE": {
        "zone": "zone",
        "vpc_id": "vpcId",
        "pod_cidr_name": "podCidrName",
        "service_cidr_name": "serviceCidrName",
        "internal_load_balancer_cidr_name": "internalLoadBalancerCidrNames",
    },
    "NEBIUS": {"nebius_project": "projectId", "nebius_subnet_id": "subnetId"},
    "BYOK": {
        "byok_pool": "pools",
        "node_pool_label": "nodePoolLabel",
        "latitude": "latitude",
        "longitude": "longitude",
    },
}
"""The flags of each cloud, and the members that they are."""


def create_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--integration", required=True, metavar="NAME", help="of the account, by name or ID"),
        Flag("--cloud", required=True, type=EnumValue(CLOUDS), metavar="CLOUD", help="aws, gcp, azure, ..."),
        Flag("--region", metavar="REGION"),
        Flag("--description", metavar="TEXT"),
        _pool_flag("may be repeated; needed in every cloud but byok"),
        *_common_flags(),
        _id("--vcn-id", "oci"),
        _id("--api-subnet-id", "oci: a public subnet for the Kubernetes API"),
        _id("--load-balancer-subnet-id", "oci: for load balancers; may be repeated", multiple=True),
        _id("--zone", "coreweave"),
        _id("--pod-cidr-name", "coreweave: a prefix of the VPC"),
        _id("--service-cidr-name", "coreweave: a prefix of the VPC"),
        _id("--internal-load-balancer-cidr-name", "coreweave; may be repeated", multiple=True),
        _id("--nebius-project", "nebius"),
        _id("--nebius-subnet-id", "nebius"),
    ]


def update_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--name", metavar="NAME", help="a new one"),
        Flag("--description", metavar="TEXT"),
        _pool_flag("all that there are to be: one that is left out goes; id=ID keeps one"),
        *_common_flags(),
    ]


def _common_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--allowed-team", multiple=True, metavar="ID", help="that may use it; may be repeated"),
        Flag(
            "--settings-file",
            metavar="FILE",
            help="JSON of NorthflankSettingsInput; - is standard input",
            group=SETTINGS,
        ),
        Flag(
            "--authorized-network",
            multiple=True,
            metavar="CIDR",
            help="aws, gcp, azure: that reaches the Kubernetes API; may be repeated",
            group=NETWORK,
        ),
        _id("--vpc-id", "aws, coreweave"),
        _id("--subnet", "aws: 2 to 4 of your own", multiple=True),
        Flag("--static-egress/--no-static-egress", default=None, help="aws", group=NETWORK),
        _id("--gcp-project", "gcp"),
        _id("--network", "gcp"),
        _id("--subnetwork", "gcp"),
        _id("--vnet-id", "azure"),
        Flag("--overlay/--no-overlay", default=None, help="azure", group=NETWORK),
        Flag(
            "--byok-pool",
            multiple=True,
            type=NodePool(BYOK_POOL, ("provider-id",)),
            metavar="POOL",
            help="byok: provider-id=VALUE, and any of "
            f"{', '.join(key for key in BYOK_POOL if key != 'provider-id')}; may be repeated",
            group=NETWORK,
        ),
        Flag(
            "--node-pool-label", metavar="LABEL", help="byok: whose value names a node's pool", group=NETWORK
        ),
        _degrees("--latitude", "north", 90),
        _degrees("--longitude", "east", 180),
    ]


def _degrees(name: str, direction: str, most: int) -> click.Parameter:
    return Flag(
        name,
        type=click.FloatRange(-most, most),
        metavar="DEGREES",
        help=f"byok: degrees {direction}",
        group=NETWORK,
    )


def _id(name: str, remark: str, *, multiple: bool = False) -> click.Parameter:
    return Flag(name, metavar="ID", help=remark, multiple=multiple, group=NETWORK)


def _pool_flag(remark: str) -> click.Parameter:
    others = ", ".join(key for key in POOL if key not in NEEDED)
    return Flag(
        "--node-pool",
        multiple=True,
        type=NodePool(POOL, NEEDED),
        metavar="POOL",
        help=f"type=NAME,count=N,disk=GB, and any of {others}; {remark}",
    )


def _network(options: Options, cloud: str) -> dict[str, Any]:
    """The member of the cloud. Raises UsageError for a flag that it does not have."""
    its_own = NETWORKS.get(cloud, {})
    for other in NETWORKS.values():
        for flag in other.keys() - its_own.keys():
            if getattr(options, flag, None) not in (None, ()):
                raise UsageError(f"--{flag.replace('_', '-')} is not for a cluster in {lower(cloud)}.")
    values = {member: getattr(options, flag, None) for flag, member in its_own.items()}
    network = {
        member: list(value) if isinstance(value, tuple) else value
        for member, value in values.items()
        if value not in (None, ())
    }
    return {cloud.lower(): network} if network else {}


def _common(session: Session, options: Options, cloud: str) -> dict[str, Any]:
    settings = options.settings_file
    return given(
        description=options.description,
        nodePools=list(options.node_pool) or None,
        allowedTeams=list(options.allowed_team) or None,
        settings=None if settings is None else read_object(session, settings),
        **_network(options, cloud),
    )


def to_spec(session: Session, options: Options, account: dict[str, Any]) -> dict[str, Any]:
    return given(
        integrationId=find_integration(session.client, account, options.integration)["id"],
        cloud=options.cloud,
        region=options.region,
        **_common(session, options, options.cloud),
    )


def to_patch(session: Session, options: Options, cluster: dict[str, Any]) -> dict[str, Any]:
    return given(name=options.name, **_common(session, options, cluster.get("cloud") or ""))


SPEC = Spec(
    provider="Northflank",
    summary="Create a Kubernetes cluster in a cloud of your own, through Northflank.",
    examples=EXAMPLES,
    create_flags=create_flags,
    to_spec=to_spec,
    update_flags=update_flags,
    to_patch=to_patch,
    clearable={"allowed-team": "allowedTeams"},
)
