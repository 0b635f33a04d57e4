/** The documents of this page, for whoever wants to ask the same. */
import type { ConcreteRequest } from "relay-runtime";

/** Relay's own fields are of no use elsewhere, except where they name an object. */
const text = (document: ConcreteRequest): string => document.params.text ?? "";

/** What stands after # never reaches a server. */
export function explorerAddress(document: ConcreteRequest, variables: Record<string, unknown>): string {
  const asked = new URLSearchParams({ query: text(document), variables: JSON.stringify(variables, null, 2) });
  return `/graphql#${asked}`;
}

/** For a POSIX shell. The key is named, never written out. */
export function toCurl(document: ConcreteRequest, variables: Record<string, unknown>): string {
  const body = JSON.stringify({ query: text(document), variables });
  return [
    `curl --silent ${location.origin}/graphql`,
    `  --header 'content-type: application/json'`,
    `  --header "authorization: Bearer $FLEETGRAPH_KEY"`,
    `  --data '${body.replaceAll("'", `'\\''`)}'`,
  ].join(" \\\n");
}
