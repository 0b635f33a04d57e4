"""Settings of the API: authentication and allowed documents. The local runner has the same."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.settings import SettingsError

CREDITS_PER_MINUTE = 300_000


@dataclass(frozen=True, kw_only=True)
class OidcSettings:
    """The accepted tokens: `issuer` is its own URL, `audience` its name for this API, `scope_claim` the claim with
    scopes, `accounts_claim` the one with accounts. Without it, a token is for every account.
    """

    issuer: str
    audience: str
    scope_claim: str
    accounts_claim: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApiSettings:
    """`shows_schema`: introspection is answered, and errors name types and fields. `only_trusted`: only the documents
    of `manifests` (names or paths) are run, by default those of every manifest. `has_page`: browsers get the page of
    the fleet, and the explorer if the schema is shown. Without `oidc`, tokens of an issuer are refused. `client_id` is
    the client id of the page; without it, the page has no sign-in.
    """

    shows_schema: bool = True
    only_trusted: bool = False
    manifests: tuple[str, ...] = ()
    has_page: bool = True
    credits_per_minute: int = CREDITS_PER_MINUTE
    oidc: OidcSettings | None = None
    client_id: str | None = None


def read_api_settings(environment: Mapping[str, str]) -> ApiSettings:
    """Reads the environment. A variable that is unset or empty has the default in `ApiSettings`."""
    return ApiSettings(
        shows_schema=_choice(environment, "INTROSPECTION", "on", "off") == "on",
        only_trusted=_choice(environment, "DOCUMENTS", "any", "trusted") == "trusted",
        manifests=_read_manifests(environment),
        has_page=_choice(environment, "PAGE", "on", "off") == "on",
        credits_per_minute=_read_credits(environment),
        oidc=_read_oidc(environment),
        client_id=environment.get("OIDC_CLIENT_ID") or None,
    )


def _read_credits(environment: Mapping[str, str]) -> int:
    """`POINTS_PER_MINUTE` is the former name. It still counts where the new one is not set."""
    for name in ("CREDITS_PER_MINUTE", "POINTS_PER_MINUTE"):
        if credits := environment.get(name):
            if not credits.isdecimal() or int(credits) < 1:
                raise SettingsError(f"{name} must be a number from 1, not {credits!r}")
            return int(credits)
    return CREDITS_PER_MINUTE


def _read_manifests(environment: Mapping[str, str]) -> tuple[str, ...]:
    given = environment.get("MANIFESTS", "")
    return tuple(name.strip() for name in given.split(",") if name.strip())


def _read_oidc(environment: Mapping[str, str]) -> OidcSettings | None:
    issuer, audience = environment.get("OIDC_ISSUER"), environment.get("OIDC_AUDIENCE")
    if not issuer:
        return None
    if not issuer.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise SettingsError(f"OIDC_ISSUER must be an https URL, not {issuer!r}")
    if not audience:
        raise SettingsError("OIDC_AUDIENCE is not set: a token for somebody else must not open this")
    claim = environment.get("OIDC_SCOPE_CLAIM") or "scope"
    return OidcSettings(
        issuer=issuer,
        audience=audience,
        scope_claim=claim,
        accounts_claim=environment.get("OIDC_ACCOUNTS_CLAIM") or None,
    )


def _choice(environment: Mapping[str, str], name: str, *choices: str) -> str:
    given = environment.get(name) or choices[0]
    if given not in choices:
        raise SettingsError(f"{name} is {' or '.join(choices)}, not {given!r}")
    return given
