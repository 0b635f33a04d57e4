"""GraphQL <-> fleet: one schema that answers from the store. Only here: strawberry.

A type of the schema declares what a record of the domain shows; records are served as they are. What is not simply an
attribute of its record has a resolver beside the type.
"""

from gateway.types import enums  # noqa: F401 - the domain's enumerations get their public names before a type uses them
