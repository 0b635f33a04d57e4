"""`fleetgraph accounts`: the observed accounts and their freshness; connecting and disconnecting."""

import getpass
from datetime import datetime
from typing import Any

import click

from cli.changes import ask_for, carry_out, following_flags
from cli.documents import accounts as queries
from cli.documents import change
from cli.errors import Exit, NotThere, UsageError
from cli.formatting import freshness, moment, plain, resources
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Named, Number, ProviderKind, lower, named
from cli.listing import Column, Listing
from cli.lookup import find_account, qualified
from cli.output import dump, form_of, output_flags, show_list, show_one
from cli.session import Session
from cli.specs import PROVIDERS


def list_accounts(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _fetch(session, options.provider))


def show_account(session: Session, options: Options) -> int:
    found = find_account(session.client, options.account)
    account = session.client.ask(queries.ACCOUNT, {"id": found["id"]})["node"]
    if account is None:
        raise NotThere(f"The account {found['name']} is not there any more.")
    state, budget, now = account["freshness"], account["requestBudget"], session.clock.now()
    facts = {
        "name": account["name"],
        "id": account["id"],
        "provider": account["provider"]["name"],
        "external id": account["externalId"] or "",
        "api version": account["apiVersion"] or "",
        "state": state["state"],
        "seen": moment(state["observedAt"], now),
        "next": moment(state["nextAttemptAt"], now),
        "token": f"{_token(account)}, since {moment(account['token']['replacedAt'], now)}",
        "token expires": moment(account["token"]["expiresAt"], now) if account["token"]["expiresAt"] else "",
        "requests left": f"{budget['remaining']} of {budget['limit']}" if budget else "",
        "for people": f"{budget['reserved']}" if budget else "",
        **_subscription(account["subscription"] or {}, account["offeredPlans"], now),
        "problem": _problem(account),
    }
    return show_one(session, options, account, facts, name=qualified(account))


def _subscription(held: dict[str, Any], plans: list[dict[str, Any]], now: datetime) -> dict[str, str]:
    """Only what is known of it."""
    meters = [f"{one['name']} {one['quantity']} {one['unit']}" for one in held.get("meters") or ()]
    facts = {
        "plan": held.get("plan"),
        "clusters": held.get("clusterCount"),
        "plan holds": _holdings(held, plans),
        "other plans": ", ".join(one["name"] for one in plans if one["name"] != held.get("plan")),
        "pool": held.get("pool") and resources(held["pool"]),
        "allocated": held.get("allocated") and resources(held["allocated"]),
        "used": ", ".join(meters),
        "renews": held.get("renewsAt") and moment(held["renewsAt"], now),
        "trial days left": held.get("trialDaysLeft"),
    }
    return {title: str(fact) for title, fact in facts.items() if fact not in (None, "")}


def _holdings(held: dict[str, Any], plans: list[dict[str, Any]]) -> str:
    """What the account's own plan holds, where its provider tells of its plans."""
    own = next((one for one in plans if one["name"] == held.get("plan")), None)
    if own is None:
        return ""
    clusters = [] if own["mostClusters"] is None else [f"{own['mostClusters']} clusters"]
    allowances = [f"{one['name']} {one['quantity']} {one['unit']}" for one in own["allowances"]]
    fee = [] if own["monthlyFee"] is None else [f"for {own['monthlyFee']} a month"]
    return ", ".join([*clusters, *allowances, *fee])


def list_observations(session: Session, options: Options) -> int:
    account_id = _id(session, options)
    return show_list(session, options, lambda: _fetch_observations(session, account_id, options.limit))


def show_schedule(session: Session, options: Options) -> int:
    account_id = _id(session, options)
    return show_list(session, options, lambda: _fetch_schedule(session, account_id))


def connect_account(session: Session, options: Options) -> int:
    members = {
        "provider": options.provider,
        "name": options.name,
        "externalId": options.external_id,
        "apiVersion": options.api_version,
        "apiToken": _read_token(session, options),
    }
    given = {name: value for name, value in members.items() if value is not None}
    return _show_connected(session, options, change.CONNECT_ACCOUNT, {"input": given})


def replace_token(session: Session, options: Options) -> int:
    token = _read_token(session, options)
    variables = {"id": _id(session, options), "apiToken": token}
    return _show_connected(session, options, change.REPLACE_TOKEN, variables)


def disconnect_account(session: Session, options: Options) -> int:
    return carry_out(session, options, change.DISCONNECT_ACCOUNT, {"id": _id(session, options)})


def refresh_account(session: Session, options: Options) -> int:
    return carry_out(session, options, change.REFRESH_ACCOUNT, {"id": _id(session, options)})


