"""`python -m gateway.export` prints the schema, as in graphql/schema.graphql."""

import sys

from gateway.schema import SCHEMA


def export() -> str:
    return SCHEMA.whole().as_str() + "\n"


if __name__ == "__main__":
    sys.stdout.write(export())
