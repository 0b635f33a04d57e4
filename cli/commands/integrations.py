"""`fleetgraph integrations`: integrations of accounts with clouds, registries and others, and their credentials."""

from typing import Any

import click

from cli.changes import IDEMPOTENCY_KEY, PLAN, carry_out, changing_flags, create
from cli.credentials import credential_flags, to_credentials
from cli.documents import change
from cli.documents import integrations as queries
from cli.errors import UsageError
from cli.formatting import freshness, moment, observed_ago
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import CLOUDS, EnumValue, Named, ProviderKind
from cli.listing import Column, Listing
from cli.lookup import find_account, find_integration, path_of
from cli.output import output_flags, show_list, show_one
from cli.session import Session
from cli.specs import PROVIDERS


def list_integrations(session: Session, options: Options) -> int:
    accounts = [find_account(session.client, name)["id"] for name in options.account]
    members = {
        "accountIds": accounts,
        "providers": list(options.provider),
        "clouds": list(options.cloud),
    }
    where = {name: value for name, value in members.items() if value}
    return show_list(session, options, lambda: _fetch(session, where))


def show_integration(session: Session, options: Options) -> int:
    integration = _find(session, options)
    variables = {"id": integration["id"]}
    pages = session.client.pages(queries.INTEGRATION_USE, variables, "node.usedBy")
    used_by = [node for page in pages for node in page["nodes"]]
    facts = {
        "name": integration["name"],
        "id": integration["id"],
        "account": integration["account"]["name"],
        "provider": integration["account"]["provider"]["name"],
        "external id": integration["externalId"],
        "description": integration["description"] or "",
        "cloud": integration["cloud"],
        "provider's cloud": integration["providerCloud"] or "",
        "authentication": integration["authentication"] or "",
        **_identity(integration["identity"]),
        "features": ", ".join(integration["features"]),
        "permission check": integration["permissionCheck"] or "",
        "teams": ", ".join(integration["allowedTeams"] or ()),
        "used by": ", ".join(path_of(node) for node in used_by) or "no cluster",
        "created": moment(integration["createdAt"], session.clock.now()),
        "seen": observed_ago(integration["freshness"]),
    }
    document = integration | {"usedBy": used_by}
    return show_one(session, options, document, facts, name=path_of(integration))


def _identity(identity: dict[str, Any] | None) -> dict[str, str]:
    """Who it is at its cloud, as far as that is known."""
    known = identity or {}
    return {title: known[member] for member, title in IDENTITY.items() if known.get(member)}


def create_integration(session: Session, options: Options) -> int:
    credentials = to_credentials(session, options)
    members = {
        "accountId": find_account(session.client, options.account)["id"],
        "name": options.name,
        "description": options.description,
        "features": list(options.feature) or None,
        "allowedTeams": list(options.allowed_team) or None,
        "permissionCheck": options.permission_check,
        "credentials": credentials,
    }
    wanted = {name: value for name, value in members.items() if value is not None}
    return create(session, options, change.CREATE_INTEGRATION, wanted)


def update_integration(session: Session, options: Options) -> int:
    members = {
        "description": options.description,
        "features": list(options.feature) or None,
        "allowedTeams": [] if options.all_teams else list(options.allowed_team) or None,
        "permissionCheck": options.permission_check,
        "credentials": to_credentials(session, options),
    }
    if options.all_teams and options.allowed_team:
        raise UsageError("--allowed-team and --all-teams contradict each other.")
    patch = {name: value for name, value in members.items() if value is not None}
    if not patch:
        raise UsageError("Nothing is to differ.", "Give --description, --feature or --credentials.")
    variables = {"id": _find(session, options)["id"], "input": patch}
    return carry_out(session, options, change.UPDATE_INTEGRATION, variables)


def delete_integration(session: Session, options: Options) -> int:
    return carry_out(session, options, change.DELETE_INTEGRATION, {"id": _find(session, options)["id"]})


def _find(session: Session, options: Options) -> dict[str, Any]:
    account = None if options.account is None else find_account(session.client, options.account)
    return find_integration(session.client, account, options.integration)


def _fetch(session: Session, where: dict[str, Any]) -> Listing:
    pages = session.client.pages(queries.INTEGRATIONS, {"filter": where}, "integrations")
    integrations = [node for page in pages for node in page["nodes"]]
    return Listing(
        document={"integrations": integrations},
        rows=integrations,
        columns=COLUMNS,
        name=path_of,
        empty="No integration matches.",
    )


IDENTITY = {
    "cloudAccountId": "cloud account",
    "roleArn": "role",
    "accessKeyId": "access key id",
    "organizationId": "organization",
    "projectId": "project",
    "serviceAccount": "service account",
    "workloadIdentityProvider": "identity provider",
    "subscriptionId": "subscription",
    "tenantId": "tenant",
    "applicationId": "application",
    "userId": "user",
}

