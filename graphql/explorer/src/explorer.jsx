import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import "./explorer.css";

// build.mjs defines WORKERS, the addresses of Monaco's workers, and EXAMPLES, the tabs of a first visit.
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(WORKERS[`${label}.js`] ?? WORKERS["editor.js"]),
};

const fetcher = createGraphiQLFetcher({ url: "/graphql", enableIncrementalDelivery: false });
const explorer = explorerPlugin({ showAttribution: false });

// Variables hold provider tokens and cloud credentials: what is typed outlives a reload, and goes with the browser's tab.
const storage = globalThis.sessionStorage;

createRoot(document.getElementById("root")).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    // Headers hold API keys: they stay out of storage, hence also no history plugin, which would keep them there.
    shouldPersistHeaders={false}
    plugins={[explorer]}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    visiblePlugin={explorer}
    defaultTabs={EXAMPLES.length > 0 ? EXAMPLES : undefined}
  >
    <GraphiQL.Logo>Fleetgraph</GraphiQL.Logo>
  </GraphiQL>,
);
