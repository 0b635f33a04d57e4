/** What a cluster is: where it runs, on what, how large, how to connect. */
import { graphql, useFragment } from "react-relay";
import compiled from "../__generated__/FactsQuery.graphql";
import type { Facts_cluster$key } from "../__generated__/Facts_cluster.graphql";
import { cores, mebibytes, money } from "../model/amount";
import { cloudName, spelled, words } from "../model/phase";
import { duration } from "../model/time";
import { Ago } from "../parts/Ago";
import { IconButton } from "../parts/Button";
import { Copied } from "../parts/Copied";
import { Fact } from "../parts/Fact";
import { copy, Section } from "../parts/Section";
import { Unread } from "../parts/Unread";
import { Protection } from "./Protection";

export function Facts({ cluster, id }: { cluster: Facts_cluster$key; id: string }) {
  const data = useFragment(
    graphql`
      fragment Facts_cluster on Cluster @refetchable(queryName: "FactsQuery") {
        externalId
        description
        unreadMembers
        engine
        version
        availableVersion
        plan
        cloud
        providerCloud
        regions
        labels {
          key
          value
        }
        isDeletionProtected
        ...Protection_cluster
        createdAt
        updatedAt
        revision
        capacity {
          nodeCount
          minNodes
          maxNodes
          instanceType
          total {
            cpuMillicores
            memoryMiB
            storageMiB
            memoryBytes
            storageBytes
          }
          perNode {
            cpuMillicores
            memoryMiB
            storageMiB
            memoryBytes
            storageBytes
          }
        }
        connection {
          endpoint
          certificateAuthority
          url
        }
        costEstimate {
          minimum {
            decimal
            currency
          }
          maximum {
            decimal
            currency
          }
        }
        integration {
          name
          cloud
          authentication
        }
        integrationExternalId
        lastBackup {
          externalId
          asOf
        }
        maintenanceWindow {
          weekday
          time
          lengthSeconds
        }
        freshness {
          observedAt
        }
      }
    `,
    cluster,
  );
  const { capacity, connection, integration, costEstimate } = data;
  return (
    <Section
      title="About"
      source={{ document: compiled, variables: { id } }}
      note={
        <>
          seen <Ago at={data.freshness.observedAt} />
        </>
      }
    >
      {data.description && <p className="line">{data.description}</p>}
      <dl className="facts">
        <Fact title="Engine">{data.engine === "KUBERNETES" ? "Kubernetes" : "CockroachDB"}</Fact>
        <Fact title="Version">
          {data.version}
          {data.availableVersion && data.availableVersion !== data.version && <span className="chip">{data.availableVersion} available</span>}
        </Fact>
        <Fact title="Plan">{data.plan && spelled(data.plan)}</Fact>
        <Fact title="Cloud">{data.cloud && (data.cloud === "UNKNOWN" ? (data.providerCloud ?? "Unknown") : cloudName(data.cloud))}</Fact>
        <Fact title="Regions">{data.regions.join(", ")}</Fact>
        <Fact title="Nodes">
          {nodes(capacity)}
          {capacity.instanceType && <span className="muted mono"> {spelled(capacity.instanceType)}</span>}
        </Fact>
        <Fact title="Capacity">{size(capacity.total)}</Fact>
        <Fact title="Each node">{size(capacity.perNode)}</Fact>
        <Fact title="Cost estimate">
          {costEstimate && `${range(money(costEstimate.minimum), money(costEstimate.maximum))} a month`}
        </Fact>
        <Fact title="Integration">
          {!integration && data.integrationExternalId && (
            <>
              <span className="mono">{data.integrationExternalId}</span> <span className="muted">which its account does not list</span>
            </>
          )}
          {integration && (
            <>
              {integration.name} <span className="muted">{[...new Set([cloudName(integration.cloud), integration.authentication && words(integration.authentication)])].filter(Boolean).join(", ")}</span>
            </>
          )}
        </Fact>
        <Fact title="Last backup">
          {data.lastBackup && (
            <>
              <Ago at={data.lastBackup.asOf} /> <span className="muted mono">{data.lastBackup.externalId}</span>
            </>
          )}
        </Fact>
        <Fact title="Maintenance">
          {data.maintenanceWindow &&
            `${words(data.maintenanceWindow.weekday)} ${data.maintenanceWindow.time} UTC, for ${duration(data.maintenanceWindow.lengthSeconds)}`}
        </Fact>
        <Fact title="Endpoint">{connection && <Copied text={connection.endpoint} />}</Fact>
        <Fact title="Connection string">{connection?.url && <Copied text={connection.url} />}</Fact>
        <Fact title="Certificate authority">
          {connection?.certificateAuthority && (
            <IconButton
              icon="copy"
              label="Copy the certificate authority"
              onClick={() => copy(connection.certificateAuthority ?? "", "The certificate authority is copied.")}
            />
          )}
        </Fact>
        <Fact title="Provider's ID">
          <Copied text={data.externalId} />
        </Fact>
        <Fact title="Deletion protection">{data.isDeletionProtected != null && <Protection cluster={data} />}</Fact>
        <Fact title="Created">{data.createdAt && <Ago at={data.createdAt} exact />}</Fact>
        <Fact title="Updated">{data.updatedAt && <Ago at={data.updatedAt} exact />}</Fact>
      </dl>
      <Unread members={data.unreadMembers} />
      {data.labels && data.labels.length > 0 && (
        <ul className="labels" aria-label="Labels">
          {data.labels.map(({ key, value }) => (
            <li key={key} className="chip mono">
              {key}={value}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

const range = (least: string, most: string): string => (least === most ? most : `${least} to ${most}`);

interface Count {
  readonly nodeCount: number | null | undefined;
  readonly minNodes: number | null | undefined;
  readonly maxNodes: number | null | undefined;
}

/** 3, 3 (1 to 6), 1 to 6. */
function nodes({ nodeCount, minNodes, maxNodes }: Count): string | null {
  if (maxNodes == null) return nodeCount == null ? null : String(nodeCount);
  const bounds = range(String(minNodes ?? 0), String(maxNodes));
  return nodeCount == null ? bounds : bounds === String(nodeCount) ? bounds : `${nodeCount} (${bounds})`;
}

interface Resources {
  readonly cpuMillicores: string | null | undefined;
  readonly memoryMiB: string | null | undefined;
  readonly storageMiB: string | null | undefined;
  readonly memoryBytes: string | null | undefined;
  readonly storageBytes: string | null | undefined;
}

/** A size that is no whole number of MiB in powers of ten, as whoever asked for it wrote it. */
const amount = (mib: string | null | undefined, bytes: string | null | undefined): string | null =>
  mib != null ? mebibytes(mib) : bytes != null ? `${Number((Number(bytes) / 1e9).toPrecision(6))} GB` : null;

const size = ({ cpuMillicores, memoryMiB, storageMiB, memoryBytes, storageBytes }: Resources): string => {
  const memory = amount(memoryMiB, memoryBytes);
  const storage = amount(storageMiB, storageBytes);
  return [cpuMillicores != null && cores(cpuMillicores), memory && `${memory} memory`, storage && `${storage} storage`]
    .filter(Boolean)
    .join(", ");
};
