"""What is known of an integration."""

import pytest

from fleet.model.integration import IntegrationIdentity


@pytest.mark.parametrize(
    ("role", "account"),
    [
        ("arn:aws:iam::123456789012:role/fleet", "123456789012"),
        ("arn:aws-us-gov:iam::123456789012:role/a/path/fleet", "123456789012"),
        ("arn:aws:iam::12345:role/fleet", None),
        ("fleet", None),
        (None, None),
    ],
)
def test_the_account_at_aws_is_that_of_the_role(role: str | None, account: str | None) -> None:
    assert IntegrationIdentity(role_arn=role).cloud_account_id == account
