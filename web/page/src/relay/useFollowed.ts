/**
 * A query that is asked again when the fleet has changed, so that what is on the screen is what the API knows.
 *
 * Asking again takes a connection back to its first page: a view that paged on pauses it, and follows another query.
 */
import { useEffect, useRef } from "react";
import { fetchQuery, useRelayEnvironment } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";
import { type Follower, follow } from "./beat";
import { useRead } from "./useRead";

interface Pace extends Omit<Follower, "call"> {
  isPaused?: boolean;
}

export function useFollowed<T extends OperationType>(document: GraphQLTaggedNode, variables: T["variables"], pace: Pace = {}): T["response"] {
  const data = useRead<T>(document, variables, "store-and-network");
  const environment = useRelayEnvironment();
  const asked = JSON.stringify(variables);
  useWhenChanged(() => {
    fetchQuery<T>(environment, document, JSON.parse(asked) as T["variables"], {
      networkCacheConfig: { force: true },
    }).subscribe({ error: () => undefined }); // the connection says it, and what is shown stays
  }, pace);
  return data;
}

/** Calls when anything that the viewer sees in the fleet has changed, and now and then for what only gets older. */
export function useWhenChanged(call: () => void, { isPaused = false, isClose = false, atLeastEveryMs }: Pace = {}): void {
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => {
    if (isPaused) return;
    return follow({ call: () => latest.current(), isClose, ...(atLeastEveryMs !== undefined && { atLeastEveryMs }) });
  }, [isPaused, isClose, atLeastEveryMs]);
}
