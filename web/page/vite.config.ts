import { defineConfig, type Plugin } from "vite";
import { compress } from "../compress.mjs";

const OUT = "../dist";

/** Puts the compiled document in the place of each `graphql` tag, as Relay's own transform does. */
function relay(): Plugin {
  return {
    name: "relay",
    enforce: "pre",
    transform(code, id) {
      if (!/\.tsx?$/.test(id) || id.includes("__generated__") || !code.includes("graphql`")) return null;
      const imports: string[] = [];
      const replaced = code.replace(/graphql`\s*(?:query|mutation|fragment)\s+(\w+)[^`]*`/g, (_, name: string) => {
        const local = `compiled_${name}`;
        imports.push(`import ${local} from "/src/__generated__/${name}.graphql.ts";`);
        return local;
      });
      return { code: imports.join("") + replaced, map: null };
    },
  };
}

function compressed(): Plugin {
  return { name: "compressed", apply: "build", closeBundle: () => compress(`${OUT}/page`) };
}

export default defineConfig({
  plugins: [relay(), compressed()],
  build: {
    outDir: `${OUT}/page`,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    chunkSizeWarningLimit: 700, // React and Relay; a test measures what the first view takes
    rolldownOptions: {
      checks: { pluginTimings: false },
      onwarn: (warning, warn) => {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning); // Radix says "use client"; there is no server
      },
    },
  },
  server: { proxy: { "/graphql": "http://127.0.0.1:8000" } },
});
