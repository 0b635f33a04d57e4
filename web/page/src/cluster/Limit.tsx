/** What a cluster may spend in a month, changed in place. Somebody else's change is shown, not overwritten. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import type { LimitClearMutation } from "../__generated__/LimitClearMutation.graphql";
import compiled from "../__generated__/LimitQuery.graphql";
import type { LimitSetMutation } from "../__generated__/LimitSetMutation.graphql";
import type { Limit_cluster$data, Limit_cluster$key } from "../__generated__/Limit_cluster.graphql";
import { inUse, money } from "../model/amount";
import { words } from "../model/phase";
import { Button } from "../parts/Button";
import { Fact } from "../parts/Fact";
import { Section } from "../parts/Section";
import { useChange } from "../relay/useChange";
import { useRefusal } from "../shell/Viewer";
import { tell } from "./useVerbs";

type Status = Limit_cluster$data["spendLimit"];

export function Limit({ cluster, id }: { cluster: Limit_cluster$key; id: string }) {
  const data = useFragment(
    graphql`
      fragment Limit_cluster on Cluster @refetchable(queryName: "LimitQuery") {
        id
        revision
        capabilities {
          capability
          isSupported
          reason
        }
        operation {
          id
        }
        spendLimit {
          state
          reason
          limit {
            basis
            enforcement
            money {
              minorUnits
              decimal
              currency
            }
            usage {
              requestUnits
              storageMiB
              provisionedVcpus
            }
          }
        }
      }
    `,
    cluster,
  );
  const [editing, setEditing] = useState<string | null>(null);
  const refusal = useRefusal("WRITE");
  const support = data.capabilities.find((one) => one.capability === "SPEND_LIMIT");
  const because = support?.isSupported ? (data.operation ? "A change is on its way." : null) : (support?.reason ?? "The provider cannot do this.");
  const { spendLimit } = data;
  return (
    <Section
      title="Monthly limit"
      source={{ document: compiled, variables: { id } }}
      actions={
        refusal === null &&
        editing === null && (
          <Button kind="quiet" icon="edit" because={because} onClick={() => setEditing(data.revision)}>
            Change
          </Button>
        )
      }
    >
      <dl className="facts">
        <Fact title="Limit">{said(spendLimit)}</Fact>
        <Fact title="In use">{spendLimit.limit?.usage && inUse(spendLimit.limit.usage)}</Fact>
        <Fact title="Held in">{spendLimit.limit && words(spendLimit.limit.basis)}</Fact>
        <Fact title="When reached">{spendLimit.limit && words(spendLimit.limit.enforcement)}</Fact>
      </dl>
      {spendLimit.reason && <p className="line muted">{spendLimit.reason}</p>}
      {editing !== null && (
        <Edit id={data.id} revision={editing} status={spendLimit} onRebase={setEditing} onClose={() => setEditing(null)} />
      )}
    </Section>
  );
}

function said({ state, limit }: Status): string {
  if (state === "LIMITED" && limit?.money) return money(limit.money);
  return state === "LIMITED" ? "In use alone" : words(state);
}

interface EditProps {
  id: string;
  revision: string;
  status: Status;
  onRebase: (revision: string) => void;
  onClose: () => void;
}

interface Conflict {
  message: string;
  revision: string | null | undefined;
}

const AMOUNT = /^\d{1,9}(\.\d{1,2})?$/;

const toMinor = (typed: string): string => {
  const [whole = "0", cents = ""] = typed.split(".");
  return String(BigInt(whole) * 100n + BigInt(cents.padEnd(2, "0")));
};

function Edit({ id, revision, status, onRebase, onClose }: EditProps) {
  const current = status.limit?.money;
  const [typed, setTyped] = useState(current?.decimal ?? "");
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [set, isSetting] = useChange<LimitSetMutation>(graphql`
    mutation LimitSetMutation($clusterId: ID!, $limit: SpendLimitInput!, $expectedRevision: Revision) {
      setSpendLimit(clusterId: $clusterId, limit: $limit, expectedRevision: $expectedRevision) {
        userErrors {
          __typename
          message
          ... on ConflictError {
            currentRevision
          }
        }
        cluster {
          ...Header_cluster
          ...Limit_cluster
        }
      }
    }
  `);
  const [clear, isClearing] = useChange<LimitClearMutation>(graphql`
    mutation LimitClearMutation($clusterId: ID!, $expectedRevision: Revision) {
      clearSpendLimit(clusterId: $clusterId, expectedRevision: $expectedRevision) {
        userErrors {
          __typename
          message
          ... on ConflictError {
            currentRevision
          }
        }
        cluster {
          ...Header_cluster
          ...Limit_cluster
        }
      }
    }
  `);
  const settle = (payload: LimitSetMutation["response"]["setSpendLimit"], done: string) => {
    const refused = payload?.userErrors[0];
    if (refused?.__typename === "ConflictError" && refused.currentRevision) {
      setConflict({ message: refused.message, revision: refused.currentRevision });
    } else if (tell(payload, done)) onClose();
  };
  const isBusy = isSetting || isClearing;
  const because = isBusy ? "It is being asked for." : AMOUNT.test(typed) ? null : "Give an amount, as in 120 or 12.50.";
  return (
    <form
      className="edit"
      onSubmit={async (event) => {
        event.preventDefault();
        if (because) return;
        const limit = { money: { minorUnits: toMinor(typed), currency: current?.currency ?? "USD" } };
        settle((await set({ clusterId: id, limit, expectedRevision: revision })).setSpendLimit, "The limit was asked for.");
      }}
    >
      <label htmlFor="limit">Limit a month, in {current?.currency ?? "USD"}</label>
      <input id="limit" inputMode="decimal" autoComplete="off" autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} />
      {conflict && (
        <div className="conflict" role="alert">
          <p>{conflict.message}</p>
          <dl className="facts two">
            <Fact title="It is now">{said(status)}</Fact>
            <Fact title="You want">{`${typed} ${current?.currency ?? "USD"}`}</Fact>
          </dl>
          <Button
            onClick={() => {
              onRebase(conflict.revision ?? revision);
              setConflict(null);
            }}
          >
            Take the new state as the basis
          </Button>
        </div>
      )}
      <footer>
        <Button onClick={onClose}>Cancel</Button>
        {status.state === "LIMITED" && (
          <Button
            because={isBusy ? "It is being asked for." : null}
            onClick={async () =>
              settle((await clear({ clusterId: id, expectedRevision: revision })).clearSpendLimit, "Removing the limit was asked for.")
            }
          >
            Remove the limit
          </Button>
        )}
        <Button type="submit" kind="primary" because={because}>
          Set
        </Button>
      </footer>
    </form>
  );
}
