/** The whole of a list: its first page as a query has it, and the pages after it, read one after the other. */
import { useEffect, useRef, useState } from "react";
import { fetchQuery, useRelayEnvironment } from "react-relay";
import type { GraphQLTaggedNode, OperationType } from "relay-runtime";

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

/** `document` asks for one page, with these variables and `after`; `pageOf` finds it in the answer. */
export function useWhole<T extends OperationType, Node>(
  first: Page<Node> | null | undefined,
  document: GraphQLTaggedNode,
  variables: Omit<T["variables"], "after">,
  pageOf: (data: T["response"]) => Page<Node> | null | undefined,
): Whole<Node> {
  const environment = useRelayEnvironment();
  const [later, setLater] = useState<Later<Node>>({ of: "", nodes: [], isCut: true });
  const latest = useRef(pageOf);
  useEffect(() => {
    latest.current = pageOf;
  });
  const start = nextOf(first);
  const of = JSON.stringify({ ...variables, after: start });
  useEffect(() => {
    if (start === null) return;
    let isWanted = true;
    const read = async () => {
      const nodes: Node[] = [];
      let after: string | null = start;
      for (let pages = 1; after !== null && pages < MOST_PAGES; pages++) {
        const data: T["response"] | undefined = await fetchQuery<T>(environment, document, { ...(JSON.parse(of) as T["variables"]), after }).toPromise();
        const page = data && latest.current(data);
        if (!isWanted || !page) return;
        nodes.push(...page.nodes);
        after = nextOf(page);
        setLater({ of, nodes: [...nodes], isCut: after !== null });
      }
    };
    read().catch(() => undefined); // the connection says it, and the list that it is cut
    return () => {
      isWanted = false;
    };
  }, [environment, document, start, of]);
  if (start === null) return { nodes: first?.nodes ?? [], isCut: false };
  const isOfThis = later.of === of;
  return { nodes: [...(first?.nodes ?? []), ...(isOfThis ? later.nodes : [])], isCut: !isOfThis || later.isCut };
}

const nextOf = (page: Page<unknown> | null | undefined): string | null => (page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null);
