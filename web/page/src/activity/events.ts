import type { Event } from "./useFeed";

/** A cluster that nobody knew before: many at once, when an account is connected. */
export const isFirstSeen = (event: Event): boolean => event.kind === "PHASE_CHANGED" && event.from == null;
