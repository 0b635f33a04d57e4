"""What the providers publish: their OpenAPI documents and example bodies, in `../shared/providers` beside a checkout.

They are not part of this project. A test compares with them where they are, and says where they are not.
"""

from pathlib import Path

import pytest

PUBLISHED = Path(__file__).parents[2] / "shared" / "providers"
ABSENT = "there is no ../shared/providers beside this checkout, with what the providers publish"

needs_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason=ABSENT)


def published(path: str) -> Path:
    """A file or folder there. Skips the test that asks where there is none of it at all."""
    if not PUBLISHED.is_dir():
        pytest.skip(ABSENT)
    return PUBLISHED / path
