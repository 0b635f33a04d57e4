"""Clients of AWS are opened as botocore opens them, with less of what they do not need."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from infra import aws

EVENTS = (
    "creating-client-class",
    "provide-client-params",
    "before-parameter-build",
    "before-call",
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "before-parse",
    "needs-retry",
    "after-call",
)
CALLS = ("dynamodb.GetItem", "secrets-manager.GetSecretValue", "sqs.SendMessageBatch", "ssm.GetParameter")


@pytest.fixture(autouse=True)
def _opened_anew() -> Iterator[None]:
    aws.forget_credentials()
    yield
    aws.forget_credentials()


def handlers(session: Session, event: str) -> list[str]:
    emitter: Any = session.get_component("event_emitter")
    found = emitter._emitter._handlers.prefix_search(event)
    return sorted(getattr(one, "__qualname__", repr(one)) for one in found)


def test_what_botocore_does_for_a_service_of_ours_is_done_for_it() -> None:
    ours, whole = aws.session(), Session()
    for call in (*CALLS, "sts.AssumeRoleWithWebIdentity"):
        for event in EVENTS:
            found = handlers(ours, f"{event}.{call}")
            assert found == handlers(whole, f"{event}.{call}"), f"{event}.{call}"
    assert handlers(ours, "choose-signer.sts.AssumeRoleWithWebIdentity")


def test_credentials_of_the_environment_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made up")
    found: Any = aws.session().get_credentials()
    assert (found.method, found.access_key) == ("env", "an id")


def test_others_are_looked_for_where_the_environment_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id = from a file\naws_secret_access_key = made up\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    found: Any = aws.session().get_credentials()
    assert (found.method, found.access_key) == ("shared-credentials-file", "from a file")
