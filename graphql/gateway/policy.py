"""What a deployment lets its callers ask, as its settings say."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`shows_schema`: introspection is answered, and errors name what there is in the schema. `only_trusted`: no
    document is run but those of the manifest.
    """

    shows_schema: bool = True
    only_trusted: bool = False
