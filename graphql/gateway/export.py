"""`python -m gateway.export` prints the schema, as graphql/schema.graphql keeps it."""

import sys

from gateway.schema import SCHEMA


def export() -> str:
    return SCHEMA.as_str() + "\n"


if __name__ == "__main__":
    sys.stdout.write(export())
