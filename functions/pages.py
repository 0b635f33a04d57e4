"""The pages that a deployment serves, as its settings say: the same in the function and in the local runner."""

from pathlib import Path

from functions.api_settings import ApiSettings
from infra.pages import BuiltPages, SignIn


def pages_of(settings: ApiSettings, folder: Path) -> BuiltPages | None:
    if not settings.has_page:
        return None
    oidc, client_id = settings.oidc, settings.client_id
    sign_in = None
    if oidc is not None and client_id is not None:
        sign_in = SignIn(issuer=oidc.issuer, client_id=client_id, audience=oidc.audience)
    return BuiltPages(folder=folder, has_explorer=settings.shows_schema, sign_in=sign_in)