COLUMNS = (
    Column(title="ACCOUNT", value=lambda node: node["account"]["name"]),
    Column(title="NAME", value=lambda node: node["name"]),
    Column(title="CLOUD", value=lambda node: node["cloud"]),
    Column(title="AUTHENTICATION", value=lambda node: node["authentication"], rank=2),
    Column(title="FEATURES", value=lambda node: ", ".join(node["features"]), rank=3),
    Column(
        title="SEEN",
        value=lambda node: freshness(node["freshness"]),
        rank=1,
        order=lambda node: node["freshness"]["observedAt"],
    ),
    Column(title="DESCRIPTION", value=lambda node: node["description"], is_wide=True),
    Column(title="PROVIDER", value=lambda node: node["account"]["provider"]["name"], is_wide=True),
    Column(title="ID", value=lambda node: node["id"], is_wide=True),
)

CALLED = "INTEGRATION is a name that only one has, account/name, or an ID."


def _which() -> list[click.Parameter]:
    return [
        click.Argument(["integration"], metavar="INTEGRATION"),
        Flag(
            "--account", type=Named("account"), metavar="ACCOUNT", help="where several have one of that name"
        ),
    ]


def _settings() -> list[click.Parameter]:
    return [
        _features(),
        Flag("--allowed-team", multiple=True, metavar="ID", help="that may use it; may be repeated"),
        Flag(
            "--permission-check",
            metavar="WORD",
            help="how strictly its rights in the cloud are checked, in the provider's words",
        ),
    ]


def _features() -> click.Parameter:
    return Flag(
        "--feature",
        multiple=True,
        metavar="WORD",
        help="what it is for, in the provider's words; may be repeated",
    )


COMMAND = Noun(
    "integrations",
    "List, show, create, update and delete integrations with clouds, registries and domain hosts.",
    [
        Verb(
            "list",
            list_integrations,
            "List integrations as last observed. Credentials are never shown.",
            examples="""
fleetgraph integrations list
fleetgraph integrations list --account "Tidewater Studio" --cloud aws -o wide
""",
            params=[
                Flag("--account", multiple=True, type=Named("account"), metavar="ACCOUNT"),
                Flag("--provider", multiple=True, type=ProviderKind(PROVIDERS), metavar="PROVIDER"),
                Flag("--cloud", multiple=True, type=EnumValue((*CLOUDS, "UNKNOWN")), metavar="CLOUD"),
                *output_flags(is_list=True),
            ],
        ),
        Verb(
            "show",
            show_integration,
            "Show one integration, and the clusters that were built through it.",
            about=CALLED,
            examples="""
fleetgraph integrations show "Tidewater Studio/Staging AWS"
fleetgraph integrations show orchard-aws-main --json
""",
            params=[*_which(), *output_flags()],
        ),
        Verb(
            "create",
            create_integration,
            "Create an integration.",
            about="Secrets come from variables or files, for others can see arguments.",
            examples="""
fleetgraph integrations create --account "Tidewater Studio" --name lab-aws --credentials aws-role \\
    --set role-arn=arn:aws:iam::123456789012:role/fleet --wait
fleetgraph integrations create --account "Tidewater Studio" --name lab-civo --credentials api-key \\
    --set cloud=civo --secret api-key=env:CIVO_TOKEN
fleetgraph integrations create --account "Tidewater Studio" --name lab-gcp --credentials keyless \\
    --set cloud=gcp --set project-id=tidewater-lab --feature byoc --allowed-team tidewater-studio
fleetgraph integrations create --account "Orchard Grocers" --name lab-keys --credentials aws-keys \\
    --secret access-key-id=env:AWS_ACCESS_KEY_ID --secret secret-access-key=@secret.txt
""",
            params=[
                Flag(
                    "--account",
                    required=True,
                    type=Named("account"),
                    metavar="ACCOUNT",
                    help="name, provider/name or ID",
                ),
                Flag("--name", required=True, metavar="NAME"),
                Flag("--description", metavar="TEXT"),
                *_settings(),
                *credential_flags(required=True),
                IDEMPOTENCY_KEY,
                PLAN,
                *changing_flags(),
            ],
        ),
        Verb(
            "update",
            update_integration,
            "Change an integration. What no flag names stays as it is.",
            about=CALLED,
            examples="""
fleetgraph integrations update "Tidewater Studio/Staging AWS" --description "Nights and weekends"
fleetgraph integrations update "Tidewater Studio/CoreWeave training" --credentials api-key \\
    --set cloud=coreweave --secret api-key=@secret.txt
""",
            params=[
                *_which(),
                Flag("--description", metavar="TEXT"),
                *_settings(),
                Flag("--all-teams", is_flag=True, help="every team may use it"),
                *credential_flags(required=False),
                PLAN,
                *changing_flags(),
            ],
        ),
        Verb(
            "delete",
            delete_integration,
            "Delete an integration. Refused while clusters use it.",
            about=CALLED,
            examples="""
fleetgraph integrations delete "Tidewater Studio/PlanetScale link" --wait
""",
            params=[*_which(), *changing_flags()],
        ),
    ],
    default="list",
)
