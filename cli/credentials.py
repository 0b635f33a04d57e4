"""Credentials of clouds, from flags. Secrets come from a variable or a file, never from an argument.

--credentials aws-keys --secret access-key-id=env:AWS_ACCESS_KEY_ID --secret secret-access-key=@secret.txt
--credentials aws-role --set role-arn=arn:aws:iam::123456789012:role/fleet
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import click

from cli.errors import UsageError
from cli.files import read_text
from cli.grammar import Flag, Options
from cli.kinds import CLOUDS, EnumValue, Pair, lower
from cli.session import Session

KINDS: Mapping[str, Sequence[str]] = {
    "aws-keys": ("accessKeyId!*", "secretAccessKey!*"),
    "aws-role": ("roleArn*", "externalId"),
    "gcp": ("projectId", "keyfileJson!*"),
    "azure": ("tenantId*", "subscriptionId*", "clientId", "objectId", "secret!"),
    "scaleway": ("accessKey!*", "secretKey!*", "projectId*", "organizationId*"),
    "oci": (
        "region*",
        "tenancyId*",
        "userId*",
        "fingerprint*",
        "privateKey!*",
        "passphrase!",
        "compartmentId*",
    ),
    "cloudflare": ("credentialType*", "apiKey!*", "email"),
    "akamai": ("host*", "accessToken!*", "clientToken!*", "clientSecret!*"),
    "backblaze": ("applicationKeyId!*", "applicationKey!*"),
    "api-key": ("cloud*", "apiKey!*"),
    "kubeconfig": ("kubeconfig!*",),
    "on-premises": (),
    "keyless": ("cloud*", "authentication", "projectId"),
}
"""The members of each kind in CloudCredentialsInput: `!` marks secrets, `*` required ones."""

GROUP = "credentials"


def credential_flags(*, required: bool) -> list[click.Parameter]:
    return [
        Flag(
            "--credentials",
            type=click.Choice(tuple(KINDS)),
            required=required,
            metavar="KIND",
            help=", ".join(KINDS),
            group=GROUP,
        ),
        Flag(
            "--set",
            "plain",
            multiple=True,
            type=Pair(),
            metavar="NAME=VALUE",
            help="what is not secret",
            group=GROUP,
        ),
        Flag(
            "--secret",
            multiple=True,
            type=Pair(),
            metavar="NAME=SOURCE",
            help="env:VARIABLE, @FILE or @- (standard input)",
            group=GROUP,
        ),
    ]


def to_credentials(session: Session, options: Options) -> dict[str, Any] | None:
    """A CloudCredentialsInput, or null without such flags. Raises UsageError, which does not repeat secrets."""
    kind = options.credentials
    if kind is None:
        if options.plain or options.secret:
            raise UsageError("--set and --secret need --credentials, which says what they are for.")
        return None
    if kind == "on-premises":
        return {"onPremises": {"isOnPremises": True}}
    members = {_kebab(name.rstrip("!*")): name for name in KINDS[kind]}
    values: dict[str, Any] = {}
    for name, value in options.plain:
        member = _member(kind, name, members)
        if "!" in member:
            raise UsageError(
                f"{name} is secret, and others can see arguments.", f"Use --secret {name}=env:VARIABLE."
            )
        values[member.rstrip("!*")] = _cloud(value) if name == "cloud" else value
    for name, source in options.secret:
        values[_member(kind, name, members).rstrip("!*")] = _read(session, name, source)
    missing = [
        name for name, member in members.items() if "*" in member and member.rstrip("!*") not in values
    ]
    if missing:
        flags = [
            f"--secret {name}=SOURCE" if "!" in members[name] else f"--set {name}=VALUE" for name in missing
        ]
        raise UsageError(f"The credentials {kind} need {' and '.join(flags)}.")
    return {_camel(kind): values}


def _member(kind: str, name: str, members: Mapping[str, str]) -> str:
    if name not in members:
        raise UsageError(f"{name} is not part of {kind}.", f"There are: {', '.join(members)}.")
    return members[name]


def _read(session: Session, name: str, source: str) -> str:
    if source.startswith("env:"):
        value = session.environment.get(source.removeprefix("env:"), "")
        place = source.removeprefix("env:")
    elif source.startswith("@"):
        value, place = read_text(session, source[1:]).strip(), source[1:]
    else:
        raise UsageError(
            f"--secret {name} takes no value itself, for others can see arguments.",
            f"Write {name}=env:VARIABLE or {name}=@FILE.",
        )
    if not value:
        raise UsageError(f"{place} is empty, and {name} is needed.")
    return value


def _cloud(value: str) -> str:
    try:
        return EnumValue(CLOUDS).convert(value, None, None)
    except click.BadParameter as error:
        raise UsageError(f"--set cloud={lower(value)}: {error.message}") from error


def _kebab(member: str) -> str:
    return re.sub(r"([A-Z])", r"-\1", member).lower()


def _camel(kind: str) -> str:
    head, *rest = kind.split("-")
    return head + "".join(part.capitalize() for part in rest)
