/** The whole of a list: its first page as a query has it, and the pages after it, read one after the other. */
import { useEffect, useMemo, useRef, useState } from "react";
import { fetchQuery, useRelayEnvironment } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";
import { inTurn } from "./inTurn";
import { useWhenChanged } from "./useFollowed";

/** Of a hundred each. Nobody chooses from more, and a list that has no end does not stop the page. */
const MOST_PAGES = 20;

interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null | undefined };
}

export interface Whole<Node> {
  nodes: readonly Node[];
  /** There is more: it is being read, it could not be read, or there is no end of it. */
  isCut: boolean;
}

interface Later<Node> extends Whole<Node> {
  of: string;
}

/** `document` asks for one page, with these variables and `after`; `pageOf` finds it in the answer. `isFollowed`: they are read again when the fleet has changed, as the first page is. */
export function useWhole<T extends OperationType, Node>(
  first: Page<Node> | null | undefined,
  document: GraphQLTaggedNode,
  variables: Omit<T["variables"], "after">,
  pageOf: (data: T["response"]) => Page<Node> | null | undefined,
  isFollowed = false,
): Whole<Node> {
  const environment = useRelayEnvironment();
  const [later, setLater] = useState<Later<Node>>({ of: "", nodes: [], isCut: true });
  const start = nextOf(first);
  const of = JSON.stringify({ ...variables, after: start });
  const latest = useRef({ pageOf, of });
  useEffect(() => {
    latest.current = { pageOf, of };
  });
  const read = useMemo(() => {
    const keep = (found: Later<Node>) => latest.current.of === of && setLater((before) => (before.of === of && found.isCut && found.nodes.length < before.nodes.length ? before : found));
    return inTurn(async () => {
      const nodes: Node[] = [];
      let after: string | null = start;
      let pages = 0;
      for (; after !== null && pages + 1 < MOST_PAGES && latest.current.of === of; pages++) {
        const data: T["response"] | undefined = await fetchQuery<T>(environment, document, { ...(JSON.parse(of) as T["variables"]), after }).toPromise();
        const page = data && latest.current.pageOf(data);
        if (!page) break;
        nodes.push(...page.nodes);
        after = nextOf(page);
        keep({ of, nodes: [...nodes], isCut: after !== null });
      }
      return pages;
    });
  }, [environment, document, start, of]);
  useEffect(read, [read]);
  useWhenChanged(isFollowed ? read : NOTHING);
  if (start === null) return { nodes: first?.nodes ?? [], isCut: false };
  const isOfThis = later.of === of;
  return { nodes: [...(first?.nodes ?? []), ...(isOfThis ? later.nodes : [])], isCut: !isOfThis || later.isCut };
}

const NOTHING = () => undefined;

const nextOf = (page: Page<unknown> | null | undefined): string | null => (page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null);
