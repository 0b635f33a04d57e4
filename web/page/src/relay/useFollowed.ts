/** A query that is asked again when the fleet has changed, so that what is on the screen is what the API knows. */
import { useEffect, useMemo, useRef } from "react";
import { useRelayEnvironment } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";
import { type Follower, follow } from "./beat";
import { inTurn } from "./inTurn";
import { type Lists, readAgain } from "./lists";
import { useRead } from "./useRead";

type Pace = Omit<Follower, "call">;

interface Followed extends Pace {
  /** Those of its lists that a person can page on. */
  lists?: Lists;
}

export function useFollowed<T extends OperationType>(document: GraphQLTaggedNode, variables: T["variables"], { lists, ...pace }: Followed = {}): T["response"] {
  const data = useRead<T>(document, variables, "store-and-network");
  const environment = useRelayEnvironment();
  const asked = JSON.stringify(variables);
  const call = useMemo(() => inTurn(() => readAgain(environment, document, JSON.parse(asked) as T["variables"], lists)), [environment, document, asked, lists]);
  useWhenChanged(call, pace);
  return data;
}

/** Calls when anything that the viewer sees in the fleet has changed, and now and then for what only gets older. */
export function useWhenChanged(call: () => void, { isClose = false, atLeastEveryMs }: Pace = {}): void {
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => follow({ call: () => latest.current(), isClose, ...(atLeastEveryMs !== undefined && { atLeastEveryMs }) }), [isClose, atLeastEveryMs]);
}
