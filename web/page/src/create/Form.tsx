/** What the new cluster is to be, from what its account can offer. */
import { useRef, useState } from "react";
import { graphql } from "react-relay";
import { useLocation } from "wouter";
import type { FormMutation } from "../__generated__/FormMutation.graphql";
import compiled from "../__generated__/useOffersQuery.graphql";
import { ChangeForm, Refusals } from "../changing/ChangeForm";
import { randomKey } from "../changing/randomKey";
import type { Refusal } from "../changing/types";
import type { Values } from "../parts/fields";
import { Section } from "../parts/Section";
import { useChange } from "../relay/useChange";
import { AccountPlan } from "./AccountPlan";
import type { Kind } from "./types";
import { useOffers } from "./useOffers";

export function Form({ kind, accountId }: { kind: Kind; accountId: string }) {
  const { offers, account } = useOffers(accountId);
  const { Fields, nameRule, initial, toSpec } = kind;
  const [name, setName] = useState("");
  const [values, setValues] = useState<Values>(initial);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const idempotencyKey = useRef(randomKey());
  const [, go] = useLocation();
  const [change] = useChange<FormMutation>(graphql`
    mutation FormMutation($input: CreateClusterInput!, $dryRun: Boolean) {
      createCluster(input: $input, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  const wrongName = name !== "" && !nameRule.pattern.test(name);
  const { spec, missing } = toSpec(values);
  const because = name === "" ? "Give it a name." : wrongName ? nameRule.said : missing ? `Give ${missing}.` : null;
  const ask = async (dryRun: boolean) => {
    const key = dryRun ? null : { idempotencyKey: idempotencyKey.current };
    const { createCluster } = await change({ input: { accountId, name, spec, ...key }, dryRun });
    if (createCluster?.userErrors.length) idempotencyKey.current = randomKey(); // it is another wish once it is mended
    return createCluster;
  };
  const ofName = refused.find(({ path }) => path?.at(-1) === "name");
  const elsewhere = refused.filter((one) => one !== ofName);
  return (
    <Section title="What" source={{ document: compiled, variables: { accountId, accountIds: [accountId] } }}>
      <ChangeForm
        ask={ask}
        wish={JSON.stringify({ name, spec })}
        label="Create the cluster"
        because={because}
        onRefused={setRefused}
        onSent={(id) => go(id ? `/operations/${encodeURIComponent(id)}` : "/operations")}
        actions={<span className="muted small">The answer comes at once. The operation is followed until an observation shows the cluster.</span>}
      >
        {account && <AccountPlan account={account} />}
        <div className="fields">
          <div className="field">
            <label htmlFor="create-name">Name</label>
            <input
              id="create-name"
              autoComplete="off"
              spellCheck={false}
              value={name}
              aria-invalid={wrongName}
              aria-describedby="create-name-rule"
              onChange={(event) => setName(event.target.value)}
            />
            <small id="create-name-rule" className={wrongName || ofName ? "tone-broken" : "muted"}>
              {ofName?.message ?? nameRule.said}
            </small>
          </div>
          <Fields values={values} offers={offers} onChange={(changed) => setValues((before) => ({ ...before, ...changed }))} />
        </div>
        {offers.cut.length > 0 && <p className="line muted small">Not all {offers.cut.join(" and ")} of the account are read yet.</p>}
        {elsewhere.length > 0 && <Refusals said={elsewhere} />}
      </ChangeForm>
    </Section>
  );
}
