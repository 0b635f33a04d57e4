"""What the API is told of whom to let in and what to let them ask; the local runner is told the same."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.settings import SettingsError

POINTS_PER_MINUTE = 300_000


@dataclass(frozen=True, kw_only=True)
class ApiSettings:
    """`shows_schema`: introspection is answered, and errors name what there is in the schema. `only_trusted`: no
    document is run but those of the manifest.
    """

    shows_schema: bool = True
    only_trusted: bool = False
    points_per_minute: int = POINTS_PER_MINUTE


def read_api_settings(environment: Mapping[str, str]) -> ApiSettings:
    """What is not set, or set to nothing, is as in `ApiSettings`."""
    points = environment.get("POINTS_PER_MINUTE") or str(POINTS_PER_MINUTE)
    if not points.isdecimal() or int(points) < 1:
        raise SettingsError(f"POINTS_PER_MINUTE is a number from 1, unlike {points!r}")
    return ApiSettings(
        shows_schema=_choice(environment, "INTROSPECTION", "on", "off") == "on",
        only_trusted=_choice(environment, "DOCUMENTS", "any", "trusted") == "trusted",
        points_per_minute=int(points),
    )


def _choice(environment: Mapping[str, str], name: str, *choices: str) -> str:
    given = environment.get(name) or choices[0]
    if given not in choices:
        raise SettingsError(f"{name} is {' or '.join(choices)}, not {given!r}")
    return given
