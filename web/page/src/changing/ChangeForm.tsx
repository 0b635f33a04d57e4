/** The form of a change: made at once, or shown by a dry run first. Every change that is asked for in a form passes here. */
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/Button";
import { Fact } from "../parts/Fact";
import { Plan } from "./Plan";
import type { Answer, Ask, Refusal } from "./types";

/** What is done when somebody else was first: both values are shown, and the new state can be taken as the basis. */
export interface Conflict {
  sides: readonly { title: string; now: string; wanted: string }[];
  onRebase: (revision: string) => void;
}

export interface ChangeFormProps {
  ask: Ask;
  /** The whole input as text. The plan of another input is not shown. */
  wish?: string;
  /** Its input can hold secrets, so that its plan is applied with the input once more: `ask` takes the digest. */
  hasSecrets?: boolean;
  /** It changes nothing at a provider, so that there is no dry run. */
  isOurs?: boolean;
  /** What the button says that makes the change. */
  label: string;
  kind?: "primary" | "danger";
  /** Why it cannot be asked for as it stands. */
  because?: string | null;
  className?: string;
  /** Beside the buttons. */
  actions?: ReactNode;
  onSent: (operationId: string | null) => void;
  /** Shows what was refused elsewhere. Without it, it is shown here. An empty list: nothing is refused any more. */
  onRefused?: (said: readonly Refusal[]) => void;
  conflict?: Conflict;
  children?: ReactNode;
}

export function ChangeForm({ ask, wish = "", hasSecrets = false, isOurs = false, label, kind = "primary", because = null, className, actions, onSent, onRefused, conflict, children }: ChangeFormProps) {
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const [planned, setPlanned] = useState<{ wish: string; plan: NonNullable<Answer["plan"]> } | null>(null);
  const tell = (said: readonly Refusal[]) => {
    (onRefused ?? setRefused)(said);
    setPlanned(null);
  };
  const request = async (dryRun: boolean, plan?: string) => {
    setBusy(true);
    const answer = await ask(dryRun, plan).finally(() => setBusy(false));
    if (!answer) return;
    tell(answer.userErrors);
    if (answer.userErrors.length > 0) return;
    if (answer.plan) setPlanned({ wish, plan: answer.plan });
    else onSent(answer.operation?.id ?? null);
  };
  const lost = refused.find((one) => one.currentRevision);
  const reason = isBusy ? "It is being asked for." : because;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!reason) void request(false);
  };
  return (
    <form className={className} onSubmit={submit}>
      {children}
      {lost && conflict ? (
        <div className="conflict" role="alert">
          <p>{lost.message}</p>
          <dl className="facts two">
            {conflict.sides.flatMap(({ title, now, wanted }) => [
              <Fact key={`${title} now`} title={`${title} is now`}>
                {now}
              </Fact>,
              <Fact key={`${title} wanted`} title={`${title} you want`}>
                {wanted}
              </Fact>,
            ])}
          </dl>
          <Button
            onClick={() => {
              conflict.onRebase(lost.currentRevision ?? "");
              setRefused([]);
            }}
          >
            Take the new state as the basis
          </Button>
        </div>
      ) : (
        refused.length > 0 && <Refusals said={refused} />
      )}
      <footer className="submit">
        {actions}
        <span className="spread muted small">{reason}</span>
        {!isOurs && (
          <Button because={reason} onClick={() => void request(true)}>
            Dry run
          </Button>
        )}
        <Button type="submit" kind={kind} because={reason}>
          {label}
        </Button>
      </footer>
      {planned?.wish === wish && <Plan key={planned.plan.digest} plan={planned.plan} onRefused={tell} onSent={onSent} {...(hasSecrets && { onAgain: (digest) => void request(false, digest) })} />}
    </form>
  );
}

export function Refusals({ said }: { said: readonly Refusal[] }) {
  return (
    <ul className="faults" role="alert">
      {said.map(({ message, path }) => (
        <li key={message} className="tone-broken">
          {message} {path && path.length > 1 && <code>{path.slice(1).join(".")}</code>}
        </li>
      ))}
    </ul>
  );
}
