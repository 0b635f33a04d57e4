/** Turns the protection from deletion on and off, where the provider has it. */
import { graphql, useFragment } from "react-relay";
import type { ProtectionMutation } from "../__generated__/ProtectionMutation.graphql";
import type { Protection_cluster$key } from "../__generated__/Protection_cluster.graphql";
import { KINDS } from "../create/kinds";
import { Button } from "../parts/Button";
import { useChange } from "../relay/useChange";
import { useRefusal } from "../shell/Viewer";
import { tell } from "./useVerbs";

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
  const [change, isBusy] = useChange<ProtectionMutation>(graphql`
    mutation ProtectionMutation($id: ID!, $input: UpdateClusterInput!, $expectedRevision: Revision) {
      updateCluster(id: $id, input: $input, expectedRevision: $expectedRevision) {
        userErrors {
          __typename
          message
        }
        cluster {
          ...Header_cluster
          ...Protection_cluster
        }
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
    : data.operation || isBusy
      ? "A change is on its way."
      : null;
  const turn = async () => {
    const { updateCluster } = await change({ id: data.id, input: protect(!isOn), expectedRevision: data.revision });
    tell(updateCluster, `Turning it ${isOn ? "off" : "on"} was asked for.`);
  };
  return (
    <>
      {said}
      <Button className="small" because={because} onClick={turn}>
        Turn {isOn ? "off" : "on"}
        <span className="sr"> the protection from deletion</span>
      </Button>
    </>
  );
}
