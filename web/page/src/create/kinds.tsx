/** How clusters of each provider are asked for. */
import type { Cloud } from "../__generated__/FormMutation.graphql";
import { AMOUNT, toMinor } from "../model/amount";
import { Choice, NoChoice, Text, Tick, whole } from "../parts/fields";
import { cloudsOf, integrationsOf, regionsOf, versionsOf } from "./offers";
import { MachineType } from "./MachineType";
import type { FieldsProps, Kind } from "./types";

const PLANS = [
  ["basic", "Basic: paid by use, free within an allowance"],
  ["standard", "Standard: paid by provisioned capacity"],
  ["advanced", "Advanced: nodes of its own"],
] as const;

/** The first thing that is not given, by the names that people see. */
const firstMissing = (wanted: readonly [string, unknown][]): string | null => wanted.find(([, given]) => given === "" || given == null)?.[0] ?? null;

const optional = (typed: string | undefined): string | null => typed || null;

/** The reason is the provider's where it lists no versions at all. */
function Version({ values, offers, onChange, plan = "" }: FieldsProps & { plan?: string | undefined }) {
  const options = versionsOf(offers, plan);
  if (options.length === 0) return <NoChoice title="Version" because={offers.noVersions ?? "None is on offer here: the provider chooses it."} />;
  return <Choice name="version" title="Version" values={values} onChange={onChange} options={options} isOptional />;
}

const cockroachdb: Kind = {
  nameRule: {
    pattern: /^[a-z0-9][a-z0-9-]{4,18}[a-z0-9]$/,
    said: "6 to 20 lower-case letters, digits and dashes, none of them a dash at an end.",
  },
  initial: { plan: "basic", nodes: "3", vcpus: "4", storage: "35" },
  Fields: function Fields({ values, offers, onChange }: FieldsProps) {
    const isServerless = values.plan !== "advanced";
    return (
      <>
        <Choice name="plan" title="Plan" values={values} onChange={onChange} options={PLANS} note="It decides what the cluster costs." />
        <Choice name="cloud" title="Cloud" values={values} onChange={(changed) => onChange({ ...changed, region: "" })} options={cloudsOf(offers)} />
        <Choice name="region" title="Region" values={values} onChange={onChange} options={regionsOf(offers, values.cloud, isServerless)} />
        {isServerless ? (
          <Text
            name="limit"
            title="Monthly limit in USD"
            inputMode="decimal"
            values={values}
            onChange={onChange}
            note="Without one, its use is not limited. 0 keeps it inside the free allowance."
          />
        ) : (
          <>
            <Text name="nodes" title="Nodes" inputMode="numeric" values={values} onChange={onChange} />
            <Text name="vcpus" title="vCPUs of each node" inputMode="numeric" values={values} onChange={onChange} />
            <Text name="storage" title="Storage of each node in GiB" inputMode="numeric" values={values} onChange={onChange} />
          </>
        )}
        <Version values={values} offers={offers} onChange={onChange} plan={values.plan} />
        <Tick name="protected" title="Protect it from deletion" values={values} onChange={onChange} />
      </>
    );
  },
  toSpec: (values) => {
    const region = values.region ?? "";
    const numbers = { nodes: whole(values.nodes), vcpus: whole(values.vcpus), storageGib: whole(values.storage) };
    const serverless = { regions: [region], spendLimit: values.limit && AMOUNT.test(values.limit) ? { money: { minorUnits: toMinor(values.limit), currency: "USD" } } : null };
    const plan =
      values.plan === "advanced"
        ? { advanced: { regionNodes: [{ region, nodes: numbers.nodes ?? 0 }], vcpus: numbers.vcpus, storageGib: numbers.storageGib ?? 0, version: optional(values.version) } }
        : values.plan === "standard"
          ? { standard: serverless }
          : { basic: serverless };
    return {
      spec: { cockroachdb: { cloud: values.cloud as Cloud, plan, isDeletionProtected: values.protected === "yes" } },
      missing: firstMissing([
        ["the cloud", values.cloud],
        ["the region", region],
        ["the number of nodes", values.plan !== "advanced" || numbers.nodes],
        ["the vCPUs", values.plan !== "advanced" || numbers.vcpus],
        ["the storage", values.plan !== "advanced" || numbers.storageGib],
        ["an amount such as 12.50", values.plan === "advanced" || !values.limit || AMOUNT.test(values.limit) || null],
      ]),
    };
  },
  protect: (isDeletionProtected) => ({ cockroachdb: { isDeletionProtected } }),
};

