"""What tests of mutations ask with: documents, and the IDs of what the fleet holds."""

from typing import Any

from fleet.model import opaque
from tests.gateway.fleet import ACME, EXTERNAL_ID, MERIDIAN, NORTH, QUAY

KEY = "a-made-up-" + "key"

CREATE = """mutation ($input: CreateClusterInput!) { createCluster(input: $input) {
    operation { kind state targetName requestedBy pollAfterSeconds }
    userErrors { message path }
} }"""
UPDATE = """mutation ($id: ID!, $input: UpdateClusterInput!) { updateCluster(id: $id, input: $input) {
    cluster { name }
    userErrors { __typename message path }
} }"""
LEDGER = opaque.write(["Cluster", MERIDIAN.id, EXTERNAL_ID])
PRODUCTION = opaque.write(["Cluster", ACME.id, "id-of-production"])
EDGE = opaque.write(["Cluster", NORTH.id, "id-of-edge"])
PIER = opaque.write(["Cluster", QUAY.id, "id-of-pier"])
AWS_PROD = opaque.write(["Integration", NORTH.id, "aws-prod"])
NODE = opaque.write(["ClusterNode", MERIDIAN.id, f"{EXTERNAL_ID}/node-1"])


def account_id(account: Any) -> str:
    return opaque.write(["Account", account.id])
