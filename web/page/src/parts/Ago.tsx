/** Moments beside the present. The exact moment is in the title and in the markup. */
import { brief, clock, duration, full, secondsSince, useNow } from "../model/time";

/** So far may the clock of who observes be ahead of this one, which moves once a second. */
const AHEAD_SECONDS = 5;

export function Ago({ at, exact = false }: { at: string | null | undefined; exact?: boolean }) {
  const now = useNow();
  if (!at) return <span className="muted">never</span>;
  const seconds = secondsSince(at, now);
  const said = exact ? duration(Math.abs(seconds)) : brief(Math.abs(seconds));
  return (
    <time dateTime={at} title={full(at)}>
      {Math.round(seconds) <= 0 && seconds > -AHEAD_SECONDS ? "now" : seconds < 0 ? `in ${said}` : `${said} ago`}
    </time>
  );
}

/** When something is expected. What is overdue is so now. */
export function Due({ at }: { at: string }) {
  const now = useNow();
  const seconds = -secondsSince(at, now);
  return (
    <time dateTime={at} title={full(at)}>
      {Math.round(seconds) <= 0 ? "now" : `in ${brief(seconds)}`}
    </time>
  );
}

/** How long it has been so. `isBrief`: in its largest unit alone, for a narrow column. */
export function For({ since, isBrief = false }: { since: string; isBrief?: boolean }) {
  const now = useNow();
  return (
    <time dateTime={since} title={`since ${full(since)}`}>
      {(isBrief ? brief : duration)(secondsSince(since, now))}
    </time>
  );
}

export function Clock({ at }: { at: string }) {
  return (
    <time dateTime={at} title={full(at)}>
      {clock(at)}
    </time>
  );
}
