/**
 * Lists that a person pages on, on a view that is followed. Asking the view's query again takes each list back to its first
 * page: so all that is loaded of it is read with it, and they take their places together.
 */
import { useEffect, useState } from "react";
import { usePaginationFragment } from "react-relay";
import type { KeyType } from "react-relay/relay-hooks/helpers";
import { createOperationDescriptor, getFragment, getRequest, Observable } from "relay-runtime";
import type { ConcreteRequest, GraphQLResponse, GraphQLTaggedNode, IEnvironment, OperationType, Variables } from "relay-runtime";

/** Nobody reads on so far, and all of it is read again when the fleet has changed. */
export const MOST_ROWS = 2_000;
const PAGE = 100;

interface Connection {
  edges: unknown[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

type Data = Record<string, unknown>;

interface Listed {
  /** Asks for one page of it, by `count` and `cursor`. */
  document: ConcreteRequest;
  variables: Variables;
  /** Where it stands in the answer to that, and in what it is a list of. */
  root: readonly string[];
  path: readonly string[];
  loaded: number;
  isLoading: boolean;
}

/** The lists of a view. `root` is where what they are lists of stands in the answer to its query. */
export interface Lists {
  root: readonly string[];
  all: Map<string, Listed>;
}

export const useLists = (...root: string[]): Lists => useState<Lists>(() => ({ root, all: new Map() }))[0];

interface Compiled {
  name: string;
  metadata: { connection: [{ path: string[] }]; refetch: { operation: ConcreteRequest; fragmentPathInResult: string[] } };
}

/** A list of a view, as far as it was paged on. `variables` are those of its own query. */
export function useListed<T extends OperationType, Key extends KeyType>(fragment: GraphQLTaggedNode, key: Key, lists: Lists, variables: Variables = {}) {
  const list = usePaginationFragment<T, Key>(fragment, key);
  const { name, metadata } = getFragment(fragment) as unknown as Compiled;
  const path = metadata.connection[0].path;
  const loaded = find(list.data, path)?.edges.length ?? 0;
  useEffect(() => {
    const { operation: document, fragmentPathInResult: root } = metadata.refetch;
    lists.all.set(name, { document, variables, root, path, loaded, isLoading: list.isLoadingNext });
  });
  useEffect(() => () => void lists.all.delete(name), [lists, name]);
  return { ...list, loaded };
}

/** Asks a query again, with all that is loaded of its lists. The answer: how many pages that took beyond the first. */
export async function readAgain(environment: IEnvironment, document: GraphQLTaggedNode, variables: Variables, lists: Lists | undefined): Promise<number> {
  const operation = createOperationDescriptor(getRequest(document), variables, { force: true });
  for (;;) {
    const before = stateOf(lists);
    const answer = await ask(environment, operation.request.node, variables);
    let pages = 0;
    for (const list of lists?.all.values() ?? []) pages += await readOn(environment, answer, [...(lists?.root ?? []), ...list.path], list);
    if (stateOf(lists) !== before || isLoading(lists)) continue; // a person read on meanwhile, or changed the list
    await environment.executeWithSource({ operation, source: Observable.from(answer) }).toPromise();
    return pages;
  }
}

async function readOn(environment: IEnvironment, answer: GraphQLResponse, path: readonly string[], list: Listed): Promise<number> {
  const whole = find(dataOf(answer), path);
  let pages = 0;
  while (whole && whole.pageInfo.hasNextPage && whole.edges.length < list.loaded) {
    const count = Math.min(PAGE, list.loaded - whole.edges.length);
    const next = await ask(environment, list.document, { ...list.variables, count, cursor: whole.pageInfo.endCursor });
    const page = find(dataOf(next), [...list.root, ...list.path]);
    if (!page) throw new Error("The list is gone.");
    whole.edges.push(...page.edges);
    whole.pageInfo = page.pageInfo;
    pages += 1;
  }
  return pages;
}

async function ask(environment: IEnvironment, { params }: ConcreteRequest, variables: Variables): Promise<GraphQLResponse> {
  const answer = await environment.getNetwork().execute(params, variables, { force: true }).toPromise();
  if (!answer) throw new Error("There was no answer.");
  return answer;
}

const dataOf = (answer: GraphQLResponse): Data | null => ("data" in answer ? (answer.data as Data | null) : null);

const find = (data: unknown, path: readonly string[]): Connection | null => path.reduce<unknown>((at, name) => (at as Data | null | undefined)?.[name], data) as Connection | null ?? null;

const stateOf = (lists: Lists | undefined): string => JSON.stringify([...(lists?.all ?? [])].map(([name, { loaded, variables }]) => [name, loaded, variables]));

const isLoading = (lists: Lists | undefined): boolean => [...(lists?.all.values() ?? [])].some((list) => list.isLoading);
