import { graphql } from "react-relay";
import { Link } from "wouter";
import type { SpendRow_cluster$data } from "../__generated__/SpendRow_cluster.graphql";
import { inUse, money } from "../model/amount";

graphql`
  fragment SpendRow_cluster on Cluster {
    id
    displayName
    provider {
      name
    }
    account {
      id
      name
    }
    spendLimit {
      state
      reason
      limit {
        basis
        money {
          minorUnits
          decimal
          currency
        }
        usage {
          requestUnits
          storageMiB
          provisionedVcpus
        }
      }
    }
  }
`;

export type Limited = Omit<SpendRow_cluster$data, " $fragmentType">;

/** A cluster and its limit beside the largest one. */
export function SpendRow({ cluster, most }: { cluster: Limited; most: number }) {
  const { limit, reason } = cluster.spendLimit;
  return (
    <li>
      <span className="what">
        <Link className="name" to={`/clusters/${encodeURIComponent(cluster.id)}`}>
          {cluster.displayName}
        </Link>{" "}
        <span className="where">
          {cluster.provider.name} · {cluster.account.name}
        </span>
        {reason && <p className="muted">{reason}</p>}
      </span>
      {limit?.money ? (
        <>
          <span className="bar" aria-hidden="true">
            <span style={{ width: `${(Number(limit.money.decimal) / most) * 100}%` }} />
          </span>
          <span className="when">
            {limit.basis === "USAGE" && <span title="Held in use; converted">≈ </span>}
            {money(limit.money)}
          </span>
        </>
      ) : (
        limit?.usage && (
          <>
            <span />
            <span className="when">{inUse(limit.usage)}</span>
          </>
        )
      )}
    </li>
  );
}
