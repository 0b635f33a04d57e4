/** How it stands between this page and the API: what the last request came to, and when one succeeded last. */
import { createStore } from "./store";

export interface Connection {
  /** When the API answered last, in milliseconds. Null before its first answer. */
  answeredAt: number | null;
  /** Why the latest request failed. Null when it succeeded. */
  failure: string | null;
  /** The API wants a key, or another one. The sentence is its own. */
  keyWanted: string | null;
}

export const connection = createStore<Connection>({ answeredAt: null, failure: null, keyWanted: null });

export function answered(): void {
  connection.set({ answeredAt: Date.now(), failure: null, keyWanted: null });
}

export function failed(reason: string): void {
  connection.set({ ...connection.get(), failure: reason });
}

export function keyWanted(reason: string): void {
  connection.set({ ...connection.get(), failure: null, keyWanted: reason });
}
