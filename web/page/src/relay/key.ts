/** The key that this tab of the browser sends. It is kept for the tab alone; the explorer reads the same place. */
import { createStore } from "./store";

const PLACE = "fleetgraph.key";

export const key = createStore<string | null>(sessionStorage.getItem(PLACE));

export function keepKey(given: string): void {
  sessionStorage.setItem(PLACE, given);
  key.set(given);
}

export function forgetKey(): void {
  sessionStorage.removeItem(PLACE);
  key.set(null);
}
