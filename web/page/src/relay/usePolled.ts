/**
 * A query that is asked again while it is shown, so that what is on the screen is what the API knows.
 *
 * Asking again takes a connection back to its first page: a view that paged on passes null and follows another query.
 */
import { useEffect, useRef } from "react";
import { fetchQuery, useLazyLoadQuery, useRelayEnvironment } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";

export const REFRESH_MS = 10_000;

export function usePolled<T extends OperationType>(
  document: GraphQLTaggedNode,
  variables: T["variables"],
  everyMs: number | null = REFRESH_MS,
): T["response"] {
  const data = useLazyLoadQuery<T>(document, variables, { fetchPolicy: "store-and-network" });
  const environment = useRelayEnvironment();
  const asked = JSON.stringify(variables);
  useInterval(() => {
    fetchQuery<T>(environment, document, JSON.parse(asked) as T["variables"], {
      networkCacheConfig: { force: true },
    }).subscribe({ error: () => undefined }); // the connection says it, and what is shown stays
  }, everyMs);
  return data;
}

/** Calls while the page is visible, and at once when it becomes visible again after a longer time. Null never calls. */
export function useInterval(call: () => void, everyMs: number | null): void {
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => {
    if (everyMs === null) return;
    let last = Date.now();
    const tick = () => {
      if (document.visibilityState === "hidden" || Date.now() - last < everyMs - 50) return;
      last = Date.now();
      latest.current();
    };
    const timer = setInterval(tick, everyMs);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, [everyMs]);
}
