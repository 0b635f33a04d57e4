// `node audit.mjs URL` puts a server to all audits of GraphQL over HTTP, and prints one JSON object for each.
import { auditServer } from "graphql-http";

for (const { id, name, status, reason } of await auditServer({ url: process.argv[2] })) {
  console.log(JSON.stringify({ id, name, status, reason }));
}
