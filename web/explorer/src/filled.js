// The variables of an example, with things of the fleet that answers here in the place of those that it was written with.
import { readKey } from "./key.jsx";

const QUESTION = `query ExplorerIds {
  providers { kind }
  accounts(first: 100) { nodes { id provider { kind } } }
  clusters(first: 100) {
    nodes { id name provider { kind } upgrade { state versions } capabilities { capability isSupported } }
  }
  integrations(first: 100) { nodes { id account { id } } }
  operations(first: 1) { nodes { id } }
}`;

/** What a cluster has to support for a change of it to be more than refused. */
const NEEDS = {
  allowNetwork: "ALLOWLIST",
  clusterNodes: "LIST_NODES",
  deleteCluster: "DELETE_CLUSTER",
  disallowNetwork: "ALLOWLIST",
  finalizeUpgrade: "FINALIZE_UPGRADE",
  rollBackUpgrade: "FINALIZE_UPGRADE",
  setSpendLimit: "SPEND_LIMIT",
  upgradeCluster: "UPGRADE_CLUSTER",
};

let asked = null;

async function ask() {
  const key = readKey();
  const headers = { "content-type": "application/json", ...(key === null ? {} : { authorization: `Bearer ${key}` }) };
  const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify({ query: QUESTION }) });
  const { data } = await response.json();
  if (!data) throw new Error("The fleet was not told.");
  const { providers, ...listed } = data;
  const lists = Object.fromEntries(Object.entries(listed).map(([name, { nodes }]) => [name, nodes]));
  return { ...lists, kinds: providers.map(({ kind }) => kind) };
}

/** As it was written where the fleet does not answer, and where it has nothing of the kind. */
export async function filled({ query, variables }) {
  if (variables === undefined) return undefined;
  asked ??= ask();
  const fleet = await asked.catch(() => (asked = null));
  return fleet ? `${JSON.stringify(replace(JSON.parse(variables), query, fleet), null, 2)}\n` : variables;
}

function replace(variables, query, { accounts, clusters, integrations, operations, kinds }) {
  const kind = providerOf(variables, kinds);
  const ofKind = ({ provider }) => kind === null || provider.kind === kind;
  const need = Object.keys(NEEDS).find((field) => new RegExp(`\\b${field}\\b`, "i").test(query));
  const fits = (cluster) =>
    ofKind(cluster) && (!need || cluster.capabilities.some((one) => one.capability === NEEDS[need] && one.isSupported));
  const cluster = clusters.filter(fits).sort((a, b) => rank(b, need) - rank(a, need))[0];
  const account = accounts.find(ofKind);
  const of = { Account: account, Cluster: cluster, Integration: integrations.find((one) => one.account.id === account?.id) };
  const known = new Set([...accounts, ...clusters, ...integrations, ...operations].map(({ id }) => id));
  const text = (value) => {
    if (/^the ID of a .*cluster$/.test(value)) return cluster?.id ?? value;
    if (value === "the ID of an operation") return operations[0]?.id ?? value;
    if (value === "its name") return cluster?.name ?? value;
    return known.has(value) ? value : (of[typeOf(value)]?.id ?? value);
  };
  const walk = (value) => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member)]));
  };
  return walk(variables);
}

/** Upgrades are tried best where one is on offer, or can still be ended. */
function rank({ upgrade }, need) {
  if (need === "upgradeCluster") return upgrade.versions?.length ?? 0;
  return NEEDS[need] === "FINALIZE_UPGRADE" && upgrade.state === "PENDING_FINALIZATION" ? 1 : 0;
}

/** The provider that the input is written for: a member of it has the provider's name. Null where it is for any. */
function providerOf({ input, provider }, kinds) {
  const written = Object.keys(input?.spec ?? input ?? {}).map((name) => name.toUpperCase());
  return kinds.find((kind) => written.includes(kind)) ?? provider ?? null;
}

/** An id is opaque to clients; this one comes from our own examples, and says what it is of. Null for any other text. */
function typeOf(text) {
  try {
    const [type] = JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof type === "string" ? type : null;
  } catch {
    return null;
  }
}
