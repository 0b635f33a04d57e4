/** What happened since a moment, newest first: read once, then followed from its newest end. */
import { useCallback, useEffect, useRef, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { EventFilter, useFeedQuery } from "../__generated__/useFeedQuery.graphql";
import { useWhenChanged } from "../relay/useFollowed";

const MOST_EVENTS = 2_000;
const PAGE = 100;
/** The feed is five seconds late: what changed the fleet just now comes a little later. */
const LATE_MS = 6_000;

export const feedDocument = graphql`
  query useFeedQuery($first: Int!, $after: String, $order: EventOrder!, $since: DateTime, $filter: EventFilter) {
    activity(first: $first, after: $after, order: $order, since: $since, filter: $filter) {
      nodes {
        id
        kind
        severity
        occurredAt
        accountName
        provider {
          name
        }
        cluster {
          id
        }
        clusterName
        from
        to
        message
        operationKind
        operation {
          id
        }
      }
      pageInfo {
        hasNextPage
        startCursor
        endCursor
      }
    }
  }
`;

export type Event = useFeedQuery["response"]["activity"]["nodes"][number];

export interface Feed {
  /** Newest first. */
  events: readonly Event[];
  isRead: boolean;
  /** There are older ones that were not read, because there are so many. */
  isCut: boolean;
  error: Error | null;
}

const NOTHING: Feed = { events: [], isRead: false, isCut: false, error: null };

export function useFeed(since: string, filter: EventFilter | null): Feed {
  const environment = useRelayEnvironment();
  const [feed, setFeed] = useState<Feed>(NOTHING);
  const key = JSON.stringify([since, filter]);
  const newest = useRef<string | null>(null);
  const isAsking = useRef(false);

  const ask = useCallback(
    async (order: "NEWEST_FIRST" | "OLDEST_FIRST", after: string | null) => {
      const [since, filter] = JSON.parse(key) as [string, EventFilter | null];
      const variables = { first: PAGE, after, order, since, filter };
      const data = await fetchQuery<useFeedQuery>(environment, feedDocument, variables, { networkCacheConfig: { force: true } }).toPromise();
      if (!data) throw new Error("There was no answer.");
      return data.activity;
    },
    [environment, key],
  );

  useEffect(() => {
    let isWanted = true;
    setFeed(NOTHING);
    newest.current = null;
    const read = async () => {
      let after: string | null = null;
      for (let events: Event[] = [], hasNext = true; hasNext; ) {
        const { nodes, pageInfo } = await ask("NEWEST_FIRST", after);
        if (!isWanted) return;
        newest.current ??= pageInfo.startCursor ?? pageInfo.endCursor ?? null;
        after = pageInfo.endCursor ?? null;
        events = [...events, ...nodes];
        const isCut = pageInfo.hasNextPage && events.length >= MOST_EVENTS;
        hasNext = pageInfo.hasNextPage && !isCut && after !== null;
        setFeed({ events, isRead: !hasNext, isCut, error: null });
      }
    };
    read().catch((error: Error) => isWanted && setFeed((before) => ({ ...before, error })));
    return () => {
      isWanted = false;
    };
  }, [ask]);

  const { isRead } = feed;
  const goOn = useCallback(async () => {
    if (!isRead || isAsking.current) return;
    isAsking.current = true;
    try {
      for (let hasNext = true; hasNext; ) {
        const { nodes, pageInfo } = await ask("OLDEST_FIRST", newest.current);
        const isMoved = pageInfo.endCursor != null && pageInfo.endCursor !== newest.current;
        newest.current = pageInfo.endCursor ?? newest.current;
        hasNext = pageInfo.hasNextPage && isMoved;
        setFeed((before) => joined(before, nodes));
      }
    } catch {
      // the connection says it, and what is shown stays
    } finally {
      isAsking.current = false;
    }
  }, [ask, isRead]);

  const late = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(late.current), [goOn]);
  useWhenChanged(() => {
    void goOn();
    clearTimeout(late.current);
    late.current = setTimeout(() => void goOn(), LATE_MS);
  });
  return feed;
}

function joined(before: Feed, later: readonly Event[]): Feed {
  const known = new Set(before.events.map((one) => one.id));
  const fresh = later.filter((one) => !known.has(one.id)).reverse();
  return fresh.length === 0 ? before : { ...before, events: [...fresh, ...before.events].slice(0, MOST_EVENTS) };
}
