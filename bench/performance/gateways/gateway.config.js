// Hive Gateway as its documentation makes it fast; CACHED also keeps whole answers.
const cached = {
  cache: { type: "localforage", driver: ["LOCALSTORAGE"] },
  responseCaching: { session: () => null, ttl: 3_600_000 },
};

export const gatewayConfig = {
  jit: true,
  logging: "error",
  disableWebsockets: true,
  ...(process.env.CACHED ? cached : {}),
};
