/** What an event says: from what to what, or what was asked for, in words. */
import { Link } from "wouter";
import { spelled, words } from "../model/phase";
import { Phase, OperationState } from "../parts/Phase";
import type { Event } from "./useFeed";

const SUBJECTS: Record<string, string> = { VERSION_CHANGED: "Version", LIMIT_CHANGED: "Limit" };

/** What is needed of an event. */
type Happened = Pick<Event, "kind" | "from" | "to" | "message" | "operationKind" | "operation">;

export function Happening({ event }: { event: Happened }) {
  const { kind, from, to, message } = event;
  switch (kind) {
    case "PHASE_CHANGED":
      return (
        <>
          {from ? <Phase phase={from} /> : <span className="muted">first seen</span>}
          <Became />
          <Phase phase={to ?? "UNKNOWN"} />
        </>
      );
    case "VERSION_CHANGED":
    case "LIMIT_CHANGED":
      return (
        <>
          <span className="muted">{SUBJECTS[kind]}</span> {from ? spelled(from) : "none"}
          <Became />
          {to ? spelled(to) : "none"}
        </>
      );
    case "REVISION_CHANGED":
      return <span>Its settings were changed.</span>;
    case "OPERATION_BEGUN":
    case "OPERATION_ENDED":
      return (
        <>
          <Operation event={event} />
          {kind === "OPERATION_ENDED" && to ? <OperationState state={to} /> : <span className="muted">was asked for</span>}
        </>
      );
    case "ACCOUNT_FAILED":
      return <span className="tone-broken">{message ?? "It could not be observed."}</span>;
    case "ACCOUNT_RECOVERED":
      return <span className="tone-fine">{message ?? "It is observed again."}</span>;
    default:
      return <span className="muted">{words(kind)}</span>;
  }
}

function Operation({ event }: { event: Happened }) {
  const said = event.operationKind ? words(event.operationKind) : "A change";
  return event.operation ? <Link to={`/operations/${encodeURIComponent(event.operation.id)}`}>{said}</Link> : <span>{said}</span>;
}

function Became() {
  return (
    <span className="muted" role="img" aria-label="became">
      →
    </span>
  );
}
