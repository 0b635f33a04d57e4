/** Moments and durations in words. */
import { useSyncExternalStore } from "react";

const SECOND = 1000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, SECOND);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The present, once a second. `step` in milliseconds renders less often. */
export function useNow(step: number = SECOND): number {
  return useSyncExternalStore(subscribe, () => Math.floor(now / step) * step);
}

const UNITS = [
  ["y", 365 * 86_400],
  ["mo", 30 * 86_400],
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

/** The two largest units: 2y 5mo, 3d 4h, 12m 5s, 40s. A month has 30 days here. */
export function duration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const said: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0 || (unit === "s" && said.length === 0)) said.push(`${count}${unit}`);
    else if (said.length > 0) break;
    rest -= count * size;
    if (said.length === 2) break;
  }
  return said.join(" ");
}

/** The largest unit alone: 3d, 12m, 40s. */
export const brief = (seconds: number): string => duration(seconds).split(" ")[0] ?? "";

export const secondsSince = (moment: string, present: number): number => (present - Date.parse(moment)) / SECOND;

const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "UTC" });

export const full = (moment: string | number): string => `${FULL.format(new Date(moment))} UTC`;
export const clock = (moment: string | number): string => CLOCK.format(new Date(moment));
