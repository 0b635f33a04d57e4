"""What a token may do: all that its account has, or less, by the role that it was made with.

The rights are those that the vendor's documentation names for each call.
"""

from collections.abc import Callable, Mapping

CLUSTERS, INTEGRATIONS = "Account > Cloud > Clusters", "Account > Cloud > Integrations"
BILLING = "Account > Billing > General > Read"

VERBS = {"GET": "Read", "POST": "Create", "PUT": "Create", "PATCH": "Update", "DELETE": "Delete"}

ROLES: Mapping[str, Callable[[str], bool]] = {
    "": lambda right: True,
    "_reader": lambda right: right.startswith("Account > Cloud") and right.endswith("Read"),
    "_clusters": lambda right: right.startswith(CLUSTERS),
}
"""What tokens of a role may do, by what such a token ends in after the token of the account itself."""


def needed(method: str, path: str) -> str | None:
    """The right for a call on a path below cloud-providers. Null for what everybody may read."""
    for place, rights in (("/clusters", CLUSTERS), ("/integrations", INTEGRATIONS)):
        if path.startswith(place):
            verb = "Update" if "/nodes/" in path else VERBS[method]
            return f"{rights} > {verb}"
    return None
