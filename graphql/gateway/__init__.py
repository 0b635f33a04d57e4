"""The GraphQL schema, and the server that answers from the store. Strawberry is imported only here.

A type of the schema declares which attributes of a domain record are public. A field that is not an attribute of its
record has a resolver beside the type.
"""

from gateway.types import enums  # noqa: F401 - the domain's enumerations get their public names before a type uses them
