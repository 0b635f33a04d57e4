/** How many clusters each provider has in each phase. */
import { useEffect, useState } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { ProviderKind, useCellsQuery } from "../__generated__/useCellsQuery.graphql";

/** By `provider phase`. */
export type Cells = ReadonlyMap<string, number>;

/** Counts anew whenever `basis` is another. */
export function useCells(kinds: readonly ProviderKind[], basis: string): Cells {
  const environment = useRelayEnvironment();
  const [cells, setCells] = useState<Cells>(new Map());
  const listed = kinds.join(",");
  useEffect(() => {
    let isWanted = true;
    const count = async (kind: ProviderKind): Promise<[string, number][]> => {
      const data = await fetchQuery<useCellsQuery>(
        environment,
        graphql`
          query useCellsQuery($providers: [ProviderKind!]) {
            clusterFacets(by: [{ by: PHASE }], filter: { providers: $providers }) {
              buckets {
                value
                clusterCount
              }
            }
          }
        `,
        { providers: [kind] },
        { networkCacheConfig: { force: true } },
      ).toPromise();
      return data?.clusterFacets.flatMap((facet) => facet.buckets.map((one): [string, number] => [`${kind} ${one.value}`, one.clusterCount])) ?? [];
    };
    Promise.all((listed.split(",").filter(Boolean) as ProviderKind[]).map(count)).then(
      (counted) => isWanted && setCells(new Map(counted.flat())),
      () => undefined, // the connection says it, and what is shown stays
    );
    return () => {
      isWanted = false;
    };
  }, [environment, listed, basis]);
  return cells;
}
