"""The issuer whose tokens are taken: loaded with the first of them, because verifying one takes a large library."""

from fleet.access.authentication import Opener
from fleet.ports.clock import Clock


def open_issuer(issuer: str, audience: str, scope_claim: str, clock: Clock) -> Opener:
    from adapters.oidc import Expected, Issuer

    return Issuer(Expected(issuer=issuer, audience=audience, scope_claim=scope_claim), clock).open
