/** What a cluster spent and what it may spend in a month, changed in place. Somebody else's change is shown, not overwritten. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import type { LimitClearMutation } from "../__generated__/LimitClearMutation.graphql";
import compiled from "../__generated__/LimitQuery.graphql";
import type { LimitSetMutation } from "../__generated__/LimitSetMutation.graphql";
import type { Limit_cluster$data, Limit_cluster$key } from "../__generated__/Limit_cluster.graphql";
import { ChangeForm } from "../changing/ChangeForm";
import { AMOUNT, inUse, money, toMinor } from "../model/amount";
import { words } from "../model/phase";
import { Button } from "../parts/Button";
import { Fact } from "../parts/Fact";
import { Section } from "../parts/Section";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";
import { useRefusal } from "../shell/Viewer";

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
        spend {
          period
          isFinal
          amount {
            decimal
            currency
          }
        }
        spendLimit {
          state
          reason
          limit {
            basis
            enforcement
            moneyReason
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
      title="Spend and limit"
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
        {(data.spend ?? []).map(({ period, amount, isFinal }) => (
          <Fact key={`${period} ${amount.currency}`} title={`Spent in ${period}`}>
            {money(amount)}
            {!isFinal && <span className="muted"> so far</span>}
          </Fact>
        ))}
        <Fact title="In use">{spendLimit.limit?.usage && inUse(spendLimit.limit.usage)}</Fact>
        <Fact title="Held in">{spendLimit.limit && words(spendLimit.limit.basis)}</Fact>
        <Fact title="When reached">{spendLimit.limit && words(spendLimit.limit.enforcement)}</Fact>
      </dl>
      {spendLimit.limit?.moneyReason && <p className="line muted">{spendLimit.limit.moneyReason}</p>}
      {spendLimit.reason && <p className="line muted">{spendLimit.reason}</p>}
      {editing !== null && (
        <Edit id={data.id} revision={editing} status={spendLimit} onRebase={setEditing} onClose={() => setEditing(null)} />
      )}
    </Section>
  );
}

function said({ state, limit }: Status): string {
  if (state === "LIMITED" && limit?.money) return money(limit.money);
  if (state === "UNSUPPORTED") return "Not offered";
  return state === "LIMITED" ? "In use alone" : words(state);
}

interface EditProps {
  id: string;
  revision: string;
  status: Status;
  onRebase: (revision: string) => void;
  onClose: () => void;
}

function Edit({ id, revision, status, onRebase, onClose }: EditProps) {
  const current = status.limit?.money;
  const [typed, setTyped] = useState(current?.decimal ?? "");
  const [set] = useChange<LimitSetMutation>(graphql`
    mutation LimitSetMutation($clusterId: ID!, $limit: SpendLimitInput!, $expectedRevision: Revision, $dryRun: Boolean) {
      setSpendLimit(clusterId: $clusterId, limit: $limit, expectedRevision: $expectedRevision, dryRun: $dryRun) {
        ...answer_limit @relay(mask: false)
      }
    }
  `);
  const [clear] = useChange<LimitClearMutation>(graphql`
    mutation LimitClearMutation($clusterId: ID!, $expectedRevision: Revision, $dryRun: Boolean) {
      clearSpendLimit(clusterId: $clusterId, expectedRevision: $expectedRevision, dryRun: $dryRun) {
        ...answer_limit @relay(mask: false)
      }
    }
  `);
  const currency = current?.currency ?? "USD";
  const [isClearing, setClearing] = useState(false);
  const ask = async (dryRun: boolean) => {
    if (isClearing) return (await clear({ clusterId: id, expectedRevision: revision, dryRun })).clearSpendLimit;
    const limit = { money: { minorUnits: toMinor(typed), currency } };
    return (await set({ clusterId: id, limit, expectedRevision: revision, dryRun })).setSpendLimit;
  };
  return (
    <ChangeForm
      className="edit"
      ask={ask}
      wish={isClearing ? "none" : typed}
      label={isClearing ? "Remove" : "Set"}
      because={isClearing || AMOUNT.test(typed) ? null : "Give an amount, as in 120 or 12.50."}
      onSent={() => {
        say(isClearing ? "Removing the limit was asked for." : "The limit was asked for.");
        onClose();
      }}
      conflict={{ sides: [{ title: "The limit", now: said(status), wanted: isClearing ? "none" : `${typed} ${currency}` }], onRebase }}
      actions={<Button onClick={onClose}>Cancel</Button>}
    >
      <label htmlFor="limit">Limit a month, in {currency}</label>
      <input id="limit" inputMode="decimal" autoComplete="off" autoFocus disabled={isClearing} value={typed} onChange={(event) => setTyped(event.target.value)} />
      {status.state === "LIMITED" && (
        <label className="check">
          <input type="checkbox" checked={isClearing} onChange={(event) => setClearing(event.target.checked)} />
          No limit at all
        </label>
      )}
    </ChangeForm>
  );
}
