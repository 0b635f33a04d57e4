/**
 * Secrets on their way to the API and from it. Relay keeps the variables and the answer of a change in its store: it is
 * given a name in the place of a secret. The secret takes its place once, in the request itself or where it is shown.
 */
import { randomKey } from "../changing/randomKey";

const sealed = new Map<string, string>();

/** The name of a secret. */
export function seal(secret: string): string {
  const name = `sealed ${randomKey()}`;
  sealed.set(name, secret);
  return name;
}

/** The secret of a name, which is forgotten. What is no name stays as it is. */
export function unsealed(name: string): string {
  const secret = sealed.get(name);
  sealed.delete(name);
  return secret ?? name;
}

/** For JSON.stringify: puts each secret in the place of its name. */
export const unseal = (_: string, value: unknown): unknown => (typeof value === "string" ? unsealed(value) : value);

/** What the API shows once: the key of `createApiKey` and the secret of `createWebhook`. No other text is called so. */
const SHOWN_ONCE = new Set(["token", "secret"]);

/** For JSON.parse: puts a name in the place of each secret. */
export const sealShown = (member: string, value: unknown): unknown => (SHOWN_ONCE.has(member) && typeof value === "string" ? seal(value) : value);
