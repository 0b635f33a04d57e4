import { DOC_EXPLORER_PLUGIN } from "@graphiql/plugin-doc-explorer";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { examplesPlugin } from "./examples.jsx";
import { readKey } from "./key.jsx";
import "./explorer.css";

// build.mjs defines WORKERS, the addresses of Monaco's workers, and EXAMPLES, groups of documents; the first opens.
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(WORKERS[`${label}.js`] ?? WORKERS["editor.js"]),
};

const ask = createGraphiQLFetcher({ url: "/graphql", enableIncrementalDelivery: false });
const explorer = explorerPlugin({ showAttribution: false });

/** Sends the key of this tab of the browser, unless a header of the editor says otherwise. */
function fetcher(params, options) {
  const key = readKey();
  const given = Object.keys(options?.headers ?? {}).some((name) => name.toLowerCase() === "authorization");
  if (key === null || given) return ask(params, options);
  return ask(params, { ...options, headers: { ...options?.headers, authorization: `Bearer ${key}` } });
}

// Variables hold provider tokens and cloud credentials: what is typed outlives a reload, and goes with the browser's tab.
const storage = globalThis.sessionStorage;

// What stands after # never reaches a server: a document that the page of the fleet asks for, to be tried here.
const asked = new URLSearchParams(location.hash.slice(1));
const opened = asked.has("query") ? { query: asked.get("query"), variables: asked.get("variables") ?? undefined } : null;
if (opened) history.replaceState(null, "", location.pathname);

createRoot(document.getElementById("root")).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    schemaDescription
    // Headers hold API keys: they stay out of storage, hence also no history plugin, which would keep them there.
    shouldPersistHeaders={false}
    plugins={[examplesPlugin, explorer]}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    visiblePlugin={examplesPlugin}
    defaultEditorToolsVisibility="variables"
    defaultTabs={[opened ?? EXAMPLES[0].documents[0]]}
    initialQuery={opened?.query}
    initialVariables={opened?.variables}
  >
    <GraphiQL.Logo>
      <a href="/" className="home">
        Fleetgraph
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
