"""Converts the path of an error to the flag that a person typed."""

import re
from collections.abc import Sequence

import click

OTHERWISE = {
    "accountId": ("--account", "ACCOUNT"),
    "accountIds": ("--account",),
    "apiToken": ("--token-env",),
    "features": ("--feature",),
    "integrationId": ("--integration",),
    "isDeletionProtected": ("--deletion-protection",),
    "isHighlyAvailable": ("--high-availability",),
    "isProduction": ("--production",),
    "labels": ("--label",),
    "minorUnits": ("--usd", "--limit-usd"),
    "money": ("--usd", "--limit-usd"),
    "nodePools": ("--node-pool",),
    "provisionedVcpus": ("--vcpus", "--limit-vcpus"),
    "regionNodes": ("--region-nodes",),
    "regions": ("--region",),
    "scopes": ("--scope",),
    "spendLimit": ("--limit-usd",),
    "sshKeys": ("--ssh-key-file",),
    "url": ("--to",),
    "storageMiB": ("--storage-mib", "--limit-storage-mib"),
    "kind": ("--metrics-kind",),
    "isEnabled": ("--metrics",),
    "eksAnywhere": ("--eks-anywhere-file",),
    "metalLbAddressPools": ("--metallb-address-pool",),
    "metalLbLoadBalancerIps": ("--nginx-metallb-ips",),
    "replicaCount": ("--nginx-replicas",),
    "cluster": ("CLUSTER",),
}
"""Flags whose name differs from the member of the API."""

_PATH = re.compile(r"""(?P<quote>['"`]?)\$?input(?P<path>(?:\.\w+)+)(?P=quote)""")


class FlagsOf:
    """The flags of one command."""

    def __init__(self, command: click.Command) -> None:
        self._names: set[str] = {name for parameter in command.params for name in parameter.opts}
        self._names |= {parameter.metavar for parameter in command.params if parameter.metavar}

    def __call__(self, path: Sequence[str]) -> str:
        for member in reversed(path):
            kebab = re.sub(r"(?<!^)([A-Z])", r"-\1", member).lower()
            for name in (*OTHERWISE.get(member, ()), f"--{kebab}", f"--limit-{kebab}", f"--nginx-{kebab}"):
                if name in self._names:
                    return name
        return ""

    def reword(self, text: str) -> str:
        """A sentence of the API, with flags instead of members of an input."""
        return _PATH.sub(lambda match: self(match["path"].split(".")) or match[0], text)
