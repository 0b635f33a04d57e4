import pytest

from functions.settings import SettingsError, read_settings

GOOD = {
    "TABLE_NAME": "fleet",
    "QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/looks",
    "TOKEN_PREFIX": "/fleetgraph/tokens/",
    "ADMIN_KEY_ID": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:admin",
}


def test_settings_are_what_the_environment_says() -> None:
    settings = read_settings({**GOOD, "PATH": "/bin"})
    assert settings.table == "fleet"
    assert settings.token_prefix == "/fleetgraph/tokens/"


def test_every_variable_at_fault_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"QUEUE_URL": "looks", "TOKEN_PREFIX": "tokens", "ADMIN_KEY_ID": ""})
    for name in GOOD.keys() - {"ADMIN_KEY_ID"}:
        assert name in str(caught.value)


def test_the_admin_key_can_be_retired() -> None:
    assert read_settings(GOOD).admin_key_id == GOOD["ADMIN_KEY_ID"]
    assert read_settings({**GOOD, "ADMIN_KEY_ID": ""}).admin_key_id is None


@pytest.mark.parametrize("prefix", ["/", "//", "tokens/", "/tokens"])
def test_a_prefix_that_would_not_join_into_a_parameter_is_refused(prefix: str) -> None:
    with pytest.raises(SettingsError, match="TOKEN_PREFIX"):
        read_settings({**GOOD, "TOKEN_PREFIX": prefix})
