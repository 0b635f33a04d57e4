/**
 * Secrets on their way to the API. Relay keeps the variables of a change in its store: it is given a name in the place of
 * a secret, and the secret takes its place once, in the request itself.
 */
import { randomKey } from "../changing/randomKey";

const sealed = new Map<string, string>();

/** The name of a secret, for one request. */
export function seal(secret: string): string {
  const name = `sealed ${randomKey()}`;
  sealed.set(name, secret);
  return name;
}

/** For JSON.stringify: puts each secret in the place of its name, and forgets it. */
export function unseal(_: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  const secret = sealed.get(value);
  sealed.delete(value);
  return secret ?? value;
}
