/** The network that a cluster is in, in the words of its cloud. */
import { graphql, useFragment } from "react-relay";
import type { NorthflankNetwork_details$key } from "../../__generated__/NorthflankNetwork_details.graphql";
import { Copied } from "../../parts/Copied";
import { Fact, yes } from "../../parts/Fact";

export function NorthflankNetwork({ details }: { details: NorthflankNetwork_details$key }) {
  const { aws, azure, gcp, oci, coreweave, nebius, byok } = useFragment(
    graphql`
      fragment NorthflankNetwork_details on NorthflankClusterDetails {
        aws {
          vpcId
          subnets
          authorizedNetworks
          hasStaticEgress
        }
        azure {
          vnetId
          hasOverlay
          authorizedNetworks
        }
        gcp {
          projectId
          network
          subnetwork
          authorizedNetworks
        }
        oci {
          vcnId
          apiSubnetId
          loadBalancerSubnetIds
        }
        coreweave {
          zone
          vpcId
          podCidrName
          serviceCidrName
          internalLoadBalancerCidrNames
        }
        nebius {
          projectId
          subnetId
        }
        byok {
          nodePoolLabel
          latitude
          longitude
        }
      }
    `,
    details,
  );
  return (
    <>
      <Name title="VPC" of={aws?.vpcId ?? coreweave?.vpcId} />
      <Name title="Subnets" of={aws?.subnets ?? nebius?.subnetId} />
      <Fact title="Single egress IP">{yes(aws?.hasStaticEgress)}</Fact>
      <Name title="Virtual network" of={azure?.vnetId} />
      <Fact title="Pods in an overlay">{yes(azure?.hasOverlay)}</Fact>
      <Name title="Project" of={gcp?.projectId ?? nebius?.projectId} />
      <Name title="Network" of={gcp?.network} />
      <Name title="Subnetwork" of={gcp?.subnetwork} />
      <Name title="VCN" of={oci?.vcnId} />
      <Name title="Subnet of its API" of={oci?.apiSubnetId} />
      <Name title="Subnets of load balancers" of={oci?.loadBalancerSubnetIds} />
      <Name title="Zone" of={coreweave?.zone} />
      <Name title="Prefix of pods" of={coreweave?.podCidrName} />
      <Name title="Prefix of services" of={coreweave?.serviceCidrName} />
      <Name title="Prefixes of load balancers" of={coreweave?.internalLoadBalancerCidrNames} />
      <Reaching networks={aws?.authorizedNetworks ?? azure?.authorizedNetworks ?? gcp?.authorizedNetworks} />
      <Name title="Label of pools" of={byok?.nodePoolLabel} />
      <Fact title="Where it stands">{byok?.latitude != null && byok.longitude != null && `${degrees(byok.latitude, "N", "S")}, ${degrees(byok.longitude, "E", "W")}`}</Fact>
    </>
  );
}

function Name({ title, of }: { title: string; of: string | readonly string[] | null | undefined }) {
  const names = typeof of === "string" ? [of] : (of ?? []);
  return <Fact title={title}>{names.length > 0 && names.map((name) => <Copied key={name} text={name} />)}</Fact>;
}

/** Null: it is not shown. */
function Reaching({ networks }: { networks: readonly string[] | null | undefined }) {
  return <Fact title="Its API is open to">{networks && (networks.length === 0 ? "every network" : <span className="mono">{networks.join(", ")}</span>)}</Fact>;
}

const degrees = (value: number, above: string, below: string): string => `${Math.abs(value)}° ${value < 0 ? below : above}`;
