/** The rows of the table: the first thousand at once, those behind them as the table is scrolled. */
import { useCallback, useEffect, useRef, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { useRowsQuery } from "../__generated__/useRowsQuery.graphql";
import { REFRESH_MS, useInterval } from "../relay/usePolled";

const AT_ONCE = 1000;

export const rowsDocument = graphql`
  query useRowsQuery($first: Int = 100, $after: String) {
    fleet {
      clusterCount
      coverage {
        missingCount
      }
    }
    clusters(first: $first, after: $after) {
      nodes {
        id
        name
        displayName
        externalId
        provider {
          kind
          name
        }
        account {
          id
          name
        }
        status {
          phase
          providerPhase
          message
          since
        }
        version
        plan
        cloud
        regions
        capacity {
          nodeCount
        }
        spendLimit {
          state
          limit {
            money {
              decimal
              currency
            }
          }
        }
        createdAt
        freshness {
          state
          observedAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

type Answer = useRowsQuery["response"];
export type Row = Answer["clusters"]["nodes"][number];

interface Page {
  after: string | null;
  rows: readonly Row[];
  end: string | null;
  hasNext: boolean;
}

export interface Rows {
  rows: readonly Row[];
  /** Of the whole fleet. Until all are loaded, it counts clusters too that are listed on demand alone. */
  total: number;
  isWhole: boolean;
  isLoading: boolean;
  error: Error | null;
  more: () => void;
  retry: () => void;
}

export function useRows(): Rows {
  const environment = useRelayEnvironment();
  const [pages, setPages] = useState<readonly Page[]>([]);
  const [total, setTotal] = useState(0);
  const [wanted, setWanted] = useState(AT_ONCE);
  const [error, setError] = useState<Error | null>(null);
  const asking = useRef(false);

  const ask = useCallback(
    async (after: string | null): Promise<Page | null> => {
      const data: Answer | undefined = await fetchQuery<useRowsQuery>(
        environment,
        rowsDocument,
        { after },
        { networkCacheConfig: { force: true } },
      ).toPromise();
      if (!data) return null;
      setTotal(data.fleet.clusterCount);
      const { nodes, pageInfo } = data.clusters;
      return { after, rows: nodes, end: pageInfo.endCursor ?? null, hasNext: pageInfo.hasNextPage };
    },
    [environment],
  );

  const loaded = pages.reduce((sum, page) => sum + page.rows.length, 0);
  const last = pages.at(-1);
  const isWhole = last !== undefined && !last.hasNext;

  useEffect(() => {
    if (asking.current || error || isWhole || (last && loaded >= wanted)) return;
    asking.current = true;
    ask(last?.end ?? null)
      .then((page) => page && setPages((before) => [...before, page]), setError)
      .finally(() => {
        asking.current = false;
      });
  }, [ask, error, isWhole, last, loaded, wanted]);

  // One page after the other is asked for again, so that a large fleet costs no more than a small one.
  const turn = useRef(0);
  useInterval(() => {
    const index = turn.current++ % Math.max(1, pages.length);
    const page = pages[index];
    if (!page) return;
    ask(page.after).then(
      (fresh) => fresh && setPages((before) => before.map((one) => (one.after === fresh.after ? { ...fresh, end: one.end ?? fresh.end } : one))),
      () => undefined, // the connection says it, and what is shown stays
    );
  }, Math.max(1000, REFRESH_MS / Math.max(1, pages.length)));

  return {
    rows: pages.flatMap((page) => page.rows),
    total: isWhole ? loaded : Math.max(total, loaded),
    isWhole,
    isLoading: !isWhole && loaded < wanted && error === null,
    error: pages.length === 0 ? error : null,
    more: useCallback(() => setWanted((before) => (loaded >= before ? loaded + 100 : before)), [loaded]),
    retry: useCallback(() => setError(null), []),
  };
}
