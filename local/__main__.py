"""`python -m local`, which `make run` starts."""

import sys


def main() -> int:
    """Everything is imported here, so that Ctrl-C works in the first second too."""
    try:
        from local.start import start

        return start()
    except KeyboardInterrupt:
        print("\nFleetgraph has ended.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