const kupe: Kind = {
  nameRule: { pattern: /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/, said: "2 to 63 lower-case letters, digits and dashes, none of them a dash at an end." },
  initial: { type: "SHARED" },
  Fields: function Fields({ values, offers, onChange }: FieldsProps) {
    return (
      <>
        <Text name="displayName" title="Display name" values={values} onChange={onChange} note="Newer servers of Kupe ignore it." />
        <Choice
          name="type"
          title="Isolation"
          values={values}
          onChange={onChange}
          options={[
            ["SHARED", "Shared: on nodes shared with others"],
            ["DEDICATED", "Dedicated: on nodes of its own"],
          ]}
        />
        <Text name="version" title="Version" placeholder="1.33" values={values} onChange={onChange} note={[offers.noVersions, "Without one, it is the provider's default."].filter(Boolean).join(" ")} />
        <Text name="cpu" title="CPU" placeholder="4" values={values} onChange={onChange} note="Without it, what the provider's plan gives." />
        <Text name="memory" title="Memory" placeholder="16Gi" values={values} onChange={onChange} />
        <Text name="storage" title="Storage" placeholder="100Gi" values={values} onChange={onChange} />
        <Tick name="available" title="Highly available" values={values} onChange={onChange} />
      </>
    );
  },
  toSpec: (values) => {
    const resources = values.cpu || values.memory || values.storage ? { cpu: optional(values.cpu), memory: optional(values.memory), storage: optional(values.storage) } : null;
    return {
      spec: {
        kupe: {
          ...(values.displayName && { displayName: values.displayName }),
          type: values.type === "DEDICATED" ? "DEDICATED" : "SHARED",
          ...(values.version && { version: values.version }),
          ...(resources && { resources }),
          ...(values.available === "yes" && { isHighlyAvailable: true }),
        },
      },
      missing: null,
    };
  },
};

const northflank: Kind = {
  nameRule: { pattern: /^[a-zA-Z]((-|\s)?[a-zA-Z0-9]+((-|\s)[a-zA-Z0-9]+)*)?$/, said: "Letters and digits, with single dashes or spaces between them; a letter first." },
  initial: { nodes: "2", disk: "100" },
  Fields: function Fields({ values, offers, onChange }: FieldsProps) {
    return (
      <>
        <Choice name="cloud" title="Cloud" values={values} onChange={(changed) => onChange({ ...changed, region: "", type: "", integration: "" })} options={cloudsOf(offers)} />
        <Choice name="integration" title="Integration" values={values} onChange={onChange} options={integrationsOf(offers, values.cloud)} note="It holds the cloud's credentials." />
        <Choice name="region" title="Region" values={values} onChange={(changed) => onChange({ ...changed, type: "" })} options={regionsOf(offers, values.cloud)} />
        <MachineType title="Node type" values={values} offers={offers} onChange={onChange} />
        <Text name="nodes" title="Nodes" inputMode="numeric" values={values} onChange={onChange} />
        <Text name="disk" title="Disk of each node in GB" inputMode="numeric" values={values} onChange={onChange} />
        {values.cloud === "OCI" && (
          <>
            <Text name="ocpus" title="OCPUs of each node" inputMode="numeric" values={values} onChange={onChange} />
            <Text name="memory" title="Memory of each node in GB" inputMode="numeric" values={values} onChange={onChange} />
            <Text name="vcn" title="VCN" values={values} onChange={onChange} />
            <Text name="apiSubnet" title="Public subnet of the Kubernetes API" values={values} onChange={onChange} />
            <Text name="balancerSubnet" title="Public subnet of load balancers" values={values} onChange={onChange} />
          </>
        )}
        {values.cloud === "COREWEAVE" && <Text name="zone" title="Zone" values={values} onChange={onChange} />}
        {values.cloud === "NEBIUS" && (
          <>
            <Text name="project" title="Project" values={values} onChange={onChange} />
            <Text name="subnet" title="Subnet" values={values} onChange={onChange} />
          </>
        )}
        <Version values={values} offers={offers} onChange={onChange} />
        <Text name="description" title="Description" values={values} onChange={onChange} />
      </>
    );
  },
  toSpec: (values) => {
    const [nodeCount, diskSizeGb] = [whole(values.nodes), whole(values.disk)];
    const [ocpus, memoryGb] = [whole(values.ocpus), whole(values.memory)];
    const inCloud = (cloud: string) => values.cloud === cloud;
    return {
      spec: {
        northflank: {
          integrationId: values.integration ?? "",
          cloud: values.cloud as Cloud,
          region: optional(values.region),
          description: optional(values.description),
          nodePools: [
            {
              nodeType: values.type ?? "",
              nodeCount: nodeCount ?? 0,
              diskSizeGb: diskSizeGb ?? 0,
              azure: inCloud("AZURE") ? { isSystem: true } : undefined,
              oci: inCloud("OCI") && ocpus != null && memoryGb != null ? { ocpus, memoryGb } : undefined,
            },
          ],
          oci: inCloud("OCI")
            ? {
                vcnId: values.vcn ?? "",
                apiSubnetId: values.apiSubnet ?? "",
                loadBalancerSubnetIds: values.balancerSubnet ? [values.balancerSubnet] : undefined,
              }
            : undefined,
          coreweave: inCloud("COREWEAVE") ? { zone: values.zone ?? "" } : undefined,
          nebius: inCloud("NEBIUS") ? { projectId: values.project ?? "", subnetId: values.subnet ?? "" } : undefined,
        },
      },
      missing: firstMissing([
        ["the cloud", values.cloud],
        ["the integration", values.integration],
        ["the region", values.region],
        ["the node type", values.type],
        ["the number of nodes", nodeCount],
        ["the size of the disk", diskSizeGb],
        ["the VCN", inCloud("OCI") ? values.vcn : "none"],
        ["the subnet of the Kubernetes API", inCloud("OCI") ? values.apiSubnet : "none"],
        ["the zone", inCloud("COREWEAVE") ? values.zone : "none"],
        ["the project", inCloud("NEBIUS") ? values.project : "none"],
        ["the subnet", inCloud("NEBIUS") ? values.subnet : "none"],
      ]),
    };
  },
};

