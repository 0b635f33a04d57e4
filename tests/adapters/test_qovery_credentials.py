"""Credentials at Qovery: what is sent of each kind, and what it has no place for."""

import json
from base64 import b64decode

import pytest
from pydantic import SecretStr

from adapters.qovery.credentials import (
    to_create_credentials_request,
    to_members,
    to_path,
    to_update_credentials_request,
)
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.credentials import AwsKeys, AwsRole, AzureCredentials, Credentials, GcpCredentials
from fleet.model.refusal import InvalidInput, Unsupported
from fleetgraph.testing.credentials import KEYFILE, KINDS
from tests.adapters.qovery import LINK
from tests.providers.qovery import KIT


def test_the_key_of_a_service_account_goes_out_in_base64() -> None:
    sent = to_members(KINDS["gcp key"])
    assert b64decode(sent["gcp_credentials"]).decode() == KEYFILE


@pytest.mark.parametrize("keyfile", ["", "not json", "[]", "[" * 100_000])
def test_a_key_that_is_none_is_refused_without_being_shown(keyfile: str) -> None:
    with pytest.raises(InvalidInput, match="as Google hands it out") as refused:
        to_members(GcpCredentials(keyfile_json=SecretStr(keyfile)))
    assert refused.value.path == ("credentials", "keyfile_json")


@pytest.mark.parametrize(
    ("credentials", "member"),
    [
        (AwsRole(role_arn="arn", external_id="outside"), "external_id"),
        (GcpCredentials(project_id="shop", keyfile_json=SecretStr(json.dumps({}))), "project_id"),
        (AzureCredentials(tenant_id="t", subscription_id="s", client_id="c"), "client_id"),
        (AzureCredentials(tenant_id="t", subscription_id="s", secret=SecretStr("planted")), "secret"),
    ],
)
def test_what_qovery_has_no_place_for_is_refused_and_not_dropped(
    credentials: Credentials, member: str
) -> None:
    with pytest.raises(Unsupported) as refused:
        to_members(credentials)
    assert refused.value.path == ("credentials", member)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {*KIT.credentials, "azure application"}))
def test_credentials_of_other_kinds_are_refused_with_a_sentence(kind: str) -> None:
    with pytest.raises(Unsupported, match=r"it links AWS, Azure, GCP, Scaleway and machines of one's own\."):
        to_create_credentials_request(CreateIntegration(name="link", credentials=KINDS[kind]))


@pytest.mark.parametrize(("member", "value"), [("description", "mine"), ("features", ("byoc",))])
def test_what_qovery_does_not_keep_of_credentials_is_refused(member: str, value: object) -> None:
    given = {"credentials": KINDS["aws keys"], member: value}
    with pytest.raises(Unsupported) as refused:
        to_create_credentials_request(CreateIntegration.model_validate({"name": "link", **given}))
    assert refused.value.path == (member,)
    with pytest.raises(Unsupported) as refused:
        to_update_credentials_request(LINK, UpdateIntegration.model_validate(given))
    assert refused.value.path == (member,)


def test_credentials_are_replaced_whole_under_their_name() -> None:
    body = to_update_credentials_request(LINK, UpdateIntegration(credentials=KINDS["aws role"]))
    assert body["name"] == "aws-main"
    with pytest.raises(InvalidInput, match="give all of them"):
        to_update_credentials_request(LINK, UpdateIntegration(description=""))


def test_credentials_are_not_replaced_by_another_clouds() -> None:
    with pytest.raises(InvalidInput, match="a GCP service account cannot take their place"):
        to_update_credentials_request(LINK, UpdateIntegration(credentials=KINDS["gcp key"]))
    vsphere = LINK.model_copy(update={"provider_cloud": "EKS_ANYWHERE_VSPHERE"})
    keys = AwsKeys(access_key_id=SecretStr("id"), secret_access_key=SecretStr("key"))
    with pytest.raises(Unsupported, match="vSphere"):
        to_update_credentials_request(vsphere, UpdateIntegration(credentials=keys))


def test_a_kind_that_is_new_has_no_known_list() -> None:
    with pytest.raises(Unsupported, match="new to Fleetgraph"):
        to_path(Cloud.UNKNOWN)
