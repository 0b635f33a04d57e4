/** Relay's environment: one endpoint on our own origin, and errors with a sentence for people. */
import { Environment, Network, RecordSource, Store } from "relay-runtime";
import type { GraphQLResponse, RequestParameters, Variables } from "relay-runtime";
import { answered, failed, keyWanted } from "./connection";
import { key } from "./key";
import { sealShown, unseal } from "./secrets";

const ANSWER_WITHIN_MS = 30_000;

/** The API could not be asked, or refused. `requestId` names the request to whoever keeps its logs. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly requestId: string | null,
  ) {
    super(message);
  }
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

async function send(params: RequestParameters, variables: Variables): Promise<GraphQLResponse> {
  const secret = key.get();
  let response: Response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: {
        accept: "application/graphql-response+json, application/json;q=0.9",
        "content-type": "application/json",
        ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      },
      body: JSON.stringify({ query: params.text, variables, operationName: params.name }, unseal),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    throw fail(isLate ? "Fleetgraph did not answer in time." : "Fleetgraph cannot be reached.", null);
  }
  const requestId = response.headers.get("x-request-id");
  const answer = read(await response.text().catch(() => ""), params.operationKind === "mutation");
  const message = answer.errors?.[0]?.message;
  if (response.status === 401) {
    keyWanted(message ?? "A key is needed.");
    throw new ApiError(message ?? "A key is needed.", requestId);
  }
  if (answer.errors?.[0]?.extensions?.code === "BAD_USER_INPUT" && message) {
    answered(); // it hears us well: what was asked for cannot be meant
    throw new ApiError(message.replace(/^Argument `\w+`: /, ""), requestId);
  }
  if (!answer.data) {
    throw fail(message ?? `Fleetgraph answered with status ${response.status}.`, requestId);
  }
  answered();
  return answer as GraphQLResponse;
}

function read(text: string, isOfChange: boolean): Answer {
  try {
    return JSON.parse(text, isOfChange ? sealShown : undefined) as Answer;
  } catch {
    return {}; // whoever answered, it was not the API
  }
}

function fail(message: string, requestId: string | null): ApiError {
  failed(message);
  return new ApiError(message, requestId);
}

export const environment = new Environment({
  network: Network.create(send),
  store: new Store(new RecordSource(), { gcReleaseBufferSize: 20, queryCacheExpirationTime: 60_000 }),
});
