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

/** Those that change nothing come first, and what is about accounts last. */
const GROUPS = [
  { title: "Read", holds: ({ query }) => /^query /m.test(query) },
  { title: "Change", holds: ({ query, file }) => /^mutation /m.test(query) && !file.includes("account") },
  { title: "Accounts", holds: ({ query, file }) => /^mutation /m.test(query) && file.includes("account") },
];

async function readExamples() {
  const names = (await readdir(OPERATIONS)).sort();
  const files = names.filter((name) => name.endsWith(".graphql"));
  files.sort((a, b) => (b === FIRST) - (a === FIRST));
  const examples = await Promise.all(files.map((file) => readExample(file, names)));
  return GROUPS.map(({ title, holds }) => ({ title, documents: examples.filter(holds) }));
}

/** What it is for stands in the comment at its top: the first sentence of it. */
async function readExample(file, names) {
  const query = await readFile(`${OPERATIONS}/${file}`, "utf8");
  const beside = file.replace(/\.graphql$/, ".variables.json");
  const comment = query.match(/^(#.*\n)+/)?.[0].replace(/^# ?/gm, "").replaceAll("\n", " ") ?? "";
  return {
    file,
    name: query.match(/^(?:query|mutation) (\w+)/m)[1],
    about: comment.match(/^.*?[.:](?= |$)/)?.[0].replace(/:$/, ".") ?? comment,
    query,
    variables: names.includes(beside) ? await readFile(`${OPERATIONS}/${beside}`, "utf8") : undefined,
  };
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
