"""Documents that read what providers are and offer."""

REGIONS = """
query Regions($id: ID!, $after: String, $cloud: Cloud) {
  node(id: $id) {
    ... on Account {
      provider { name capabilities { capability isSupported reason } }
      regions(first: 100, after: $after, cloud: $cloud) {
        nodes { name location cloud isServerless }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

VERSIONS = """
query Versions($id: ID!, $after: String) {
  node(id: $id) {
    ... on Account {
      provider { name capabilities { capability isSupported reason } }
      versions(first: 100, after: $after) {
        nodes { name engine plans release supportEndsAt upgradesTo }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

MACHINE_TYPES = """
query MachineTypes($id: ID!, $after: String, $cloud: Cloud, $region: String) {
  node(id: $id) {
    ... on Account {
      provider { name capabilities { capability isSupported reason } }
      instanceTypes(first: 100, after: $after, cloud: $cloud, region: $region) {
        nodes { name cloud region cpuMillicores memoryMiB }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

PROVIDERS = """
query Providers {
  providers { id kind name documentationUrl capabilities { capability isSupported reason } }
}
"""
