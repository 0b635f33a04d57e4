// Bundles GraphiQL, its workers and the documents of graphql/operations into dist/explorer: index.html, and assets whose
// names carry a hash of their content, so that they can be cached for ever.
import { build } from "esbuild";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { compress } from "../compress.mjs";

const OPERATIONS = "../../graphql/operations";
const OUT = "../dist/explorer";
const FIRST = "fleet.graphql";

// Monaco asks for a worker by label; any other label is the editor's own.
const WORKERS = {
  editor: "monaco-editor/esm/vs/editor/editor.worker.js",
  graphql: "monaco-graphql/esm/graphql.worker.js",
  json: "monaco-editor/esm/vs/language/json/json.worker.js",
};

const options = {
  bundle: true,
  minify: true,
  keepNames: true, // GraphiQL makes the titles of its icons, which screen readers read, out of function names
  metafile: true,
  target: "es2022",
  outdir: `${OUT}/assets`,
  publicPath: "/explorer",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  logLevel: "warning",
};

async function readExamples() {
  const names = (await readdir(OPERATIONS)).sort();
  const documents = names.filter((name) => name.endsWith(".graphql"));
  documents.sort((a, b) => (b === FIRST) - (a === FIRST));
  const examples = await Promise.all(
    documents.map(async (name) => {
      const variables = name.replace(/\.graphql$/, ".variables.json");
      return {
        query: await readFile(`${OPERATIONS}/${name}`, "utf8"),
        variables: names.includes(variables) ? await readFile(`${OPERATIONS}/${variables}`, "utf8") : undefined,
      };
    }),
  );
  if (examples[0]?.variables) {
    throw new Error(`${documents[0]} opens first, where GraphiQL shows no variables: give them defaults instead`);
  }
  return examples;
}

/** Addresses of what was built, by the name of its entry. */
function addresses({ metafile }) {
  return Object.fromEntries(
    Object.keys(metafile.outputs).map((path) => {
      const file = basename(path);
      return [file.replace(/-[A-Z0-9]{8}\./, "."), `${options.publicPath}/${file}`];
    }),
  );
}

const page = (built) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Fleetgraph</title>
<link rel="icon" href="${built["icon.svg"]}" type="image/svg+xml">
<link rel="stylesheet" href="${built["explorer.css"]}">
<script type="module" src="${built["explorer.js"]}"></script>
<div id="root"><noscript>The explorer needs JavaScript. GraphQL itself answers POST /graphql.</noscript></div>
`;

await rm(OUT, { recursive: true, force: true });
const workers = addresses(await build({ ...options, entryPoints: WORKERS }));
const explorer = await build({
  ...options,
  entryPoints: ["src/explorer.jsx", "../page/src/icon.svg"],
  format: "esm",
  jsx: "automatic",
  loader: { ".svg": "copy", ".ttf": "file" },
  define: {
    EXAMPLES: JSON.stringify(await readExamples()),
    WORKERS: JSON.stringify(workers),
  },
});
await writeFile(`${OUT}/index.html`, page(addresses(explorer)));
await compress(OUT);
