/** How the size of a cluster is changed at each provider. What is left as it was is not sent. */
import { graphql, useFragment } from "react-relay";
import type { UpdateClusterInput } from "../__generated__/ResizeMutation.graphql";
import type { sizes_cluster$data, sizes_cluster$key } from "../__generated__/sizes_cluster.graphql";
import { shortId } from "../model/phase";
import { Text, Tick, type Values, whole } from "../parts/fields";

export type Sized = sizes_cluster$data;

interface Fields {
  values: Values;
  initial: Values;
  onChange: (changed: Values) => void;
}

/** `toInput` is null while nothing of it differs, or what is typed cannot be read. */
export interface Size {
  initial: (cluster: Sized) => Values;
  Fields: (props: Fields) => React.ReactNode;
  toInput: (values: Values, initial: Values, cluster: Sized) => UpdateClusterInput | null;
  /** Why this very cluster has no size to change. */
  refuses?: (cluster: Sized) => string | null;
}

const text = (value: string | number | null | undefined): string => (value == null ? "" : String(value));

/** What was changed, by the name of the field; a number that cannot be read spoils it all. */
function numbers<Name extends string>(names: readonly Name[], values: Values, initial: Values): Partial<Record<Name, number>> | null {
  const changed = names.filter((name) => values[name] !== initial[name]);
  const read = changed.map((name) => [name, whole(values[name])] as const);
  if (changed.length === 0 || read.some(([, value]) => value === null)) return null;
  return Object.fromEntries(read) as Partial<Record<Name, number>>;
}

const cockroachdb: Size = {
  refuses: ({ details }) =>
    details?.regions?.some((region) => region.nodeCount != null && region.nodeCount > 0) ? null : "This plan has no nodes of its own: its limit holds it.",
  initial: ({ capacity, details }) => ({
    vcpus: text(capacity.perNode.cpuMillicores && Number(capacity.perNode.cpuMillicores) / 1000),
    storage: text(capacity.perNode.storageMiB && Number(capacity.perNode.storageMiB) / 1024),
    ...Object.fromEntries((details?.regions ?? []).map((region) => [`nodes ${region.name}`, text(region.nodeCount)])),
  }),
  Fields: function Fields({ initial, ...given }) {
    return (
      <>
        {nodesOf(initial).map((name) => (
          <Text key={name} {...given} name={name} title={`Nodes in ${name.slice(6)}`} inputMode="numeric" />
        ))}
        <Text {...given} name="vcpus" title="vCPUs of each node" inputMode="numeric" />
        <Text {...given} name="storage" title="Storage of each node in GiB" inputMode="numeric" note="It can grow and not shrink." />
      </>
    );
  },
  toInput: (values, initial) => {
    const places = nodesOf(initial);
    const changed = numbers([...places, "vcpus", "storage"], values, initial);
    if (changed === null) return null;
    const isSpread = places.some((name) => changed[name] !== undefined);
    const regionNodes = places.map((name) => ({ region: name.slice(6), nodes: whole(values[name]) ?? 0 }));
    return {
      cockroachdb: {
        plan: {
          advanced: {
            ...(isSpread && { regionNodes }),
            ...(changed.vcpus !== undefined && { vcpus: changed.vcpus }),
            ...(changed.storage !== undefined && { storageGib: changed.storage }),
          },
        },
      },
    };
  },
};

const nodesOf = (values: Values): string[] => Object.keys(values).filter((name) => name.startsWith("nodes "));

const kupe: Size = {
  initial: ({ capacity, version, details }) => ({
    version: details?.requestedVersion ?? version ?? "",
    cpu: text(capacity.total.cpuMillicores && Number(capacity.total.cpuMillicores) / 1000),
    memory: quantity(capacity.total.memoryMiB),
    storage: quantity(capacity.total.storageMiB),
    available: details?.isHighlyAvailable ? "yes" : "",
  }),
  Fields: function Fields({ values, onChange }) {
    const given = { values, onChange };
    return (
      <>
        <Text {...given} name="version" title="Version" />
        <Text {...given} name="cpu" title="CPU" placeholder="4" />
        <Text {...given} name="memory" title="Memory" placeholder="16Gi" />
        <Text {...given} name="storage" title="Storage" placeholder="100Gi" />
        <Tick {...given} name="available" title="Highly available" />
      </>
    );
  },
  toInput: (values, initial) => {
    const differs = (name: string) => values[name] !== initial[name];
    const resources = Object.fromEntries(["cpu", "memory", "storage"].filter(differs).map((name) => [name, values[name]]));
    const patch = {
      ...(differs("version") && { version: values.version }),
      ...(Object.keys(resources).length > 0 && { resources }),
      ...(differs("available") && { isHighlyAvailable: values.available === "yes" }),
    };
    return Object.keys(patch).length > 0 ? { kupe: patch } : null;
  },
};

