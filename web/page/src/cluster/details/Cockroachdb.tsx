import { graphql, useFragment } from "react-relay";
import type { Cockroachdb_details$key } from "../../__generated__/Cockroachdb_details.graphql";
import { plural } from "../../model/amount";
import { words } from "../../model/phase";
import { Copied } from "../../parts/Copied";
import { Fact } from "../../parts/Fact";

export function Cockroachdb({ details }: { details: Cockroachdb_details$key }) {
  const data = useFragment(
    graphql`
      fragment Cockroachdb_details on CockroachdbClusterDetails {
        cloudAccountId
        creatorId
        routingId
        folderId
        upgradeStatus
        upgradeType
        networkVisibility
        egressTrafficPolicy
        regions {
          name
          nodeCount
          vcpus
          machineType
          diskIops
          sqlHost
          uiHost
          internalHost
          privateEndpointHost
          isPrimary
        }
      }
    `,
    details,
  );
  return (
    <dl className="facts">
      <Fact title="Cloud account">{data.cloudAccountId && <Copied text={data.cloudAccountId} />}</Fact>
      <Fact title="Created by">{data.creatorId}</Fact>
      <Fact title="Folder">{data.folderId && (data.folderId === "root" ? "none" : <Copied text={data.folderId} />)}</Fact>
      <Fact title="Routing ID">{data.routingId}</Fact>
      <Fact title="Upgrade">{data.upgradeStatus && words(data.upgradeStatus)}</Fact>
      <Fact title="Upgrades begin">{data.upgradeType && words(data.upgradeType)}</Fact>
      <Fact title="Network">{data.networkVisibility && words(data.networkVisibility)}</Fact>
      <Fact title="Traffic out">{data.egressTrafficPolicy && !data.egressTrafficPolicy.endsWith("UNSPECIFIED") && words(data.egressTrafficPolicy)}</Fact>
      {data.regions.map((region) => (
        <Fact key={region.name} title={region.isPrimary ? `${region.name}, primary` : region.name}>
          {region.nodeCount != null && region.nodeCount > 0 && (
            <div>
              {[plural(region.nodeCount, "node"), region.machineType, region.vcpus != null && `${region.vcpus} vCPU each`, region.diskIops != null && `${plural(region.diskIops, "disk operation")} a second`]
                .filter(Boolean)
                .join(", ")}
            </div>
          )}
          <Host of="SQL" name={region.sqlHost} />
          <Host of="console" name={region.uiHost} />
          <Host of="inside its network" name={region.internalHost} />
          <Host of="private endpoint" name={region.privateEndpointHost} />
        </Fact>
      ))}
    </dl>
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
