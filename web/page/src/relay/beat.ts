/**
 * The heartbeat of the page: one small read tells whether anything in the fleet has changed, however many parts of the
 * page follow it. Nothing is asked while the page is hidden.
 */
import { fetchQuery, graphql } from "react-relay";
import type { beatQuery } from "../__generated__/beatQuery.graphql";
import { environment } from "./environment";

const BEAT_MS = 5_000;
/** While somebody watches a change. */
const CLOSE_BEAT_MS = 2_000;
const AT_LEAST_EVERY_MS = 30_000;

export interface Follower {
  call: () => void;
  /** What only gets older is asked for again after so long, though nothing has changed. */
  atLeastEveryMs?: number;
  /** A change is on its way here. */
  isClose?: boolean;
}

const followers = new Map<Follower, number>();
let version: string | null = null;
let isAsking = false;
let askedAt = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls whenever the fleet has changed, until the answer is called. */
export function follow(follower: Follower): () => void {
  followers.set(follower, Date.now());
  if (timer === undefined) {
    timer = setInterval(beat, 1_000);
    document.addEventListener("visibilitychange", beat);
    beat();
  }
  return () => {
    followers.delete(follower);
    if (followers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    document.removeEventListener("visibilitychange", beat);
  };
}

function beat(): void {
  const every = [...followers.keys()].some((one) => one.isClose) ? CLOSE_BEAT_MS : BEAT_MS;
  if (document.visibilityState === "hidden" || isAsking || Date.now() - askedAt < every - 100) return;
  isAsking = true;
  askedAt = Date.now();
  fetchQuery<beatQuery>(
    environment,
    graphql`
      query beatQuery {
        fleet {
          version
        }
      }
    `,
    {},
    { networkCacheConfig: { force: true } },
  ).subscribe({
    next: ({ fleet }) => tell(fleet.version),
    error: () => {
      isAsking = false; // the connection says it, and what is shown stays
    },
    complete: () => {
      isAsking = false;
    },
  });
}

function tell(found: string): void {
  const isOther = version !== null && found !== version;
  version = found;
  const now = Date.now();
  for (const [follower, calledAt] of [...followers]) {
    if (!isOther && now - calledAt < (follower.atLeastEveryMs ?? AT_LEAST_EVERY_MS)) continue;
    followers.set(follower, now);
    follower.call();
  }
}
