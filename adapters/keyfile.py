"""The key file of a Google Cloud service account."""

import json
from collections.abc import Mapping

from fleet.model.credentials import GcpCredentials
from fleet.model.refusal import InvalidInput


def read_keyfile(credentials: GcpCredentials) -> Mapping[str, object]:
    """Raises `InvalidInput`, without quoting it, if the text is not a key file."""
    try:
        keyfile = json.loads(credentials.keyfile_json.get_secret_value())
    except (ValueError, RecursionError):
        keyfile = None
    if not isinstance(keyfile, dict):
        raise InvalidInput(
            "The key of a GCP service account is a JSON object, as Google hands it out.",
            path=("credentials", "keyfile_json"),
        )
    return keyfile
