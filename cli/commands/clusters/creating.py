"""`fleetgraph clusters create PROVIDER`: each provider has its own flags, because each needs other values."""

from functools import partial

from cli.changes import IDEMPOTENCY_KEY, create, following_flags
from cli.documents import change
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Named
from cli.lookup import find_account
from cli.session import Session
from cli.specs import SPECS
from cli.specs.members import Spec


def create_cluster(provider: str, session: Session, options: Options) -> int:
    account = find_account(session.client, options.account, provider=provider.upper())
    wanted = {
        "accountId": account["id"],
        "name": options.name,
        "spec": {provider: SPECS[provider].to_spec(session, options, account)},
    }
    return create(session, options, change.CREATE_CLUSTER, wanted)


def _verb(provider: str, spec: Spec) -> Verb:
    return Verb(
        provider,
        partial(create_cluster, provider),
        spec.summary,
        examples=spec.examples,
        params=[
            Flag(
                "--account",
                required=True,
                type=Named("account"),
                metavar="ACCOUNT",
                help="name, provider/name or ID",
            ),
            Flag("--name", required=True, metavar="NAME"),
            *spec.create_flags(),
            IDEMPOTENCY_KEY,
            *following_flags(),
        ],
    )


CREATE = Noun(
    "create",
    "Create a cluster: `create PROVIDER --help` shows what each provider takes.",
    [_verb(provider, spec) for provider, spec in SPECS.items()],
)
