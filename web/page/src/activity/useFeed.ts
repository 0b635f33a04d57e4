/** Changes of phase since a moment: read once, then followed from where the feed ended. */
import { useCallback, useEffect, useRef, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { useFeedQuery } from "../__generated__/useFeedQuery.graphql";
import { useInterval } from "../relay/usePolled";

const FOLLOW_MS = 5_000;
const MOST_CHANGES = 2_000;
const MOST_PAGES = 40; // at a time: what is left comes with the next turn

export const feedDocument = graphql`
  query useFeedQuery($first: Int = 100, $after: String, $since: DateTime) {
    statusChanges(first: $first, after: $after, since: $since) {
      nodes {
        cluster {
          id
          provider {
            name
          }
          account {
            name
          }
        }
        clusterName
        from
        to
        providerPhase
        observedAt
        afterSeconds
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

export type Change = useFeedQuery["response"]["statusChanges"]["nodes"][number];

export interface Feed {
  /** Oldest first. */
  changes: readonly Change[];
  isRead: boolean;
  error: Error | null;
}

export function useFeed(since: string): Feed {
  const environment = useRelayEnvironment();
  const [feed, setFeed] = useState<Feed>({ changes: [], isRead: false, error: null });
  const end = useRef<string | null>(null);
  const isAsking = useRef(false);

  const read = useCallback(async () => {
    if (isAsking.current) return;
    isAsking.current = true;
    try {
      for (let hasNext = true, page = 0; hasNext && page < MOST_PAGES; page++) {
        const data = await fetchQuery<useFeedQuery>(
          environment,
          feedDocument,
          { after: end.current, since },
          { networkCacheConfig: { force: true } },
        ).toPromise();
        if (!data) return;
        const { nodes, pageInfo } = data.statusChanges;
        end.current = pageInfo.endCursor ?? end.current;
        hasNext = pageInfo.hasNextPage;
        setFeed((before) => ({ changes: [...before.changes, ...nodes].slice(-MOST_CHANGES), isRead: !hasNext, error: null }));
      }
    } catch (error) {
      setFeed((before) => ({ ...before, error: error instanceof Error ? error : new Error(String(error)) }));
    } finally {
      isAsking.current = false;
    }
  }, [environment, since]);

  useEffect(() => {
    void read();
  }, [read]);
  useInterval(() => void read(), FOLLOW_MS);
  return feed;
}
