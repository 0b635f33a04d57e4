// Apollo Client with persisted queries, as its documentation has it.

import { createHash } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { counted, endpoint, tell } from "./asked.mjs";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const link = new PersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: endpoint, fetch: counted }));
const client = new ApolloClient({ link, cache: new InMemoryCache() });

const PROVIDERS = gql`
  # A comment, which Apollo leaves out; it adds __typename.
  query Providers { providers { id kind name documentationUrl capabilities { capability isSupported reason } } }
`;

const answers = [];
for (let times = 0; times < 2; times++) {
  const { data } = await client.query({ query: PROVIDERS, fetchPolicy: "network-only" });
  answers.push(data.providers.length);
}
tell(answers);
