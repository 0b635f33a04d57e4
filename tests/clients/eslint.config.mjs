// The schema under the rules of @graphql-eslint, recommended and Relay's. This is the one place where a rule is off.
import { fileURLToPath } from "node:url";
import graphql from "@graphql-eslint/eslint-plugin";

const schema = fileURLToPath(new URL("../../graphql/schema.graphql", import.meta.url));
const recommended = graphql.configs["flat/schema-recommended"].rules;
const [, names] = recommended["@graphql-eslint/naming-convention"];
const OBJECT = "ObjectTypeDefinition,ObjectTypeExtension";

export default [
  {
    files: ["**/schema.graphql"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...recommended,
      ...graphql.configs["flat/schema-relay"].rules,

      // Only what `node` finds again has an id. An amount, a page or an error is a value: it has no identity to tell.
      "@graphql-eslint/strict-id-in-types": "off",

      // InstanceType is what every cloud calls it; the suffix says no more of our types than of theirs.
      "@graphql-eslint/naming-convention": [
        "error",
        { ...names, [OBJECT]: { ...names[OBJECT], ignorePattern: "^InstanceType$" } },
      ],

      // The one directive that is written out, @oneOf, is GraphQL's own, and described by its specification.
      "@graphql-eslint/require-description": ["error", { types: true, rootField: true }],

      // Listings page forward only, as the store does; the specification asks for one direction at least.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],

      // `nodes` stands beside `edges` for those who need no cursors, and what is short by nature (the regions of a
      // cluster, user errors) is a plain list. Items of a connection that `node` cannot find again, as a region or a
      // change of phase, are values.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false, withEdgeSuffix: true },
      ],
    },
  },
];
