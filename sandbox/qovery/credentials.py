"""Credentials at Qovery: the members of a request, which of them are stored and shown, and which are secret."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sandbox.api import Refusal
from sandbox.bodies import Body
from sandbox.faults import Json
from sandbox.identifiers import Identifiers
from sandbox.qovery.world import Credential, Organization


class Form(NamedTuple):
    """One kind of credentials."""

    object_type: str
    public: tuple[str, ...]
    secret: tuple[str, ...] = ()


AWS = {
    "AWS_STATIC": Form("AWS", ("access_key_id",), ("secret_access_key",)),
    "AWS_ROLE": Form("AWS_ROLE", ("role_arn",)),
    "EKS_ANYWHERE_VSPHERE_STATIC": Form(
        "EKS_ANYWHERE_VSPHERE", ("vsphere_user", "access_key_id"), ("vsphere_password", "secret_access_key")
    ),
    "EKS_ANYWHERE_VSPHERE_ROLE": Form(
        "EKS_ANYWHERE_VSPHERE", ("vsphere_user", "role_arn"), ("vsphere_password",)
    ),
}
"""The kinds by the `type` in a request, for clouds that have one."""

GCP_FEDERATION = Form(
    "GCP_WORKLOAD_IDENTITY_FEDERATION", ("service_account_email", "workload_identity_provider_resource")
)
GCP_KEY = Form("GCP", (), ("gcp_credentials",))

OTHERS = {
    "scaleway": Form(
        "SCW",
        ("scaleway_access_key", "scaleway_project_id", "scaleway_organization_id"),
        ("scaleway_secret_key",),
    ),
    "azure": Form("AZURE", ("azure_subscription_id", "azure_tenant_id")),
    "onPremise": Form("OTHER", ()),
}


def create(
    organization: Organization, cloud: str, members: Json, ids: Identifiers, now: datetime
) -> Credential:
    body = Body(members)
    name, form = body.text("name"), form_of(cloud, body)
    if any(each.name == name for each in organization.credentials.values()):
        raise Refusal(409, f"credentials named {name} already exist")
    credential_id = ids.uuid(organization.name, "credential", name, now)
    own = Credential(
        id=credential_id,
        object_type=form.object_type,
        name=name,
        public=public(form, body, ids, credential_id),
    )
    organization.credentials[own.id] = own
    return own


def put(organization: Organization, own: Credential, members: Json, ids: Identifiers) -> Credential:
    body = Body(members)
    name, form = body.text("name"), form_of(own.cloud, body)
    replaced = replace(own, name=name, object_type=form.object_type, public=public(form, body, ids, own.id))
    organization.credentials[own.id] = replaced
    return replaced


def delete(organization: Organization, own: Credential, now: datetime) -> None:
    """No document says what happens to credentials in use; here they are kept."""
    if any(found.cluster.credential_id == own.id for found in organization.incarnations(now)):
        raise Refusal(409, "these credentials are in use by a cluster")
    del organization.credentials[own.id]


def form_of(cloud: str, body: Body) -> Form:
    if cloud == "aws":
        return AWS[body.choice("type", tuple(AWS))]
    if cloud == "gcp":
        return GCP_FEDERATION if "service_account_email" in body else GCP_KEY
    return OTHERS[cloud]


def public(form: Form, body: Body, ids: Identifiers, credential_id: str) -> Json:
    """The members of a request that are shown. Its secrets are required and not shown."""
    for member in form.secret:
        body.text(member)
    shown: Json = {member: body.text(member) for member in form.public}
    if form.object_type == "AZURE":
        shown["azure_application_id"] = ids.uuid(credential_id, "application")
        shown["azure_application_object_id"] = ids.uuid(credential_id, "object")
    if form is GCP_FEDERATION:
        shown["project_id"] = shown["service_account_email"].partition("@")[2].partition(".")[0]
        shown["token_lifetime_seconds"] = 3600
    return shown
