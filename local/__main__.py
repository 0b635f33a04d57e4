"""`python -m local`, which `make run` starts."""

import logging
import sys


def main() -> int:
    """Everything is imported here, so that Ctrl-C works in the first second too."""
    if sys.argv[1:]:
        print(
            "fleetgraph: this takes no arguments, but settings from the environment: docs/accounts.md has them.",
            file=sys.stderr,
        )
        return 2
    try:
        from local.start import start

        logging.basicConfig(
            level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"
        )
        logging.getLogger("fleet").setLevel(logging.INFO)
        return start()
    except KeyboardInterrupt:
        print("\nFleetgraph has ended.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
