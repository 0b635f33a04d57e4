/** What the new cluster is to be, from what its account can offer. */
import { type FormEvent, useMemo, useRef, useState } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";
import { useLocation } from "wouter";
import type { FormMutation } from "../__generated__/FormMutation.graphql";
import type { FormPlanMutation, FormPlanMutation$data } from "../__generated__/FormPlanMutation.graphql";
import compiled from "../__generated__/FormQuery.graphql";
import type { FormQuery } from "../__generated__/FormQuery.graphql";
import { Button } from "../parts/Button";
import { Section } from "../parts/Section";
import { useChange } from "../relay/useChange";
import { Plan } from "./Plan";
import type { Fault, Kind, Offers, Values } from "./types";

export function Form({ kind, accountId }: { kind: Kind; accountId: string }) {
  const offers = useOffers(accountId);
  const { Fields, nameRule, initial, toSpec } = kind;
  const [name, setName] = useState("");
  const [values, setValues] = useState<Values>(initial);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const idempotencyKey = useRef(randomKey());
  const [, go] = useLocation();
  const [change, isBusy] = useChange<FormMutation>(graphql`
    mutation FormMutation($input: CreateClusterInput!) {
      createCluster(input: $input) {
        userErrors {
          __typename
          message
          path
        }
        operation {
          id
        }
      }
    }
  `);
  const [planFor, isPlanning] = useChange<FormPlanMutation>(graphql`
    mutation FormPlanMutation($input: CreateClusterInput!) {
      createCluster(input: $input, dryRun: true) {
        userErrors {
          __typename
          message
          path
        }
        plan {
          digest
          ...Plan_plan
        }
      }
    }
  `);
  const [planned, setPlanned] = useState<{ wish: string; plan: Planned } | null>(null);
  const wrongName = name !== "" && !nameRule.pattern.test(name);
  const { spec, missing } = toSpec(values);
  const wish = JSON.stringify({ name, spec });
  const because = isBusy || isPlanning ? "It is being asked for." : name === "" ? "Give it a name." : wrongName ? nameRule.said : missing ? `Give ${missing}.` : null;
  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (because) return;
    const { createCluster } = await change({ input: { accountId, name, spec, idempotencyKey: idempotencyKey.current } });
    if (!createCluster) return;
    setFaults(createCluster.userErrors);
    if (createCluster.userErrors.length > 0) {
      idempotencyKey.current = randomKey(); // what was refused is another wish once it is mended
      return;
    }
    go(createCluster.operation ? `/operations/${encodeURIComponent(createCluster.operation.id)}` : "/operations");
  };
  const show = async () => {
    const { createCluster } = await planFor({ input: { accountId, name, spec } });
    if (!createCluster) return;
    setFaults(createCluster.userErrors);
    setPlanned(createCluster.plan ? { wish, plan: createCluster.plan } : null);
  };
  const refused = (said: readonly Fault[]) => {
    setFaults(said);
    setPlanned(null);
  };
  const elsewhere = faults.filter((fault) => fault.path.at(-1) !== "name");
  return (
    <form onSubmit={create}>
      <Section title="What" source={{ document: compiled, variables: { accountId } }}>
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
            <small id="create-name-rule" className={wrongName ? "tone-broken" : "muted"}>
              {faults.find((fault) => fault.path.at(-1) === "name")?.message ?? nameRule.said}
            </small>
          </div>
          <Fields values={values} offers={offers} onChange={(changed) => setValues((before) => ({ ...before, ...changed }))} />
        </div>
        {elsewhere.length > 0 && (
          <ul className="faults" role="alert">
            {elsewhere.map((fault) => (
              <li key={fault.message} className="tone-broken">
                {fault.message} {fault.path.length > 1 && <code>{fault.path.slice(1).join(".")}</code>}
              </li>
            ))}
          </ul>
        )}
        <footer className="submit">
          <span className="muted small">The answer comes at once. The operation is followed until an observation shows the cluster.</span>
          <span className="spread" />
          <Button because={because} onClick={() => void show()}>
            Dry run
          </Button>
          <Button type="submit" kind="primary" because={because}>
            Create the cluster
          </Button>
        </footer>
      </Section>
      {planned?.wish === wish && <Plan key={planned.plan.digest} plan={planned.plan} onRefused={refused} />}
    </form>
  );
}

type Planned = NonNullable<NonNullable<FormPlanMutation$data["createCluster"]>["plan"]>;

/** A random name of this wish: repeated, it makes no second cluster. Works without a secure context, too. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function useOffers(accountId: string): Offers {
  const variables = useMemo(() => ({ accountId, accountIds: [accountId] }), [accountId]);
  const { node, integrations } = useLazyLoadQuery<FormQuery>(
    graphql`
      query FormQuery($accountId: ID!, $accountIds: [ID!]!) {
        node(id: $accountId) {
          ... on Account {
            regions(first: 100) {
              nodes {
                name
                location
                cloud
                isServerless
              }
            }
            instanceTypes(first: 100) {
              nodes {
                name
                cloud
                region
                cpuMillicores
                memoryMiB
              }
            }
          }
        }
        integrations(first: 100, filter: { accountIds: $accountIds }) {
          nodes {
            id
            name
            cloud
          }
        }
      }
    `,
    variables,
  );
  return {
    regions: node?.regions?.nodes ?? [],
    instanceTypes: node?.instanceTypes?.nodes ?? [],
    integrations: integrations.nodes,
  };
}
