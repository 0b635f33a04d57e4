/** What a provider is called, where the API counts by its key alone. */
import { words } from "./phase";

const NAMES: Record<string, string> = { cockroachdb: "CockroachDB Cloud", kupe: "Kupe Cloud" };

/** Of a provider that has no entry the key itself, as words. */
export function providerName(key: string): string {
  return NAMES[key] ?? words(key);
}
