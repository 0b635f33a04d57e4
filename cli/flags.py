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
    "minorUnits": ("--money", "--usd", "--limit-usd", "--free"),
    "money": ("--money", "--usd", "--limit-usd", "--free"),
    "name": ("--name", "NAME"),
    "nodePools": ("--node-pool",),
    "provisionedVcpus": ("--vcpus", "--limit-vcpus"),
    "regionNodes": ("--region-nodes",),
    "regions": ("--region",),
    "scopes": ("--scope",),
    "spendLimit": ("--limit-usd", "--free"),
    "sshKeys": ("--ssh-key-file",),
    "provider": ("--provider", "PROVIDER"),
    "url": ("--to", "--to-env"),
    "storageMiB": ("--storage-mib", "--limit-storage-mib"),
    "kind": ("--metrics-kind",),
    "isEnabled": ("--metrics",),
    "eksAnywhere": ("--eks-anywhere-file",),
    "metalLbAddressPools": ("--metallb-address-pool",),
    "metalLbLoadBalancerIps": ("--nginx-metallb-ips",),
    "replicaCount": ("--nginx-replicas",),
    "cluster": ("CLUSTER",),
    "clouds": ("--cloud",),
    "kinds": ("--kind",),
    "phases": ("--phase",),
    "providers": ("--provider",),
    "severities": ("--severity",),
    "states": ("--state",),
}
"""Flags whose name differs from the member of the API."""

_PATH = re.compile(r"""(?P<quote>['"`]?)\$?input(?P<path>(?:\.\w+)+)(?P=quote)""")
_VARIABLE = re.compile(
    r"Variable '\$(?P<name>\w+)' has invalid value(?: at (?P<path>[\w.\[\]]+))?: (?P<said>.*)"
)
_ARGUMENT = re.compile(r"Argument `(?P<name>\w+)`: (?P<said>.*)")
_ENUM = re.compile(r"The value does not exist in '\w+' enum\.(?: Did you mean the enum value (?P<meant>.*))?")
_WORD = re.compile(r"[A-Z][A-Z0-9_]+")

SOURCES = {"--token-env"}
"""Flags that say where a value comes from. Where none was typed, it came from elsewhere."""

FILE = "--spec"
"""The flag of a file with members of the API, which stand in the place of flags."""


class FlagsOf:
    """The flags of one command. One that was typed goes before another of the same meaning."""

    def __init__(self, command: click.Command, typed: Sequence[click.Parameter] = ()) -> None:
        self._names, self._typed = _names(command.params), _names(typed)

    def __call__(self, path: Sequence[str]) -> str:
        if FILE in self._typed:
            return self._find(path, self._typed) or FILE
        return self._find(path, self._typed) or self._find(path, self._names - SOURCES)

    def _find(self, path: Sequence[str], known: set[str]) -> str:
        for member in reversed(path):
            kebab = re.sub(r"(?<!^)([A-Z])", r"-\1", member).lower()
            for name in (*OTHERWISE.get(member, ()), f"--{kebab}", f"--limit-{kebab}", f"--nginx-{kebab}"):
                if name in known:
                    return name
        return ""

    def reword(self, text: str) -> str:
        """A sentence of the API, with flags instead of variables, arguments and members of an input."""
        if match := _VARIABLE.fullmatch(text) or _ARGUMENT.fullmatch(text):
            path = [match["name"], *re.findall(r"[A-Za-z]\w*", match.groupdict().get("path") or "")]
            return self._about(path, match["said"])
        return _PATH.sub(lambda match: self(match["path"].split(".")) or match[0], text)

    def _about(self, path: Sequence[str], said: str) -> str:
        """What was said of a variable, or of a member in it. In a file, the member is what a person wrote."""
        if match := _ENUM.fullmatch(said):
            meant = _WORD.sub(lambda word: word[0].lower().replace("_", "-"), match["meant"] or "")
            said = "This Fleetgraph knows no such value." + (f" Did you mean {meant}" if meant else "")
        flag = self(path)
        where = f"{'.'.join(path[1:])}: " if flag == FILE and path[1:] else ""
        return f"{flag}: {where}{said}" if flag else said


def _names(parameters: Sequence[click.Parameter]) -> set[str]:
    names = {name for one in parameters for name in one.opts}
    return names | {one.metavar for one in parameters if one.metavar and isinstance(one, click.Argument)}
