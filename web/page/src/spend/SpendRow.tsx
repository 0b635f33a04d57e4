import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { SpendRow_cluster$key } from "../__generated__/SpendRow_cluster.graphql";
import { inUse, money } from "../model/amount";

/** A cluster and its limit beside the largest one. */
export function SpendRow({ cluster, most }: { cluster: SpendRow_cluster$key; most: number }) {
  const data = useFragment(
    graphql`
      fragment SpendRow_cluster on Cluster {
        id
        displayName
        provider {
          name
        }
        account {
          name
        }
        spendLimit {
          state
          reason
          limit {
            basis
            money {
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
    `,
    cluster,
  );
  const { limit, reason } = data.spendLimit;
  return (
    <li>
      <span className="what">
        <Link className="name" to={`/clusters/${encodeURIComponent(data.id)}`}>
          {data.displayName}
        </Link>
        <span className="where">
          {data.provider.name} · {data.account.name}
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
