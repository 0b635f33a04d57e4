"""What was asked for, as it may be shown."""

import pytest
from pydantic import SecretStr

from fleet.model.change import Change, UpdateIntegration
from fleet.model.credentials import AwsKeys
from fleet.reading.wanted import LONGEST_VALUE, settings_of


@pytest.mark.parametrize("is_stored", [True, False])
def test_credentials_are_never_shown(is_stored: bool) -> None:
    made_up = SecretStr("made-up")
    change: Change = UpdateIntegration(
        credentials=AwsKeys(access_key_id=made_up, secret_access_key=made_up), description="x" * 1000
    )
    if is_stored:
        change = UpdateIntegration.model_validate_json(change.model_dump_json())
    shown = settings_of(change)
    assert [one.field for one in shown] == ["description", "has_credentials"]
    assert len(shown[0].value or "") == LONGEST_VALUE
