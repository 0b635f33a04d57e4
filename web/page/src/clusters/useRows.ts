/** The rows of the table, page by page as it is scrolled. The API searches, narrows and sorts. */
import { useCallback, useEffect, useRef, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { ClusterOrder, useRowsQuery } from "../__generated__/useRowsQuery.graphql";
import { useWhenChanged } from "../relay/useFollowed";

const PAGE = 100;
const TYPING_MS = 150;
const EACH_MS = 1_000;

export const rowsDocument = graphql`
  query useRowsQuery($first: Int!, $after: String, $search: String, $orderBy: [ClusterOrder!], $isCounted: Boolean!) {
    clusters(first: $first, after: $after, search: $search, orderBy: $orderBy) {
      totalCount @include(if: $isCounted)
      nodes {
        id
        name
        displayName
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
        assessment {
          severity
          reason
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

interface Listing {
  /** What was asked for. */
  key: string;
  pages: readonly Page[];
  total: number;
}

export interface Rows {
  rows: readonly Row[];
  /** Null before the first answer. */
  total: number | null;
  isWhole: boolean;
  /** Another text when these are the rows of another question. */
  of: string;
  error: Error | null;
  more: () => void;
  variables: { first: number; search: string | null; orderBy: readonly ClusterOrder[] | null; isCounted: boolean };
}

export function useRows(search: string, orderBy: readonly ClusterOrder[]): Rows {
  const environment = useRelayEnvironment();
  const key = JSON.stringify([search, orderBy]);
  const wanted = useRef(key);
  const [listing, setListing] = useState<Listing | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const isAsking = useRef(false);

  const ask = useCallback(
    async (of: string, after: string | null): Promise<[Page, number | undefined] | null> => {
      const [text, order] = JSON.parse(of) as [string, ClusterOrder[]];
      const variables = { first: PAGE, after, search: text || null, orderBy: order.length > 0 ? order : null, isCounted: after === null };
      const data: Answer | undefined = await fetchQuery<useRowsQuery>(environment, rowsDocument, variables, {
        networkCacheConfig: { force: true },
      }).toPromise();
      if (!data || wanted.current !== of) return null; // something else is asked for by now
      const { nodes, pageInfo, totalCount } = data.clusters;
      return [{ after, rows: nodes, end: pageInfo.endCursor ?? null, hasNext: pageInfo.hasNextPage }, totalCount];
    },
    [environment],
  );

  // What was found before stays until the answer is there.
  useEffect(() => {
    wanted.current = key;
    const delayed = setTimeout(() => {
      ask(key, null).then(
        (found) => {
          if (!found) return;
          setError(null);
          setListing({ key, pages: [found[0]], total: found[1] ?? 0 });
        },
        (reason: Error) => wanted.current === key && setError(reason),
      );
    }, TYPING_MS);
    return () => clearTimeout(delayed);
  }, [ask, key]);

  const pages = listing?.pages ?? [];
  const last = pages.at(-1);
  const more = useCallback(() => {
    if (!listing || !last?.hasNext || isAsking.current || listing.key !== wanted.current) return;
    isAsking.current = true;
    ask(listing.key, last.end)
      .then((found) => found && setListing({ ...listing, pages: [...listing.pages, found[0]] }), setError)
      .finally(() => {
        isAsking.current = false;
      });
  }, [ask, listing, last]);

  // One page after the other is asked for again, so that a large fleet costs no more than a small one.
  const turn = useRef(0);
  const [left, setLeft] = useState(0);
  useWhenChanged(() => setLeft(Math.max(1, pages.length)));
  useEffect(() => {
    if (left === 0) return;
    const page = pages[turn.current++ % Math.max(1, pages.length)];
    if (page && !isAsking.current) {
      ask(key, page.after).then(
        (found) =>
          found &&
          setListing(
            (before) => before && before.key === key ? { ...before, total: found[1] ?? before.total, pages: before.pages.map((one) => (one.after === page.after ? renewed(one, found[0], one === before.pages.at(-1)) : one)) } : before,
          ),
        () => undefined, // the connection says it, and what is shown stays
      );
    }
    const next = setTimeout(() => setLeft(left - 1), EACH_MS);
    return () => clearTimeout(next);
    // Another listing does not hurry it.
  }, [left]);

  return {
    rows: pages.flatMap((page) => page.rows),
    total: listing?.total ?? null,
    isWhole: last !== undefined && !last.hasNext,
    of: listing?.key ?? "",
    error,
    more,
    variables: { first: PAGE, search: search || null, orderBy: orderBy.length > 0 ? orderBy : null, isCounted: true },
  };
}

/** The next page begins where this one ended when it was read first; only the last page can end elsewhere. */
const renewed = (before: Page, after: Page, isLast: boolean): Page => (isLast ? after : { ...after, end: before.end, hasNext: true });
