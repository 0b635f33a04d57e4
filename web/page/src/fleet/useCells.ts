/** How many clusters a provider has in a phase, counted over the listing, because the API has no such sum. */
import { useEffect, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { IEnvironment } from "relay-runtime";
import type { useCellsQuery } from "../__generated__/useCellsQuery.graphql";

const MOST_PAGES = 10;

export interface Cells {
  /** By `provider phase`. */
  counts: ReadonlyMap<string, number>;
  counted: number;
  isWhole: boolean;
}

/** Counts anew whenever `basis` is another. */
export function useCells(basis: string): Cells {
  const environment = useRelayEnvironment();
  const [cells, setCells] = useState<Cells>({ counts: new Map(), counted: 0, isWhole: true });
  useEffect(() => {
    let isWanted = true;
    count(environment).then(
      (counted) => isWanted && setCells(counted),
      () => undefined, // the connection says it, and what is shown stays
    );
    return () => {
      isWanted = false;
    };
  }, [environment, basis]);
  return cells;
}

async function count(environment: IEnvironment): Promise<Cells> {
  const counts = new Map<string, number>();
  let counted = 0;
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const data: useCellsQuery["response"] | undefined = await fetchQuery<useCellsQuery>(
      environment,
      graphql`
        query useCellsQuery($after: String) {
          clusters(first: 100, after: $after) {
            nodes {
              id
              status {
                phase
              }
              provider {
                id
              }
            }
            pageInfo {
              hasNextPage
              endCursor
            }
          }
        }
      `,
      { after },
      { networkCacheConfig: { force: true } },
    ).toPromise();
    if (!data) break;
    for (const { provider, status } of data.clusters.nodes) {
      const cell = `${provider.id} ${status.phase}`;
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
      counted++;
    }
    if (!data.clusters.pageInfo.hasNextPage) return { counts, counted, isWhole: true };
    after = data.clusters.pageInfo.endCursor ?? null;
  }
  return { counts, counted, isWhole: false };
}