def _accounts(session: Session, provider: str | None) -> list[dict[str, Any]]:
    pages = session.client.pages(queries.ACCOUNTS, {"provider": provider}, "accounts")
    return [node for page in pages for node in page["nodes"]]


def _fetch(session: Session, provider: str | None) -> Listing:
    accounts = _accounts(session, provider)
    return Listing(
        document={"accounts": accounts},
        rows=accounts,
        columns=COLUMNS,
        name=qualified,
        empty="No account is connected.",
    )


def _fetch_observations(session: Session, account_id: str, limit: int) -> Listing:
    variables = {"accountId": account_id, "first": min(limit, PAGE)}
    found = session.client.take(queries.OBSERVATIONS, variables, "observations", limit)
    return Listing(
        document={"observations": found},
        rows=found,
        columns=OBSERVATION_COLUMNS,
        name=lambda one: str(one["beganAt"]),
        empty="Nothing has changed and nothing has failed in the last 7 days.",
    )


def _fetch_schedule(session: Session, account_id: str) -> Listing:
    schedule = session.client.ask(queries.SCHEDULE, {"accountId": account_id})["explainSchedule"]
    rows, now = (schedule or {"collections": []})["collections"], session.clock.now
    columns = (
        Column(title="WHAT", value=lambda one: lower(one["collection"]).replace("-", " ")),
        Column(
            title="SEEN",
            value=lambda one: moment(one["observedAt"], now()),
            order=lambda one: one["observedAt"],
        ),
        Column(
            title="NEXT",
            value=lambda one: moment(one["nextAttemptAt"], now()),
            order=lambda one: one["nextAttemptAt"],
        ),
        Column(title="REQUESTS", value=lambda one: one["requests"], rank=1),
        Column(title="WHY", value=lambda one: one["reason"], is_sentence=True),
    )
    return Listing(
        document={"schedule": schedule, "collections": rows},
        rows=rows,
        columns=columns,
        name=lambda one: lower(one["collection"]),
        empty="Nothing of it is observed.",
    )


def _token(account: dict[str, Any]) -> str:
    accepted = {True: "accepted", False: "refused", None: "not yet used"}[account["token"]["isAccepted"]]
    return f"...{account['token']['hint']} {accepted}"


def _problem(account: dict[str, Any]) -> str:
    freshness = account["freshness"]
    failure = freshness["lastFailure"] or {}
    return str(
        (account["deletionGuard"] or {}).get("reason")
        or failure.get("message")
        or freshness.get("reason")
        or ""
    )


def _id(session: Session, options: Options) -> str:
    return str(find_account(session.client, options.account)["id"])


def _read_token(session: Session, options: Options) -> str:
    """A token. A person is asked for it, without echo. Raises UsageError."""
    if options.token_env is not None:
        token, place = session.environment.get(options.token_env, ""), options.token_env
    elif session.input.isatty():
        token, place = getpass.getpass("Token: "), "What was typed"
    else:
        token, place = session.input.read(), "Standard input"
    if not token.strip():
        raise UsageError(f"{place} holds no token.", "Name the variable that does with --token-env.")
    return token.strip()


def _show_connected(session: Session, options: Options, document: str, variables: dict[str, Any]) -> int:
    form = form_of(options)
    account = ask_for(session, options, document, variables)["account"]
    if form in ("json", "yaml"):
        dump(session.screen, options, form, {"account": account})
    elif form == "name":
        session.screen.say(qualified(account))
    else:
        provider, hint = account["provider"]["name"], account["token"]["hint"]
        session.screen.say(plain(f"{account['name']} at {provider} is connected with the token ...{hint}"))
    return Exit.OK


PAGE = 100
OBSERVATION_COLUMNS = (
    Column(title="AT", value=lambda one: one["beganAt"][:19] + "Z"),
    Column(title="REQUESTS", value=lambda one: one["requests"]),
    Column(title="CHANGED", value=lambda one: one["changedCount"]),
    Column(title="QUIET BEFORE", value=lambda one: one["quietBefore"], rank=1),
    Column(title="FAILURE", value=lambda one: one["failure"], is_sentence=True),
)
COLUMNS = (
    Column(title="PROVIDER", value=lambda node: node["provider"]["name"], rank=2),
    Column(title="NAME", value=lambda node: node["name"]),
    Column(title="STATE", value=lambda node: node["freshness"]["state"], is_state=True),
    Column(
        title="SEEN",
        value=lambda node: freshness(node["freshness"] | {"state": "CURRENT"}),
        order=lambda node: node["freshness"]["observedAt"],
    ),
    Column(title="TOKEN", value=_token, rank=3),
    Column(
        title="REQUESTS LEFT",
        value=lambda node: (
            node["requestBudget"]
            and f"{node['requestBudget']['remaining']} of {node['requestBudget']['limit']}"
        ),
        rank=4,
    ),
    Column(title="PROBLEM", value=_problem, is_sentence=True),
    Column(title="EXTERNAL ID", value=lambda node: node["externalId"], is_wide=True),
    Column(title="API VERSION", value=lambda node: node["apiVersion"], is_wide=True),
    Column(title="ID", value=lambda node: node["id"], is_wide=True),
)

