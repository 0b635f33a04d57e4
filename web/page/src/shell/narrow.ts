/** Whether the page is as narrow as on a phone: the same width as in the styles. */
import { useSyncExternalStore } from "react";

const query = matchMedia("(max-width: 760px)");

function subscribe(listener: () => void): () => void {
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => query.matches);
