"""The pages for a browser: the page of the fleet, the explorer, and the assets of both.

A folder holds what `web/` builds: `page` and `explorer`, each with an `index.html` and `assets`. The name of an asset
has a hash of its content, and a compressed copy is beside it. A file is read for each request, so a new build shows at
the next reload, and a function does not start more slowly. Only the standard library is imported, because a function
serves pages before it imports GraphQL.
"""

import gzip
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from fleet.ports.pages import VIEWS, Page, wants_page

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
# Monaco sets inline styles, so 'unsafe-inline' is needed for styles. Its workers use the policy of their
# own responses, so the assets have it like the page.
_EXPLORER_POLICY = _POLICY | {"worker-src": "'self'", "style-src": "'self' 'unsafe-inline'"}


def _text(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


EXPLORER_POLICY = _text(_EXPLORER_POLICY)

_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}
_CODINGS = (("br", ".br"), ("gzip", ".gz"))
_SIGN_IN = "/sign-in.json"
_ASSET = re.compile(r"/(?P<of>assets|explorer)/(?P<name>[\w-][\w.-]*)")

NOT_BUILT = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Fleetgraph</title>
<h1>The page is not built</h1>
<p>Run <code>make web</code> and reload. GraphQL itself answers <code>POST /graphql</code>.</p>
"""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Where a person signs in: at an OpenID Connect issuer that knows the page as a public client."""

    issuer: str
    client_id: str
    audience: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, kw_only=True)
class BuiltPages:
    """`folder` can be built later. The explorer is served only where the schema is shown. Without `sign_in`, the page
    asks for a key alone.
    """

    folder: Path
    has_explorer: bool = True
    sign_in: SignIn | None = None

    def find(
        self, method: str, path: str, headers: Mapping[str, str], parameters: Collection[str] = ()
    ) -> Page | None:
        if asset := _ASSET.fullmatch(path):
            is_read = method in ("GET", "HEAD")
            return self._asset(asset["of"], asset["name"], headers) if is_read else None
        if path == _SIGN_IN and method == "GET":
            return self._sign_in()
        if not wants_page(method, headers.get("accept", ""), parameters):
            return None
        if path == "/graphql":
            return self._page("explorer", headers, EXPLORER_POLICY) if self.has_explorer else None
        if path == "/" or path.split("/")[1] in VIEWS:
            return self._page("page", headers, self._page_policy())
        return None

    def _page_policy(self) -> str:
        """Nobody is asked but us, and the issuer for a token."""
        if self.sign_in is None:
            return _text(_POLICY)
        return _text(_POLICY | {"connect-src": f"'self' {self.sign_in.origin}"})

    def _sign_in(self) -> Page:
        """What the page has to know to sign a person in. Null where it cannot."""
        settings = self.sign_in and {
            "issuer": self.sign_in.issuer,
            "clientId": self.sign_in.client_id,
            "audience": self.sign_in.audience,
        }
        headers = {"Cache-Control": "no-store", "Content-Type": "application/json"}
        return Page(headers=headers, body=json.dumps(settings).encode())

    def _page(self, name: str, headers: Mapping[str, str], policy: str) -> Page:
        said = {"Cache-Control": "no-store", "Content-Security-Policy": policy}
        found = _read(self.folder / name / "index.html", headers, said)
        if found is None:
            said["Content-Type"] = _TYPES[".html"]
            return Page(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=said, body=NOT_BUILT)
        return found

    def _asset(self, of: str, name: str, headers: Mapping[str, str]) -> Page | None:
        is_explorers = of == "explorer"
        if is_explorers and not self.has_explorer:
            return None
        policy = EXPLORER_POLICY if is_explorers else _text(_POLICY)
        path = self.folder / ("explorer" if is_explorers else "page") / "assets" / name
        return _read(path, headers, {"Cache-Control": _FOR_EVER, "Content-Security-Policy": policy})


def _read(path: Path, headers: Mapping[str, str], said: Mapping[str, str]) -> Page | None:
    """The content of a file. A function has only compressed files, which are inflated for clients that accept no
    coding.
    """
    kind = _TYPES.get(path.suffix)
    packed = path.with_name(path.name + ".gz")
    if kind is None or not (path.is_file() or packed.is_file()):
        return None
    said = {**said, "Content-Type": kind, "Vary": "Accept-Encoding"}
    taken = _taken(headers.get("accept-encoding", ""))
    for coding, suffix in _CODINGS:
        compressed = path.with_name(path.name + suffix)
        if coding in taken and compressed.is_file():
            return Page(headers={**said, "Content-Encoding": coding}, body=compressed.read_bytes())
    return Page(
        headers=said, body=path.read_bytes() if path.is_file() else gzip.decompress(packed.read_bytes())
    )


def _taken(accept_encoding: str) -> set[str]:
    """The codings that a client accepts."""
    parts = [part.strip().lower().partition(";") for part in accept_encoding.split(",")]
    return {name.strip() for name, _, weight in parts if not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)}
