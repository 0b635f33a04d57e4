// urql with its exchange for persisted documents.

import { Client, fetchExchange, gql } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { counted, endpoint, tell } from "./asked.mjs";

const client = new Client({
  url: endpoint,
  fetch: counted,
  preferGetMethod: false,
  exchanges: [persistedExchange({ preferGetForPersistedQueries: false }), fetchExchange],
});

const PROVIDERS = gql`
  query Providers { providers { id kind name documentationUrl capabilities { capability isSupported reason } } }
`;

const answers = [];
for (let times = 0; times < 2; times++) {
  const { data, error } = await client.query(PROVIDERS, {}, { requestPolicy: "network-only" }).toPromise();
  if (error) throw error;
  answers.push(data.providers.length);
}
tell(answers);
