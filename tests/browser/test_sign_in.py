"""Signing in on the page at an OpenID Connect issuer, by code and PKCE, and out again."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.adapters.issuer import AUDIENCE, RSA, Publisher, published
from tests.runner import Runner, running
from tests.serving import serving

CLIENT = "the-page"


class SignInPage:
    """An issuer where everybody is Ada at once. It gives the code to whoever asks, and a token to whoever began."""

    def __init__(self) -> None:
        self.publisher = Publisher("")
        self.challenges: list[str] = []
        self.asked: dict[str, str] = {}

    async def configuration(self, request: Request) -> Response:
        url = self.publisher.url
        return JSONResponse(
            {
                "issuer": url,
                "jwks_uri": f"{url}/keys",
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "end_session_endpoint": f"{url}/leave",
            }
        )

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [published(RSA, "r1")]})

    async def authorize(self, request: Request) -> Response:
        self.asked = dict(request.query_params)
        self.challenges.append(self.asked["code_challenge"])
        back = f"{self.asked['redirect_uri']}?code=the-code&state={self.asked['state']}"
        return RedirectResponse(back)

    async def token(self, request: Request) -> Response:
        (verifier,) = parse_qs((await request.body()).decode())["code_verifier"]
        digest = hashlib.sha256(verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenges[-1]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.publisher.sign({"name": "Ada"})
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 300})

    async def leave(self, request: Request) -> Response:
        return HTMLResponse("<title>Left</title><h1>You have left</h1>")


@contextmanager
def issuing() -> Iterator[SignInPage]:
    issuer = SignInPage()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", issuer.configuration),
            Route("/keys", issuer.keys),
            Route("/authorize", issuer.authorize),
            Route("/token", issuer.token, methods=["POST"]),
            Route("/leave", issuer.leave),
        ],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"])],
    )
    with serving(app) as origin:
        issuer.publisher.url = origin
        yield issuer


@pytest.fixture
def issuer() -> Iterator[SignInPage]:
    with issuing() as issuer:
        yield issuer


@pytest.fixture
def guarded(issuer: SignInPage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    settings = {
        "ADMIN_KEY": "the-key-of-the-administrator-in-tests",
        "OIDC_ISSUER": issuer.publisher.url,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_CLIENT_ID": CLIENT,
    }
    with running(tmp_path_factory.mktemp("guarded"), **settings) as one:
        yield one


def test_a_person_signs_in_at_the_issuer_and_out_again(
    page: Page, guarded: Runner, issuer: SignInPage
) -> None:
    page.goto(f"{guarded.origin}/clusters?q=meridian")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="yard-sensors")).to_be_visible()
    assert page.url == f"{guarded.origin}/clusters?q=meridian"
    assert issuer.asked["client_id"] == CLIENT
    assert issuer.asked["redirect_uri"] == f"{guarded.origin}/"
    assert issuer.asked["code_challenge_method"] == "S256"
    assert issuer.asked["audience"] == AUDIENCE
    expect(page.get_by_role("link", name="Create")).to_have_count(0)  # the token reads alone

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You have left")).to_be_visible()
    page.goto(guarded.origin)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_an_answer_that_this_tab_did_not_ask_for_signs_nobody_in(page: Page, guarded: Runner) -> None:
    page.goto(f"{guarded.origin}/?code=stolen&state=made-up")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('fleetgraph.key')") is None
