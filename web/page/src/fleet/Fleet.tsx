/** What there is, what is wrong with it, and how far both can be trusted. */
import { useMemo } from "react";
import { graphql } from "react-relay";
import compiled from "../__generated__/FleetQuery.graphql";
import type { FleetQuery } from "../__generated__/FleetQuery.graphql";
import { NoAccount } from "../parts/States";
import { useFollowed } from "../relay/useFollowed";
import { AccountTroubles } from "./AccountTroubles";
import { Attention } from "./Attention";
import { Changes } from "./Changes";
import { Limits } from "./Limits";
import { Matrix } from "./Matrix";
import { Outages } from "./Outages";
import { Tiles } from "./Tiles";

export default function Fleet() {
  const variables = useMemo(() => ({}), []);
  const data = useFollowed<FleetQuery>(
    graphql`
      query FleetQuery {
        ...Tiles_query
        fleet {
          ...Matrix_fleet
          ...Limits_fleet
          coverage {
            accountCount
            ...Outages_coverage
            ...AccountTroubles_coverage
          }
        }
        attention: clusters(
          first: 100
          filter: { severities: [BROKEN, STUCK, UNKNOWN] }
          orderBy: [{ field: SEVERITY }, { field: SINCE, direction: DESC }]
        ) {
          ...Attention_clusters
        }
        moving: clusters(first: 25, filter: { severities: [MOVING] }, orderBy: [{ field: SINCE }]) {
          ...Attention_clusters
        }
      }
    `,
    variables,
  );
  if (data.fleet.coverage.accountCount === 0) return <NoAccount />;
  const source = { document: compiled, variables };
  return (
    <div className="fleet">
      <Outages coverage={data.fleet.coverage} />
      <Tiles query={data} />
      <div className="halves">
        <div className="stack">
          <Attention title="Needs attention" clusters={data.attention} source={source} />
          <Attention title="On the move" clusters={data.moving} source={source} isOptional />
        </div>
        <div className="stack">
          <Matrix fleet={data.fleet} source={source} />
          <AccountTroubles coverage={data.fleet.coverage} source={source} />
          <Changes />
          <Limits fleet={data.fleet} source={source} />
        </div>
      </div>
    </div>
  );
}
