"""The digest that tells the same input from another: equal for equal ones, and of no use to who reads the store."""

from pydantic import SecretStr

from fleet.changing.intents import digest_change
from fleet.model.change import CreateIntegration
from fleet.model.credentials import AwsKeys

KEY, OTHER = SecretStr("a-token-of-the-account"), SecretStr("another-token")


def link(secret: str) -> CreateIntegration:
    credentials = AwsKeys(access_key_id=SecretStr("AKIA"), secret_access_key=SecretStr(secret))
    return CreateIntegration(name="link", credentials=credentials)


def test_the_same_secrets_are_the_same_input_and_others_are_not() -> None:
    assert digest_change(link("one"), KEY) == digest_change(link("one"), KEY)
    assert digest_change(link("one"), KEY) != digest_change(link("two"), KEY)


def test_who_has_the_store_alone_cannot_try_secrets_until_one_fits() -> None:
    assert digest_change(link("one"), KEY) != digest_change(link("one"), OTHER)


def test_without_a_key_nothing_is_said_of_secrets() -> None:
    none = SecretStr("")
    assert digest_change(link("one"), none) == digest_change(link("two"), none)


def test_what_holds_no_secret_is_the_same_input_under_every_token() -> None:
    plain = CreateIntegration(name="link")
    assert digest_change(plain, KEY) == digest_change(plain, OTHER)
