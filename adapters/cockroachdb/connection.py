"""How to connect to a cluster. Source: the OpenAPI documents since 2022-09-20."""

import re

from adapters.wire import Lenient, Text, Wire

OS = "LINUX"
"""An Advanced cluster has to be asked for one: the certificate's place in the string differs between them."""


class WireParameters(Lenient):
    """The names begin with capital letters in this answer alone."""

    Host: Text = None
    Port: Text = None
    Database: Text = None


class WireConnectionString(Wire):
    connection_string: Text = None
    params: WireParameters | None = None


def without_password(text: str) -> str:
    """No source shows a password in it. One that comes all the same goes no further."""
    return re.sub(r"(?<=://)([^:/@?#]*):[^/?#]*@", r"\1@", text)
