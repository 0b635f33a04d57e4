/** A query that is read once. Relay keeps the error of a read, so that trying again has to be another one. */
import { createContext, useContext } from "react";
import { useLazyLoadQuery } from "react-relay";
import type { FetchPolicy, GraphQLTaggedNode, OperationType } from "relay-runtime";

/** How often a person tried again. */
export const Attempt = createContext(0);

export function useRead<T extends OperationType>(document: GraphQLTaggedNode, variables: T["variables"], fetchPolicy: FetchPolicy = "store-or-network"): T["response"] {
  return useLazyLoadQuery<T>(document, variables, { fetchPolicy, fetchKey: useContext(Attempt) });
}
