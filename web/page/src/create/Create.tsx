/** A new cluster: where, what, and then it is followed live. */
import { useMemo } from "react";
import { graphql } from "react-relay";
import { useSearchParams } from "wouter";
import compiled from "../__generated__/CreateQuery.graphql";
import type { CreateQuery } from "../__generated__/CreateQuery.graphql";
import { useAccounts } from "../accounts/useAccounts";
import { Section } from "../parts/Section";
import { Empty, NoAccount, Skeleton } from "../parts/States";
import { useFollowed } from "../relay/useFollowed";
import { useRefusal, useViewer } from "../shell/Viewer";
import { Form } from "./Form";
import { KINDS } from "./kinds";

export default function Create() {
  const { isKnown } = useViewer();
  const refusal = useRefusal("WRITE");
  if (!isKnown) return <Skeleton />;
  if (refusal) {
    return (
      <Empty icon="lock" title="Your key does not create clusters.">
        {refusal}
      </Empty>
    );
  }
  return <Choose />;
}

function Choose() {
  const variables = useMemo(() => ({}), []);
  const [params, setParams] = useSearchParams();
  const { providers, accounts: firstAccounts } = useFollowed<CreateQuery>(
    graphql`
      query CreateQuery {
        providers {
          id
          kind
          name
          capabilities {
            capability
            isSupported
            reason
          }
        }
        accounts(first: 100) {
          ...useAccounts_page @relay(mask: false)
        }
      }
    `,
    variables,
  );
  const accounts = useAccounts(firstAccounts);
  const usable = providers.filter((provider) => accounts.nodes.some((account) => account.provider.kind === provider.kind));
  const account = accounts.nodes.find((one) => one.id === params.get("account"));
  const kind = account?.provider.kind ?? params.get("provider");
  const own = accounts.nodes.filter((one) => one.provider.kind === kind);
  const chosen = account ?? (own.length === 1 ? own[0] : undefined);
  const known = kind === null ? undefined : KINDS[kind];
  const cannot = providers.find((one) => one.kind === kind)?.capabilities.find((one) => one.capability === "CREATE_CLUSTER");
  if (usable.length === 0) return <NoAccount />;
  return (
    <div className="page create">
      <Section title="Where" source={{ document: compiled, variables }}>
        <fieldset className="cards">
          <legend>Provider</legend>
          {usable.map((provider) => (
            <label key={provider.id} className={`card ${provider.kind === kind ? "chosen" : ""}`}>
              <input type="radio" name="provider" checked={provider.kind === kind} onChange={() => setParams({ provider: provider.kind ?? "" }, { replace: true })} />
              <span>
                <strong>{provider.name}</strong>
                <small className="muted">{accounts.nodes.filter((one) => one.provider.kind === provider.kind).length} connected</small>
              </span>
            </label>
          ))}
        </fieldset>
        {kind && (
          <fieldset className="cards">
            <legend>Account</legend>
            {own.map((one) => (
              <label key={one.id} className={`card ${one === chosen ? "chosen" : ""}`}>
                <input type="radio" name="account" checked={one === chosen} onChange={() => setParams({ account: one.id }, { replace: true })} />
                <span>
                  <strong>{one.name}</strong>
                  <small className={one.freshness.state === "CURRENT" ? "muted" : "tone-unknown"}>
                    {one.freshness.state === "CURRENT" ? "up to date" : (one.freshness.lastFailure?.message ?? "not current")}
                  </small>
                </span>
              </label>
            ))}
          </fieldset>
        )}
      </Section>
      {cannot && !cannot.isSupported ? (
        <Empty icon="UNKNOWN" title="This provider creates no clusters.">
          {cannot.reason}
        </Empty>
      ) : (
        known && chosen && <Form key={chosen.id} kind={known} accountId={chosen.id} />
      )}
    </div>
  );
}
