"""Clouds, and other places that integrations connect to."""

from enum import StrEnum


class Cloud(StrEnum):
    """BYOK is a Kubernetes cluster that the customer brings. UNKNOWN stands for a cloud that this version does not
    know.
    """

    AWS = "AWS"
    AZURE = "AZURE"
    GCP = "GCP"
    AIVEN = "AIVEN"
    AKAMAI = "AKAMAI"
    BACKBLAZE = "BACKBLAZE"
    BYOK = "BYOK"
    CIVO = "CIVO"
    CLOUDFLARE = "CLOUDFLARE"
    COREWEAVE = "COREWEAVE"
    DIGITAL_OCEAN = "DIGITAL_OCEAN"
    HETZNER = "HETZNER"
    IBM = "IBM"
    NEBIUS = "NEBIUS"
    OCI = "OCI"
    ON_PREMISES = "ON_PREMISES"
    OVH = "OVH"
    PLANETSCALE = "PLANETSCALE"
    SCALEWAY = "SCALEWAY"
    UNKNOWN = "UNKNOWN"