/** 262144 MiB -> 256Gi, as Kubernetes writes it. */
function quantity(mib: string | null | undefined): string {
  if (mib == null) return "";
  const value = Number(mib);
  return value % 1024 === 0 ? `${value / 1024}Gi` : `${value}Mi`;
}

const northflank: Size = {
  initial: ({ details }) =>
    Object.fromEntries(
      (details?.nodePools ?? []).flatMap(({ id, nodeCount, minNodes, maxNodes, diskSizeGb }) => [
        [`count ${id}`, text(nodeCount)],
        [`disk ${id}`, text(diskSizeGb)],
        ...(maxNodes == null ? [] : [[`least ${id}`, text(minNodes)], [`most ${id}`, text(maxNodes)]]),
      ]),
    ) as Values,
  refuses: ({ details }) =>
    details?.nodePools?.length && details.nodePools.every((pool) => pool.nodeType && pool.nodeCount != null && pool.diskSizeGb != null)
      ? null
      : "The provider does not show its pools, or leaves them to your own cloud.",
  Fields: function Fields({ initial, ...given }) {
    const titles: Record<string, string> = { count: "Nodes", disk: "Disk of each node in GB", least: "Minimum nodes", most: "Maximum nodes" };
    return Object.keys(initial).map((name) => {
      const [what = "", id = ""] = name.split(" ");
      return <Text key={name} {...given} name={name} title={titles[what] ?? what} note={`of the pool ${shortId(id)}`} inputMode="numeric" />;
    });
  },
  toInput: (values, initial, { details }) => {
    const changed = numbers(Object.keys(initial), values, initial);
    if (changed === null) return null;
    const nodePools = (details?.nodePools ?? []).map((pool) => ({
      id: pool.id,
      nodeType: pool.nodeType ?? "",
      nodeCount: whole(values[`count ${pool.id}`]) ?? 0,
      diskSizeGb: whole(values[`disk ${pool.id}`]) ?? 0,
      ...(pool.maxNodes != null && { minNodes: whole(values[`least ${pool.id}`]), maxNodes: whole(values[`most ${pool.id}`]) }),
      ...(pool.availabilityZones && { availabilityZones: pool.availabilityZones }),
    }));
    return { northflank: { nodePools } };
  },
};

const qovery: Size = {
  refuses: ({ details }) =>
    details?.isAutoscaled
      ? "Karpenter, or Autopilot in Google Cloud, chooses its machines and their number."
      : null,
  initial: ({ capacity }) => ({
    minNodes: text(capacity.minNodes),
    maxNodes: text(capacity.maxNodes),
    diskSizeGb: text(capacity.perNode.storageMiB && Number(capacity.perNode.storageMiB) / 1024),
    instanceType: text(capacity.instanceType),
  }),
  Fields: function Fields({ values, onChange }) {
    const given = { values, onChange };
    return (
      <>
        <Text {...given} name="minNodes" title="Minimum nodes" inputMode="numeric" />
        <Text {...given} name="maxNodes" title="Maximum nodes" inputMode="numeric" />
        <Text {...given} name="diskSizeGb" title="Disk of each node in GB" inputMode="numeric" />
        <Text {...given} name="instanceType" title="Instance type" />
      </>
    );
  },
  toInput: (values, initial) => {
    const names = ["minNodes", "maxNodes", "diskSizeGb"] as const;
    const typeChanged = values.instanceType !== initial.instanceType;
    if (!typeChanged && names.every((name) => values[name] === initial[name])) return null;
    const sizes = names.every((name) => values[name] === initial[name]) ? {} : numbers(names, values, initial);
    if (sizes === null) return null;
    return { qovery: { ...sizes, ...(typeChanged && values.instanceType && { instanceType: values.instanceType }) } };
  },
};

/** A provider of a newer API has none. */
export const SIZES: Partial<Record<string, Size>> = { COCKROACHDB: cockroachdb, KUPE: kupe, NORTHFLANK: northflank, QOVERY: qovery };

export function useSized(cluster: sizes_cluster$key): Sized {
  return useFragment(
    graphql`
      fragment sizes_cluster on Cluster {
        id
        revision
        version
        provider {
          kind
        }
        capacity {
          minNodes
          maxNodes
          instanceType
          total {
            cpuMillicores
            memoryMiB
            storageMiB
          }
          perNode {
            cpuMillicores
            storageMiB
          }
        }
        details {
          ... on CockroachdbClusterDetails {
            regions {
              name
              nodeCount
            }
          }
          ... on KupeClusterDetails {
            requestedVersion
            isHighlyAvailable
          }
          ... on QoveryClusterDetails {
            isAutoscaled
          }
          ... on NorthflankClusterDetails {
            nodePools {
              id
              nodeType
              nodeCount
              diskSizeGb
              minNodes
              maxNodes
              availabilityZones
            }
          }
        }
      }
    `,
    cluster,
  );
}
