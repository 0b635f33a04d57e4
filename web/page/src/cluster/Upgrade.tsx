/** Upgrades a cluster to a version that its provider offers. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { UpgradeMutation } from "../__generated__/UpgradeMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { useChange } from "../relay/useChange";

interface UpgradeProps {
  cluster: {
    readonly id: string;
    readonly revision: string;
    readonly version: string | null | undefined;
    readonly upgrade: { readonly versions: readonly string[] | null | undefined };
  };
  onClose: () => void;
}

export function Upgrade({ cluster, onClose }: UpgradeProps) {
  const offered = cluster.upgrade.versions ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const version = offered.find((one) => one === chosen) ?? offered.at(-1) ?? null;
  const [change] = useChange<UpgradeMutation>(graphql`
    mutation UpgradeMutation($id: ID!, $version: String, $expectedRevision: Revision, $dryRun: Boolean) {
      upgradeCluster(id: $id, version: $version, expectedRevision: $expectedRevision, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  return (
    <ChangeDialog
      title="Upgrade the cluster"
      done="The upgrade was asked for."
      label="Upgrade"
      wish={version ?? ""}
      because={version === null ? "No version is on offer." : null}
      ask={async (dryRun) => (await change({ id: cluster.id, version, expectedRevision: cluster.revision, dryRun })).upgradeCluster}
      onClose={onClose}
    >
      <p className="muted">It runs {cluster.version ?? "a version that is not known"}.</p>
      <label htmlFor="upgrade-version">To the version</label>
      <select id="upgrade-version" value={version ?? ""} onChange={(event) => setChosen(event.target.value)}>
        {offered.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </ChangeDialog>
  );
}
