/** The lock of a cluster, which keeps everybody from changing it at its provider. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import type { LockMutation } from "../__generated__/LockMutation.graphql";
import type { LockUnlockMutation } from "../__generated__/LockUnlockMutation.graphql";
import type { Lock_cluster$data, Lock_cluster$key } from "../__generated__/Lock_cluster.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { plural } from "../model/amount";
import { Ago } from "../parts/Ago";
import { Banner } from "../parts/Banner";
import { Button } from "../parts/Button";
import { Text, type Values, whole } from "../parts/fields";
import { useChange } from "../relay/useChange";

export type Lock = NonNullable<NonNullable<Lock_cluster$data["details"]>["lock"]>;

/** Null where it is not locked, or its provider has no locks. */
export function useLock(cluster: Lock_cluster$key): { id: string; lock: Lock | null } {
  const { id, details } = useFragment(
    graphql`
      fragment Lock_cluster on Cluster {
        id
        details {
          ... on QoveryClusterDetails {
            lock {
              reason
              owner
              lockedAt
              days
            }
          }
        }
      }
    `,
    cluster,
  );
  return { id, lock: details?.lock ?? null };
}

export function Locked({ lock }: { lock: Lock }) {
  return (
    <Banner tone="unknown">
      {lock.owner ? `Locked by ${lock.owner}` : "Locked"}
      {lock.lockedAt && (
        <>
          {" "}
          <Ago at={lock.lockedAt} />
        </>
      )}
      {lock.days != null && ` for ${plural(lock.days, "day")}`}
      {lock.reason ? `: ${lock.reason}` : "."}
    </Banner>
  );
}

/** `because`: why its lock cannot be changed now. */
export function LockButton({ cluster, because }: { cluster: Lock_cluster$key; because: string | null }) {
  const { id, lock } = useLock(cluster);
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  const [unlock] = useChange<LockUnlockMutation>(graphql`
    mutation LockUnlockMutation($id: ID!, $dryRun: Boolean) {
      unlockCluster(id: $id, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  return (
    <>
      <Button because={because} onClick={() => setOpen(true)}>
        {lock ? "Unlock" : "Lock"}
      </Button>
      {isOpen && !lock && <Wanted id={id} onClose={close} />}
      {isOpen && lock && (
        <ChangeDialog title="Unlock the cluster" done="Unlocking was asked for." label="Unlock" ask={async (dryRun) => (await unlock({ id, dryRun })).unlockCluster} onClose={close}>
          <p>Everybody who may can change the cluster again.</p>
        </ChangeDialog>
      )}
    </>
  );
}

function Wanted({ id, onClose }: { id: string; onClose: () => void }) {
  const [values, setValues] = useState<Values>({});
  const [lock] = useChange<LockMutation>(graphql`
    mutation LockMutation($id: ID!, $reason: String!, $days: Int, $dryRun: Boolean) {
      lockCluster(id: $id, reason: $reason, days: $days, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  const given = { values, onChange: (changed: Values) => setValues((before) => ({ ...before, ...changed })) };
  const reason = values.reason?.trim() ?? "";
  const days = whole(values.days);
  return (
    <ChangeDialog
      title="Lock the cluster"
      done="The lock was asked for."
      label="Lock"
      wish={JSON.stringify([reason, days])}
      because={reason === "" ? "Say why." : values.days && !days ? "Give a whole number of days, or none." : null}
      ask={async (dryRun) => (await lock({ id, reason, days, dryRun })).lockCluster}
      onClose={onClose}
    >
      <p>Until it is unlocked, its provider refuses changes of it, whoever asks.</p>
      <div className="fields">
        <Text {...given} name="reason" title="Reason" placeholder="Black Friday freeze" note="Whoever is refused reads it." />
        <Text {...given} name="days" title="Days" inputMode="numeric" note="Without a number, it has no end." />
      </div>
    </ChangeDialog>
  );
}
