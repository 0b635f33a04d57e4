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

const SPELLED: Record<string, string> = {
  ...{ api: "API", aws: "AWS", cidr: "CIDR", cpu: "CPU", crdb: "CRDB", eks: "EKS", gcp: "GCP", gib: "GiB", gpus: "GPUs", iam: "IAM", id: "ID", ids: "IDs", iops: "IOPS" },
  ...{ sql: "SQL", ssh: "SSH", ui: "UI", vcn: "VCN", vcpus: "vCPUs", vpc: "VPC", vsphere: "vSphere" },
};

/** The name of an enum's value or of a member: READY -> Ready, SPEND_LIMIT -> Spend limit, crossAccountRole -> Cross account role. */
export function words(name: string): string {
  const all = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase().split("_");
  return all.map((word, index) => SPELLED[word] ?? (index === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word)).join(" ");
}

/** A word that a provider uses, where it may be a name that somebody gave: only what is spelled as a constant is another one. */
export const spelled = (word: string): string => (/^[A-Z]+(_[A-Z0-9]+)*$/.test(word) ? words(word) : word);

/** The beginning of a UUID, which tells it from its neighbours; a name as it is. */
export const shortId = (id: string): string => (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id) ? id.slice(0, 8) : id);

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
