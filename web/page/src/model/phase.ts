/** Phases as the schema has them, and the tone of each. How much a cluster needs somebody is the API's to say. */

export const SEVERITIES = ["BROKEN", "STUCK", "UNKNOWN", "MOVING", "FINE"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const PHASES = [
  "FAILED",
  "DEGRADED",
  "UNKNOWN",
  "PENDING",
  "PROVISIONING",
  "UPDATING",
  "STOPPING",
  "DELETING",
  "READY",
  "STOPPED",
  "DELETED",
] as const;
export type Phase = (typeof PHASES)[number];

const SEVERITY: Record<Phase, Severity> = {
  FAILED: "BROKEN",
  DEGRADED: "BROKEN",
  UNKNOWN: "UNKNOWN",
  PENDING: "MOVING",
  PROVISIONING: "MOVING",
  UPDATING: "MOVING",
  STOPPING: "MOVING",
  DELETING: "MOVING",
  READY: "FINE",
  STOPPED: "FINE",
  DELETED: "FINE",
};

/** A phase of a newer API is unknown to this page. */
export function severityOf(phase: string): Severity {
  return SEVERITY[phase as Phase] ?? "UNKNOWN";
}

/** READY -> Ready, SPEND_LIMIT -> Spend limit. */
export function words(name: string): string {
  const spaced = name.replaceAll("_", " ").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

const CLOUDS: Record<string, string> = {
  AWS: "AWS",
  GCP: "GCP",
  BYOK: "Your own Kubernetes",
  CIVO: "Civo",
  COREWEAVE: "CoreWeave",
  DIGITAL_OCEAN: "DigitalOcean",
  IBM: "IBM",
  OCI: "OCI",
  ON_PREMISES: "On premises",
  OVH: "OVH",
  PLANETSCALE: "PlanetScale",
};

export const cloudName = (cloud: string): string => CLOUDS[cloud] ?? words(cloud);
