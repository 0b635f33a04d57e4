/**
 * A query that is asked again while it is shown, so that what is on the screen is what the API knows.
 *
 * Asking again takes a connection back to its first page: a view that paged on passes null and follows another query.
 */
import { useEffect, useRef } from "react";
import { fetchQuery, graphql, useLazyLoadQuery, useRelayEnvironment } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";
import type { usePolledVersionQuery } from "../__generated__/usePolledVersionQuery.graphql";

export const REFRESH_MS = 10_000;
/** How old the ages on a page may be, which grow while nothing changes. */
const AT_LEAST_EVERY_MS = 30_000;

const versionDocument = graphql`
  query usePolledVersionQuery {
    fleet {
      version
    }
  }
`;

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

/** A large query of the fleet: one cheap read tells whether it has changed, and only then it is asked again. */
export function useFollowed<T extends OperationType>(document: GraphQLTaggedNode, variables: T["variables"]): T["response"] {
  const data = usePolled<T>(document, variables, null);
  const environment = useRelayEnvironment();
  const asked = JSON.stringify(variables);
  useWhenChanged(() => {
    fetchQuery<T>(environment, document, JSON.parse(asked) as T["variables"], {
      networkCacheConfig: { force: true },
    }).subscribe({ error: () => undefined });
  });
  return data;
}

/** Calls when anything that the viewer sees in the fleet has changed, and now and then for what only gets older. */
export function useWhenChanged(call: () => void): void {
  const environment = useRelayEnvironment();
  const seen = useRef<{ version: string | null; at: number }>({ version: null, at: Date.now() });
  useInterval(() => {
    fetchQuery<usePolledVersionQuery>(environment, versionDocument, {}, { networkCacheConfig: { force: true } }).subscribe({
      next: ({ fleet }) => {
        const { version, at } = seen.current;
        if (fleet.version === version && Date.now() - at < AT_LEAST_EVERY_MS) return;
        seen.current = { version: fleet.version, at: Date.now() };
        call();
      },
      error: () => undefined, // the connection says it, and what is shown stays
    });
  }, REFRESH_MS);
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
