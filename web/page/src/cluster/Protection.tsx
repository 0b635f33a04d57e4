/** Turns the protection from deletion on and off, where the provider has it. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import type { ProtectionMutation } from "../__generated__/ProtectionMutation.graphql";
import type { Protection_cluster$key } from "../__generated__/Protection_cluster.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { KINDS } from "../create/kinds";
import { Button } from "../parts/Button";
import { useChange } from "../relay/useChange";
import { useRefusal } from "../shell/Viewer";

export function Protection({ cluster }: { cluster: Protection_cluster$key }) {
  const data = useFragment(
    graphql`
      fragment Protection_cluster on Cluster {
        id
        isDeletionProtected
        revision
        provider {
          kind
        }
        operation {
          id
        }
        capabilities {
          capability
          isSupported
          reason
        }
      }
    `,
    cluster,
  );
  const refusal = useRefusal("WRITE");
  const [isOpen, setOpen] = useState(false);
  const [change] = useChange<ProtectionMutation>(graphql`
    mutation ProtectionMutation($id: ID!, $input: UpdateClusterInput!, $expectedRevision: Revision, $dryRun: Boolean) {
      updateCluster(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  const { isDeletionProtected: isOn, provider } = data;
  if (isOn == null) return null;
  const said = isOn ? "on" : "off";
  const protect = KINDS[provider.kind ?? ""]?.protect;
  if (refusal || !protect) return said;
  const support = data.capabilities.find((one) => one.capability === "UPDATE_CLUSTER");
  const because = !support?.isSupported
    ? (support?.reason ?? "The provider cannot do this.")
    : data.operation
      ? "A change is on its way."
      : null;
  const turned = isOn ? "off" : "on";
  return (
    <>
      {said}
      <Button className="small" because={because} onClick={() => setOpen(true)}>
        Turn {turned}
        <span className="sr"> the protection from deletion</span>
      </Button>
      {isOpen && (
        <ChangeDialog
          title={`Turn the protection from deletion ${turned}`}
          done={`Turning it ${turned} was asked for.`}
          label={`Turn it ${turned}`}
          ask={async (dryRun) => (await change({ id: data.id, input: protect(!isOn), expectedRevision: data.revision, dryRun })).updateCluster}
          onClose={() => setOpen(false)}
        >
          <p>{isOn ? "The cluster can be deleted then." : "Nobody can delete the cluster until it is turned off."}</p>
        </ChangeDialog>
      )}
    </>
  );
}