/** In Google Cloud, Autopilot chooses the machines of a cluster and their number. */
const choosesMachines = (values: FieldsProps["values"]) => values.cloud === "GCP";

const qovery: Kind = {
  nameRule: { pattern: /^\S.*$/, said: "It is unique in the organization; upper and lower case are the same." },
  initial: { mode: "MANAGED", least: "3", most: "6", disk: "60", deploy: "yes" },
  Fields: function Fields({ values, offers, onChange }: FieldsProps) {
    return (
      <>
        <Choice name="cloud" title="Cloud" values={values} onChange={(changed) => onChange({ ...changed, region: "", type: "", integration: "" })} options={cloudsOf(offers)} />
        <Choice name="region" title="Region" values={values} onChange={(changed) => onChange({ ...changed, type: "" })} options={regionsOf(offers, values.cloud)} />
        <Choice name="integration" title="Integration" values={values} onChange={onChange} options={integrationsOf(offers, values.cloud)} note="It holds the cloud's credentials." />
        {!choosesMachines(values) && (
          <>
            <MachineType title="Instance type" values={values} offers={offers} onChange={onChange} isOptional />
            <Text name="least" title="Minimum nodes" inputMode="numeric" values={values} onChange={onChange} />
            <Text name="most" title="Maximum nodes" inputMode="numeric" values={values} onChange={onChange} />
            <Text name="disk" title="Disk of each node in GB" inputMode="numeric" values={values} onChange={onChange} />
          </>
        )}
        <Version values={values} offers={offers} onChange={onChange} />
        <Text name="description" title="Description" values={values} onChange={onChange} />
        <Tick name="production" title="It is for production" values={values} onChange={onChange} />
        <Tick name="deploy" title="Deploy it at once" values={values} onChange={onChange} />
      </>
    );
  },
  toSpec: (values) => {
    const [minNodes, maxNodes, diskSizeGb] = [whole(values.least), whole(values.most), whole(values.disk)];
    const machines = choosesMachines(values) ? {} : { instanceType: optional(values.type), diskSizeGb, minNodes, maxNodes };
    return {
      spec: {
        qovery: {
          cloud: values.cloud as Cloud,
          region: values.region ?? "",
          integrationId: optional(values.integration),
          description: optional(values.description),
          ...machines,
          isProduction: values.production === "yes",
          deploy: values.deploy === "yes",
        },
      },
      missing: firstMissing([
        ["the cloud", values.cloud],
        ["the region", values.region],
        ["the integration", values.integration],
        ["the minimum number of nodes", choosesMachines(values) || minNodes],
        ["the maximum number of nodes", choosesMachines(values) || maxNodes],
      ]),
    };
  },
};

/** A provider of a newer API has none. */
export const KINDS: Partial<Record<string, Kind>> = { COCKROACHDB: cockroachdb, KUPE: kupe, NORTHFLANK: northflank, QOVERY: qovery };
