/** What only the provider of a cluster knows of it. */
import { graphql, useFragment } from "react-relay";
import compiled from "../../__generated__/DetailsQuery.graphql";
import type { Details_cluster$key } from "../../__generated__/Details_cluster.graphql";
import { Section } from "../../parts/Section";
import { Cockroachdb } from "./Cockroachdb";
import { Kupe } from "./Kupe";
import { Northflank } from "./Northflank";
import { Qovery } from "./Qovery";

export function Details({ cluster, id }: { cluster: Details_cluster$key; id: string }) {
  const { provider, details } = useFragment(
    graphql`
      fragment Details_cluster on Cluster @refetchable(queryName: "DetailsQuery") {
        provider {
          name
        }
        details {
          ...Cockroachdb_details @alias(as: "cockroachdb")
          ...Kupe_details @alias(as: "kupe")
          ...Northflank_details @alias(as: "northflank")
          ...Qovery_details @alias(as: "qovery")
        }
      }
    `,
    cluster,
  );
  if (!details) return null;
  const { cockroachdb, kupe, northflank, qovery } = details;
  return (
    <Section title={`At ${provider.name}`} source={{ document: compiled, variables: { id } }}>
      {cockroachdb && <Cockroachdb details={cockroachdb} />}
      {kupe && <Kupe details={kupe} />}
      {northflank && <Northflank details={northflank} />}
      {qovery && <Qovery details={qovery} />}
    </Section>
  );
}
