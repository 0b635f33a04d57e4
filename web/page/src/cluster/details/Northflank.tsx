import { graphql, useFragment } from "react-relay";
import type { Northflank_details$key } from "../../__generated__/Northflank_details.graphql";
import { Fact } from "../../parts/Fact";
import { NorthflankNetwork } from "./NorthflankNetwork";
import { NorthflankPool } from "./NorthflankPool";
import { NorthflankSettings } from "./NorthflankSettings";

export function Northflank({ details }: { details: Northflank_details$key }) {
  const data = useFragment(
    graphql`
      fragment Northflank_details on NorthflankClusterDetails {
        dns
        ownedBy
        allowedTeams
        nodePools {
          id
          ...NorthflankPool_pool
        }
        ...NorthflankNetwork_details
        settings {
          ...NorthflankSettings_settings
        }
      }
    `,
    details,
  );
  return (
    <dl className="facts">
      <Fact title="In host names">{data.dns && <span className="mono">{data.dns}</span>}</Fact>
      <Fact title="Owned by">{data.ownedBy && (OWNERS[data.ownedBy] ?? data.ownedBy)}</Fact>
      <Fact title="Teams that use it">{data.allowedTeams && (data.allowedTeams.join(", ") || "none")}</Fact>
      {data.nodePools.map((pool) => (
        <NorthflankPool key={pool.id} pool={pool} />
      ))}
      <NorthflankNetwork details={data} />
      {data.settings && <NorthflankSettings settings={data.settings} />}
    </dl>
  );
}

const OWNERS: Record<string, string> = { team: "its team", org: "the organization" };
