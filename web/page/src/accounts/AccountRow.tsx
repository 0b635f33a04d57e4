import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { AccountRow_account$data, AccountRow_account$key } from "../__generated__/AccountRow_account.graphql";
import { duration } from "../model/time";
import { Ago, Due, For } from "../parts/Ago";
import { Button } from "../parts/Button";
import { FreshnessState } from "../parts/Phase";
import { useRefusal } from "../shell/Viewer";
import { Disconnect } from "./Disconnect";
import { Ledger } from "./Ledger";
import { RefreshAccount } from "./RefreshAccount";
import { ReplaceToken } from "./ReplaceToken";

/** One account: its freshness, its budget of requests, its token. */
export function AccountRow({ account }: { account: AccountRow_account$key }) {
  const data = useFragment(
    graphql`
      fragment AccountRow_account on Account {
        id
        name
        externalId
        apiVersion
        token {
          hint
          replacedAt
          isAccepted
          expiresAt
        }
        deletionGuard {
          since
          reason
        }
        requestBudget {
          limit
          remaining
          reserved
          windowSeconds
          resetsAt
        }
        freshness {
          state
          observedAt
          nextAttemptAt
          reason
          lastFailure {
            message
            providerRequestId
          }
        }
      }
    `,
    account,
  );
  const [open, setOpen] = useState<"token" | "disconnect" | "ledger" | null>(null);
  const close = () => setOpen(null);
  const refusal = useRefusal("ADMIN");
  const { freshness, token, deletionGuard: hold } = data;
  return (
    <li className="item account">
      <FreshnessState state={freshness.state} />
      <div className="what">
        <Link className="name" to={`/clusters?account=${encodeURIComponent(data.name)}`}>
          {data.name}
        </Link>{" "}
        <span className="where">{[data.externalId, data.apiVersion && `API ${data.apiVersion}`].filter(Boolean).join(" · ")}</span>
        {freshness.lastFailure && (
          <p className="tone-broken">
            {freshness.lastFailure.message}
            {freshness.lastFailure.providerRequestId && <span className="muted"> Request {freshness.lastFailure.providerRequestId}</span>}
          </p>
        )}
        {hold && (
          <p className="tone-unknown">
            {hold.reason} For <For since={hold.since} />.
          </p>
        )}
        <p className="muted small">
          seen <Ago at={freshness.observedAt} />
          {freshness.nextAttemptAt ? (
            <>
              , next <Due at={freshness.nextAttemptAt} />
            </>
          ) : (
            ", waits for another token"
          )}
          {freshness.reason && ` (${freshness.reason})`}
          {" · "}token …{token.hint} {token.isAccepted === false ? <span className="tone-broken">refused</span> : token.isAccepted ? "accepted" : "not used yet"}, given{" "}
          <Ago at={token.replacedAt} />
          {token.expiresAt && (
            <>
              , ends <Ago at={token.expiresAt} />
            </>
          )}
        </p>
      </div>
      <Budget budget={data.requestBudget} />
      <span className="actions">
        <Button kind="quiet" onClick={() => setOpen("ledger")} aria-label={`Observations of ${data.name}`}>
          Observations
        </Button>
        {open === "ledger" && <Ledger id={data.id} name={data.name} onClose={close} />}
        <RefreshAccount id={data.id} name={data.name} />
        {refusal === null && (
          <>
            <Button kind="quiet" onClick={() => setOpen("token")} aria-label={`Replace the token of ${data.name}`}>
              Token
            </Button>
            <Button kind="quiet" onClick={() => setOpen("disconnect")} aria-label={`Disconnect ${data.name}`}>
              Disconnect
            </Button>
            {open === "token" && <ReplaceToken id={data.id} name={data.name} onClose={close} />}
            {open === "disconnect" && <Disconnect id={data.id} name={data.name} onClose={close} />}
          </>
        )}
      </span>
    </li>
  );
}

const WINDOWS: Record<number, string> = { 1: "second", 60: "minute", 3_600: "hour", 86_400: "day" };

/** How much of the provider's limit is left, with the share that is kept for people at its end. */
function Budget({ budget }: { budget: AccountRow_account$data["requestBudget"] }) {
  if (!budget) return <span className="budget muted small">no known limit</span>;
  const { limit, remaining, reserved, windowSeconds, resetsAt } = budget;
  const share = (value: number) => `${Math.min(100, (value / Math.max(1, limit)) * 100)}%`;
  return (
    <span className="budget">
      <span className="meter" role="img" aria-label={`${remaining} of ${limit} requests left, ${reserved} kept for people`}>
        <span className={remaining <= reserved && windowSeconds > 1 ? "tone-broken" : "tone-fine"} style={{ width: share(remaining) }} />
        <i style={{ left: share(reserved) }} title={`${reserved} are kept for people`} />
      </span>
      <span className="muted small">
        {remaining} of {limit} requests left per {WINDOWS[windowSeconds] ?? duration(windowSeconds)}
        {resetsAt && (
          <>
            ; full again <Due at={resetsAt} />
          </>
        )}
      </span>
    </span>
  );
}
