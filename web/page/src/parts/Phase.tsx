/** A phase as a person sees it: a shape, a colour and the word. */
import { SEVERITIES, severityOf, words } from "../model/phase";
import { Icon, type IconName } from "./icons";

export function phaseIcon(phase: string): IconName {
  return phase === "STOPPED" || phase === "DELETED" ? "STOPPED" : severityOf(phase);
}

export function Phase({ phase, word }: { phase: string; word?: string | null | undefined }) {
  const isOther = word && word.toLowerCase() !== phase.toLowerCase();
  return (
    <span className={`phase tone-${tone(phase)}`} title={isOther ? `The provider says: ${word}` : undefined}>
      <Icon name={phaseIcon(phase)} size={14} />
      {words(phase)}
    </span>
  );
}

export function tone(phase: string): string {
  return phase === "STOPPED" || phase === "DELETED" ? "still" : severityOf(phase).toLowerCase();
}

const OPERATION_TONES: Record<string, [string, IconName]> = {
  RUNNING: ["moving", "MOVING"],
  UNCONFIRMED: ["unknown", "UNKNOWN"],
  SUCCEEDED: ["fine", "FINE"],
  FAILED: ["broken", "BROKEN"],
  TIMED_OUT: ["broken", "STUCK"],
};

export function OperationState({ state }: { state: string }) {
  const [tone, icon] = OPERATION_TONES[state] ?? ["unknown", "UNKNOWN"];
  return (
    <span className={`phase tone-${tone}`}>
      <Icon name={icon} size={14} />
      {words(state)}
    </span>
  );
}

const FRESHNESS_TONES: Record<string, [string, IconName]> = {
  CURRENT: ["fine", "FINE"],
  STALE: ["unknown", "STUCK"],
  UNREACHABLE: ["broken", "BROKEN"],
  NEVER_OBSERVED: ["unknown", "UNKNOWN"],
};

export function FreshnessState({ state }: { state: string }) {
  const [tone, icon] = FRESHNESS_TONES[state] ?? ["unknown", "UNKNOWN"];
  return (
    <span className={`phase tone-${tone}`}>
      <Icon name={icon} size={14} />
      {words(state)}
    </span>
  );
}

/** A severity of a newer API is unknown to this page. */
export const knownSeverity = (severity: string): (typeof SEVERITIES)[number] => SEVERITIES.find((one) => one === severity) ?? "UNKNOWN";

export function Severity({ severity }: { severity: string }) {
  const name = knownSeverity(severity);
  return (
    <span className={`phase tone-${name.toLowerCase()}`}>
      <Icon name={name} size={14} />
      {words(severity)}
    </span>
  );
}
