// Relay's runtime with a request as its compiler leaves it: the text is in the compiler's file, and here is its id.

import { readFileSync } from "node:fs";
import relay from "relay-runtime";
import { counted, endpoint, tell } from "./asked.mjs";

const { Environment, Network, RecordSource, Store, fetchQuery } = relay;

const compiled = readFileSync(process.argv[3], "utf-8").replace("export default", "export { node as default };//");
const { default: request } = await import(`data:text/javascript,${encodeURIComponent(compiled)}`);

const network = Network.create(async (params, variables) => {
  const answer = await counted(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ documentId: params.id, variables }),
  });
  return answer.json();
});
const environment = new Environment({ network, store: new Store(new RecordSource()) });
const data = await fetchQuery(environment, request, {}).toPromise();
tell([data.providers.length]);
