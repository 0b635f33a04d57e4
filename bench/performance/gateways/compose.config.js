// The four lists of clusters for Mesh Compose: of each answer, the members that fleet.graphql asks for.
import { loadJSONSchemaSubgraph } from "@omnigraph/json-schema";

const text = { type: "string" };
const object = (title, properties) => ({ type: "object", title, properties });
const many = (items) => ({ type: "array", items });

const LISTS = {
  kupe: object("KupeClusters", {
    items: many(
      object("KupeCluster", {
        name: text,
        displayName: text,
        type: text,
        createdAt: text,
        status: object("KupeStatus", { phase: text, kubernetesVersion: text }),
      }),
    ),
  }),
  northflank: object("NorthflankClusters", {
    data: object("NorthflankData", {
      clusters: many(
        object("NorthflankCluster", {
          id: text,
          name: text,
          provider: text,
          region: text,
          kubernetesVersion: text,
          createdAt: text,
          status: object("NorthflankStatus", { state: object("NorthflankState", { state: text }) }),
        }),
      ),
    }),
  }),
  qovery: object("QoveryClusters", {
    results: many(
      object("QoveryCluster", {
        id: text,
        name: text,
        kubernetes: text,
        cloud_provider: text,
        region: text,
        version: text,
        created_at: text,
        status: text,
      }),
    ),
  }),
  cockroachdb: object("CockroachdbClusters", {
    clusters: many(
      object("CockroachdbCluster", {
        id: text,
        name: text,
        plan: text,
        cloud_provider: text,
        regions: many(object("CockroachdbRegion", { name: text })),
        cockroach_version: text,
        created_at: text,
        state: text,
      }),
    ),
  }),
};

const endpoint = process.env.UPSTREAM;
const paths = JSON.parse(process.env.PATHS);

export const composeConfig = {
  subgraphs: Object.entries(LISTS).map(([name, responseSchema]) => ({
    sourceHandler: loadJSONSchemaSubgraph(name, {
      endpoint,
      operations: [{ type: "Query", field: name, path: paths[name], method: "GET", responseSchema }],
    }),
  })),
};
