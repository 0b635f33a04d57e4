"""The AWS region: from the environment, the latest guided deployment, or the profile."""

import os
import tomllib
from collections.abc import MutableMapping
from pathlib import Path

SAM_CONFIG = Path(__file__).parent.parent / "samconfig.toml"


def settle_region(environment: MutableMapping[str, str] = os.environ, file: Path = SAM_CONFIG) -> None:
    """Sets both variables, because tools read different ones. Tools read the region of a profile themselves."""
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or _deployed_to(file)
    if region:
        environment["AWS_REGION"] = environment["AWS_DEFAULT_REGION"] = region


def _deployed_to(file: Path) -> str | None:
    try:
        kept = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    region = kept.get("default", {}).get("deploy", {}).get("parameters", {}).get("region")
    return region if isinstance(region, str) else None