ACCOUNT = "ACCOUNT is a name, provider/name or an ID."
TOKENS = "The token comes from a variable, from standard input, or is asked for: others can see arguments."


def _account_argument() -> click.Parameter:
    return click.Argument(["account"], metavar="ACCOUNT", type=Named("account"))


def _token_flag() -> click.Parameter:
    return Flag(
        "--token-env", metavar="VARIABLE", help="that holds the token; without it, standard input does"
    )


COMMAND = Noun(
    "accounts",
    "List, show, connect and disconnect the provider accounts that are observed.",
    [
        Verb(
            "list",
            list_accounts,
            "List the provider accounts that are observed.",
            examples="""
fleetgraph accounts list
fleetgraph accounts list --provider qovery --json
""",
            params=[
                Flag("--provider", type=ProviderKind(PROVIDERS), metavar="PROVIDER", help=named(PROVIDERS)),
                *output_flags(is_list=True),
            ],
        ),
        Verb(
            "show",
            show_account,
            "Show one account.",
            about=ACCOUNT,
            examples="""
fleetgraph accounts show "Meridian Freight"
fleetgraph accounts show kupe/"Acme Tools" -o yaml
""",
            params=[_account_argument(), *output_flags()],
        ),
        Verb(
            "observations",
            list_observations,
            "List what the latest observations of an account did: those that changed something or failed.",
            about=ACCOUNT + " QUIET BEFORE counts the observations before it that did neither.",
            examples='fleetgraph accounts observations "Acme Tools" --limit 5',
            params=[
                _account_argument(),
                Flag(
                    "--limit", type=Number(1), default=50, metavar="N", help="how many at most (default: 50)"
                ),
                *output_flags(is_list=True, has_row_flags=False),
            ],
        ),
        Verb(
            "schedule",
            show_schedule,
            "Show when an account is observed next, and why then.",
            about=ACCOUNT,
            examples='fleetgraph accounts schedule "Acme Tools"',
            params=[_account_argument(), *output_flags(is_list=True)],
        ),
        Verb(
            "connect",
            connect_account,
            "Connect a provider account. Its token is tried before it is kept.",
            about=TOKENS,
            examples="""
fleetgraph accounts disconnect "Palisade Insurance" --wait
fleetgraph accounts connect kupe --name "Palisade Insurance" --external-id palisade --token-env KUPE_API_KEY
""",
            params=[
                click.Argument(["provider"], metavar="PROVIDER", type=ProviderKind(PROVIDERS)),
                Flag("--name", required=True, metavar="NAME", help="what to call it; unique at its provider"),
                Flag("--external-id", metavar="ID", help="the provider's, where the token does not imply it"),
                Flag("--api-version", metavar="VERSION", help="of the provider's API, to pin it"),
                _token_flag(),
                *output_flags(),
            ],
        ),
        Verb(
            "replace-token",
            replace_token,
            "Give an account another token. It is tried first; the old one is not revoked at the provider.",
            about=f"{ACCOUNT} {TOKENS}",
            examples="""
fleetgraph accounts replace-token "Acme Tools" --token-env ACME_TOKEN
fleetgraph accounts replace-token "Meridian Freight" < meridian.txt
""",
            params=[_account_argument(), _token_flag(), *output_flags()],
        ),
        Verb(
            "disconnect",
            disconnect_account,
            "Forget an account, its token and all that was observed. Changes nothing at the provider.",
            about=ACCOUNT,
            examples="""
fleetgraph accounts disconnect "Kestrel (personal)" --wait
""",
            params=[_account_argument(), *following_flags()],
        ),
        Verb(
            "refresh",
            refresh_account,
            "Observe an account now.",
            about=ACCOUNT,
            examples="""
fleetgraph accounts refresh "Acme Tools"
fleetgraph accounts refresh kupe/"Acme Tools" --wait --timeout 1m
""",
            params=[_account_argument(), *following_flags()],
        ),
    ],
    default="list",
)
