/** Phases one after the other, each as long as it lasted; short ones are kept wide enough to be seen. */
import { severityOf, words } from "../model/phase";
import { duration, useNow } from "../model/time";

interface Change {
  readonly to: string;
  readonly observedAt: string;
}

const LEAST_SHARE = 0.015;

export function Timeline({ changes }: { changes: readonly Change[] }) {
  const now = useNow(5_000);
  const ordered = [...changes].reverse();
  const first = ordered[0];
  if (!first) return null;
  const start = Date.parse(first.observedAt);
  const whole = Math.max(1, now - start);
  const spans = ordered.map((change, index) => {
    const from = Date.parse(change.observedAt);
    const until = Date.parse(ordered[index + 1]?.observedAt ?? "") || Math.max(now, from);
    return { phase: change.to, seconds: (until - from) / 1000, share: Math.max(LEAST_SHARE, (until - from) / whole) };
  });
  return (
    <div className="timeline" role="img" aria-label={spans.map((span) => `${words(span.phase)} for ${duration(span.seconds)}`).join(", then ")}>
      <div className="spans">
        {spans.map((span, index) => (
          <span
            key={index}
            className={span.phase === "STOPPED" || span.phase === "DELETED" ? "tone-still" : `tone-${severityOf(span.phase).toLowerCase()}`}
            style={{ flexGrow: span.share }}
            title={`${words(span.phase)} for ${duration(span.seconds)}`}
          >
            <span>
              {words(span.phase)} {duration(span.seconds)}
            </span>
          </span>
        ))}
      </div>
      <div className="ends muted small">
        <span>{duration(whole / 1000)} ago</span>
        <span>now</span>
      </div>
    </div>
  );
}
