"""A cluster at Northflank."""

from collections.abc import Sequence
from typing import Any

import click

from cli.grammar import Flag, Options
from cli.kinds import CLOUDS, LARGEST_INT, EnumValue
from cli.lookup import find_integration
from cli.session import Session
from cli.specs.members import Spec, given

EXAMPLES = """
fleetgraph clusters create northflank --account "Tidewater Studio" --name Preview --integration "Staging AWS" \\
    --cloud aws --region eu-west-1 --node-pool type=m5.large,count=2,disk=100
fleetgraph clusters create northflank --account "Tidewater Studio" --name Frames --integration "Render farm GCP" \\
    --cloud gcp --region europe-west2 --node-pool type=n2-standard-8,count=1,disk=50,min=1,max=4 \\
    --wait --timeout 40m
"""

POOL = {
    "id": "id",
    "type": "nodeType",
    "count": "nodeCount",
    "disk": "diskSizeGb",
    "min": "minNodes",
    "max": "maxNodes",
}
NEEDED = ("type", "count", "disk")


class NodePool(click.ParamType[dict[str, Any]]):
    """A NodePoolInput: type=NAME,count=N,disk=GB[,min=N,max=N][,zone=ZONE...]."""

    name = "pool"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        pool: dict[str, Any] = {}
        zones = []
        for part in value.split(","):
            key, equals, text = part.partition("=")
            if not equals:
                self.fail(f"{part!r} is not of the form KEY=VALUE.", param, ctx)
            if key == "zone":
                zones.append(text)
            elif key in ("id", "type"):
                pool[POOL[key]] = text
            elif key in POOL:
                pool[POOL[key]] = self._number(text, param, ctx)
            else:
                self.fail(f"{key!r} is unknown. There are: {', '.join(POOL)}, zone.", param, ctx)
        if missing := [key for key in NEEDED if POOL[key] not in pool]:
            self.fail(f"{' and '.join(missing)} missing in {value!r}.", param, ctx)
        return pool | given(availabilityZones=zones or None)

    def _number(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > LARGEST_INT:
            self.fail(f"{text!r} is not a whole number.", param, ctx)
        return int(text)


def create_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--integration", required=True, metavar="NAME", help="of the account, by name or ID"),
        Flag("--cloud", required=True, type=EnumValue(CLOUDS), metavar="CLOUD", help="aws, gcp, azure, ..."),
        Flag("--region", metavar="REGION"),
        Flag("--description", metavar="TEXT"),
        _pool_flag("may be repeated", required=True),
    ]


def update_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--name", metavar="NAME", help="a new one"),
        Flag("--description", metavar="TEXT"),
        _pool_flag("all that there are to be: one that is left out goes; id=ID keeps one", required=False),
    ]


def _pool_flag(remark: str, *, required: bool) -> click.Parameter:
    return Flag(
        "--node-pool",
        required=required,
        multiple=True,
        type=NodePool(),
        metavar="POOL",
        help=f"type=NAME,count=N,disk=GB[,min=N,max=N][,zone=ZONE]; {remark}",
    )


def to_spec(session: Session, options: Options, account: dict[str, Any]) -> dict[str, Any]:
    return given(
        integrationId=find_integration(session.client, account, options.integration)["id"],
        cloud=options.cloud,
        region=options.region,
        description=options.description,
        nodePools=list(options.node_pool),
    )


def to_patch(session: Session, options: Options, cluster: dict[str, Any]) -> dict[str, Any]:
    pools = list(options.node_pool) or None
    return given(name=options.name, description=options.description, nodePools=pools)


SPEC = Spec(
    provider="Northflank",
    summary="Create a Kubernetes cluster in a cloud of your own, through Northflank.",
    examples=EXAMPLES,
    create_flags=create_flags,
    to_spec=to_spec,
    update_flags=update_flags,
    to_patch=to_patch,
    clearable={"description": "description"},
)
