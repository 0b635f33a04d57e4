/** A pool of nodes: what each node is, where they are, and what may run on them. */
import { graphql, useFragment } from "react-relay";
import type { NorthflankPool_pool$data, NorthflankPool_pool$key } from "../../__generated__/NorthflankPool_pool.graphql";
import { plural } from "../../model/amount";
import { shortId } from "../../model/phase";
import { Fact } from "../../parts/Fact";

type Pool = NorthflankPool_pool$data;

export function NorthflankPool({ pool }: { pool: NorthflankPool_pool$key }) {
  const data = useFragment(
    graphql`
      fragment NorthflankPool_pool on NodePool {
        id
        providerId
        isDefault
        architecture
        nodeType
        nodeCount
        diskSizeGb
        diskType
        minNodes
        maxNodes
        isSpot
        gpus {
          kind
          count
          memoryGib
          slices
        }
        labels {
          key
          value
        }
        availabilityZones
        subnets
        scheduling {
          allowsJobs
          allowsServices
          allowsAddons
          allowsBuilds
          allowsCeph
          onlyGpuJobs
          onlyGpuServices
          onlyGpuBuilds
        }
        aws {
          launchTemplate {
            id
            version
          }
        }
        azure {
          isSystem
          hasPublicIps
          subnetId
        }
        gcp {
          hasPrivateNodes
        }
        oci {
          ocpus
          memoryGb
        }
        nebius {
          hasPublicIps
          gpuClusterId
          gpuDriverVersion
          osVersion
        }
      }
    `,
    pool,
  );
  const lines = [size(data), place(data), ofCloud(data), scheduled(data.scheduling)].filter((line) => line !== "");
  return (
    <Fact title={`Pool ${shortId(data.providerId ?? data.id)}`}>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
      {data.labels && data.labels.length > 0 && <div className="mono small">{data.labels.map(({ key, value }) => `${key}=${value}`).join(", ")}</div>}
    </Fact>
  );
}

const joined = (parts: readonly (string | false | null | undefined)[]): string => parts.filter(Boolean).join(" · ");

const size = (pool: Pool): string =>
  joined([
    pool.isDefault && "all nodes of no other pool",
    pool.nodeType,
    pool.architecture,
    pool.nodeCount != null && plural(pool.nodeCount, "node"),
    pool.maxNodes != null && `${pool.minNodes ?? 0} to ${pool.maxNodes}`,
    pool.oci?.ocpus != null && plural(pool.oci.ocpus, "OCPU"),
    pool.oci?.memoryGb != null && `${pool.oci.memoryGb} GB memory`,
    pool.diskSizeGb != null && [pool.diskSizeGb, "GB", pool.diskType, "disk"].filter(Boolean).join(" "),
    pool.gpus && gpus(pool.gpus),
    pool.isSpot && "spot",
  ]);

const gpus = ({ kind, count, memoryGib, slices }: NonNullable<Pool["gpus"]>): string =>
  [
    [count, kind, count === 1 ? "GPU" : "GPUs"].filter(Boolean).join(" "),
    memoryGib != null && `of ${memoryGib} GiB`,
    slices != null && `shared by ${plural(slices, "pod")} each`,
  ]
    .filter(Boolean)
    .join(" ");

const place = ({ availabilityZones, subnets }: Pool): string => joined([availabilityZones?.join(", "), subnets && subnets.length > 0 && `${subnets.length === 1 ? "subnet" : "subnets"} ${subnets.join(", ")}`]);

const ofCloud = ({ aws, azure, gcp, nebius }: Pool): string =>
  joined([
    aws?.launchTemplate && `launch template ${aws.launchTemplate.id}${aws.launchTemplate.version == null ? "" : `, version ${aws.launchTemplate.version}`}`,
    azure?.isSystem && "system",
    azure?.subnetId && `subnet ${azure.subnetId}`,
    (azure?.hasPublicIps ?? nebius?.hasPublicIps) && "public IPs",
    gcp?.hasPrivateNodes && "private nodes",
    nebius?.osVersion,
    nebius?.gpuDriverVersion && `GPU driver ${nebius.gpuDriverVersion}`,
    nebius?.gpuClusterId && `GPU cluster ${nebius.gpuClusterId}`,
  ]);

/** Takes services, builds for GPUs; no jobs. */
function scheduled(scheduling: Pool["scheduling"]): string {
  if (!scheduling) return "";
  const work: readonly [name: string, isTaken: boolean | null | undefined, isForGpusAlone?: boolean | null | undefined][] = [
    ["services", scheduling.allowsServices, scheduling.onlyGpuServices],
    ["jobs", scheduling.allowsJobs, scheduling.onlyGpuJobs],
    ["builds", scheduling.allowsBuilds, scheduling.onlyGpuBuilds],
    ["add-ons", scheduling.allowsAddons],
    ["Ceph", scheduling.allowsCeph],
  ];
  const taken = work.filter(([, isTaken]) => isTaken).map(([name, , isForGpusAlone]) => (isForGpusAlone ? `${name} that ask for GPUs` : name));
  const refused = work.filter(([, isTaken]) => isTaken === false).map(([name]) => name);
  return [taken.length > 0 && `takes ${taken.join(", ")}`, refused.length > 0 && `no ${refused.join(", ")}`].filter(Boolean).join("; ");
}
