"""Where machines, registries and domains live."""

from enum import StrEnum


class Cloud(StrEnum):
    """BYOK is a Kubernetes cluster that its owner brought. UNKNOWN is a word new to us."""

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
