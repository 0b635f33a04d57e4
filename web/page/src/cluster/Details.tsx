/** What only the provider of a cluster knows of it. */
import { graphql, useFragment } from "react-relay";
import compiled from "../__generated__/DetailsQuery.graphql";
import type { Details_cluster$key } from "../__generated__/Details_cluster.graphql";
import { money, plural } from "../model/amount";
import { shortId, words } from "../model/phase";
import { Copied } from "../parts/Copied";
import { Fact } from "../parts/Fact";
import { Section } from "../parts/Section";

export function Details({ cluster, id }: { cluster: Details_cluster$key; id: string }) {
  const { provider, details } = useFragment(
    graphql`
      fragment Details_cluster on Cluster @refetchable(queryName: "DetailsQuery") {
        provider {
          name
        }
        details {
          __typename
          ... on CockroachdbClusterDetails {
            cloudAccountId
            creatorId
            routingId
            upgradeStatus
            upgradeType
            networkVisibility
            egressTrafficPolicy
            regions {
              name
              nodeCount
              vcpus
              machineType
              sqlHost
              uiHost
              internalHost
              privateEndpointHost
              isPrimary
            }
          }
          ... on KupeClusterDetails {
            isolation
            isHighlyAvailable
            requestedVersion
          }
          ... on NorthflankClusterDetails {
            nodePools {
              id
              nodeType
              nodeCount
              diskSizeGb
              minNodes
              maxNodes
              isSpot
              gpus {
                kind
                count
              }
              azure {
                isSystem
              }
              availabilityZones
            }
          }
          ... on QoveryClusterDetails {
            kubernetesMode
            isProduction
            isDefault
            isDemo
            hasAccess
            deploymentStatus
            features {
              id
              title
              value
              costPerMonth {
                decimal
                currency
              }
            }
          }
        }
      }
    `,
    cluster,
  );
  if (!details) return null;
  return (
    <Section title={`At ${provider.name}`} source={{ document: compiled, variables: { id } }}>
      <dl className="facts">
        {details.__typename === "CockroachdbClusterDetails" && (
          <>
            <Fact title="Cloud account">{details.cloudAccountId && <Copied text={details.cloudAccountId} />}</Fact>
            <Fact title="Created by">{details.creatorId}</Fact>
            <Fact title="Routing ID">{details.routingId}</Fact>
            <Fact title="Upgrade">{details.upgradeStatus && words(details.upgradeStatus)}</Fact>
            <Fact title="Upgrades begin">{details.upgradeType && words(details.upgradeType)}</Fact>
            <Fact title="Network">{details.networkVisibility && words(details.networkVisibility)}</Fact>
            <Fact title="Traffic out">{details.egressTrafficPolicy && !details.egressTrafficPolicy.endsWith("UNSPECIFIED") && words(details.egressTrafficPolicy)}</Fact>
            {details.regions.map((region) => (
              <Fact key={region.name} title={region.isPrimary ? `${region.name}, primary` : region.name}>
                {region.nodeCount != null && region.nodeCount > 0 && <div>{[plural(region.nodeCount, "node"), region.machineType, region.vcpus != null && `${region.vcpus} vCPU each`].filter(Boolean).join(", ")}</div>}
                <Host of="SQL" name={region.sqlHost} />
                <Host of="console" name={region.uiHost} />
                <Host of="inside its network" name={region.internalHost} />
                <Host of="private endpoint" name={region.privateEndpointHost} />
              </Fact>
            ))}
          </>
        )}
        {details.__typename === "KupeClusterDetails" && (
          <>
            <Fact title="Isolation">{words(details.isolation)}</Fact>
            <Fact title="Highly available">{yes(details.isHighlyAvailable)}</Fact>
            <Fact title="Version asked for">{details.requestedVersion}</Fact>
          </>
        )}
        {details.__typename === "NorthflankClusterDetails" &&
          details.nodePools.map((pool) => (
            <Fact key={pool.id} title={`Pool ${shortId(pool.id)}`}>
              {[
                pool.nodeType,
                pool.nodeCount != null && plural(pool.nodeCount, "node"),
                pool.maxNodes != null && `${pool.minNodes ?? 0} to ${pool.maxNodes}`,
                pool.diskSizeGb != null && `${pool.diskSizeGb} GB disk`,
                pool.gpus && [pool.gpus.count, pool.gpus.kind, pool.gpus.count === 1 ? "GPU" : "GPUs"].filter(Boolean).join(" "),
                pool.isSpot && "spot",
                pool.azure?.isSystem && "system",
                pool.availabilityZones?.join(", "),
              ]
                .filter(Boolean)
                .join(" · ")}
            </Fact>
          ))}
        {details.__typename === "QoveryClusterDetails" && (
          <>
            <Fact title="Kubernetes">{details.kubernetesMode && words(details.kubernetesMode)}</Fact>
            <Fact title="Production">{yes(details.isProduction)}</Fact>
            <Fact title="Default">{yes(details.isDefault)}</Fact>
            <Fact title="Demo">{yes(details.isDemo)}</Fact>
            <Fact title="Qovery has access">{yes(details.hasAccess)}</Fact>
            <Fact title="Deployment">{details.deploymentStatus && words(details.deploymentStatus)}</Fact>
            {details.features.map((feature) => (
              <Fact key={feature.id} title={feature.title ?? words(feature.id)}>
                {[feature.value ?? "on", feature.costPerMonth && `${money(feature.costPerMonth)} a month`].filter(Boolean).join(" · ")}
              </Fact>
            ))}
          </>
        )}
      </dl>
    </Section>
  );
}

function Host({ of, name }: { of: string; name: string | null | undefined }) {
  return (
    name && (
      <div>
        <span className="muted small">{of}</span>
        <Copied text={name} isWhole />
      </div>
    )
  );
}

const yes = (fact: boolean | null | undefined): string | null => (fact == null ? null : fact ? "yes" : "no");
