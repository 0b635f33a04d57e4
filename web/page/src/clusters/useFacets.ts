/** How many clusters there are of each kind. Each facet counts what the others leave, so a number says what it would show. */
import { useEffect, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { useFacetsQuery } from "../__generated__/useFacetsQuery.graphql";
import { words } from "../model/phase";
import { useWhenChanged } from "../relay/useFollowed";
import { type Asked, type Facet, FACETS, toSearch } from "./address";

export interface Count {
  value: string;
  label: string;
  count: number;
  isChosen: boolean;
}

type Bucket = useFacetsQuery["response"]["clusterFacets"][number]["buckets"][number];

export type Counts = ReadonlyMap<string, readonly Count[]>;

export function useFacets(asked: Asked): Counts {
  const environment = useRelayEnvironment();
  const [found, setFound] = useState<ReadonlyMap<string, readonly Bucket[]>>(new Map());
  const [turn, setTurn] = useState(0);
  useWhenChanged(() => setTurn(turn + 1));
  const key = JSON.stringify([asked.text, [...asked.chosen]]);
  useEffect(() => {
    let isWanted = true;
    const ask = async (facets: readonly Facet[], search: string) => {
      if (facets.length === 0) return [];
      const data = await fetchQuery<useFacetsQuery>(
        environment,
        graphql`
          query useFacetsQuery($by: [FacetInput!]!, $search: String) {
            clusterFacets(by: $by, search: $search) {
              by
              buckets {
                value
                displayName
                clusterCount
              }
            }
          }
        `,
        { by: facets.map(({ by }) => ({ by })), search },
        { networkCacheConfig: { force: true } },
      ).toPromise();
      return data?.clusterFacets ?? [];
    };
    const isChosen = (facet: Facet) => (asked.chosen.get(facet.name)?.length ?? 0) > 0;
    const delayed = setTimeout(async () => {
      const asking = [
        ask(FACETS.filter((facet) => !isChosen(facet)), toSearch(asked)),
        ...FACETS.filter(isChosen).map((facet) => ask([facet], toSearch(asked, facet))),
      ];
      const answers = await Promise.all(asking).catch(() => null); // the table says what is wrong with the search
      if (!isWanted || !answers) return;
      setFound(new Map(answers.flat().map((one) => [one.by as string, one.buckets])));
    }, 150);
    return () => {
      isWanted = false;
      clearTimeout(delayed);
    };
    // `asked` is another object at each turn; `key` says whether it asks for something else.
  }, [environment, key, turn]);
  return new Map(FACETS.map((facet) => [facet.name, toCounts(facet, found.get(facet.by) ?? [], asked)]));
}

/** Clusters that have no value there cannot be chosen, so they are left out. */
function toCounts(facet: Facet, buckets: readonly Bucket[], asked: Asked): Count[] {
  const chosen = asked.chosen.get(facet.name) ?? [];
  const counts = buckets.flatMap(({ value, displayName, clusterCount }) =>
    value == null ? [] : [{ value, label: facet.label(value, displayName ?? value), count: clusterCount, isChosen: chosen.includes(value) }],
  );
  const gone = chosen.filter((value) => !counts.some((one) => one.value === value));
  return [...counts, ...gone.map((value) => ({ value, label: facet.label(value, words(value)), count: 0, isChosen: true }))];
}
