/** The networks that may connect to a cluster, where its provider keeps a list of them. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import type { NetworksAllowMutation } from "../__generated__/NetworksAllowMutation.graphql";
import type { NetworksDisallowMutation } from "../__generated__/NetworksDisallowMutation.graphql";
import compiled from "../__generated__/NetworksQuery.graphql";
import type { Networks_cluster$key } from "../__generated__/Networks_cluster.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { Button, IconButton } from "../parts/Button";
import { Section } from "../parts/Section";
import { useChange } from "../relay/useChange";
import { useRefusal } from "../shell/Viewer";

export function Networks({ cluster, id }: { cluster: Networks_cluster$key; id: string }) {
  const data = useFragment(
    graphql`
      fragment Networks_cluster on Cluster @refetchable(queryName: "NetworksQuery") {
        id
        operation {
          id
        }
        capabilities {
          capability
          isSupported
        }
        allowlist {
          isPropagating
          networks {
            cidr
            name
            allowsSql
            allowsUi
          }
        }
      }
    `,
    cluster,
  );
  const refusal = useRefusal("WRITE");
  const [isAdding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<string | null>(null);
  const [disallow] = useChange<NetworksDisallowMutation>(graphql`
    mutation NetworksDisallowMutation($id: ID!, $cidr: String!, $dryRun: Boolean) {
      disallowNetwork(id: $id, cidr: $cidr, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
        cluster {
          ...Networks_cluster
        }
      }
    }
  `);
  if (!data.capabilities.some((one) => one.capability === "ALLOWLIST" && one.isSupported)) return null;
  const { allowlist } = data;
  const because = data.operation ? "A change is on its way." : null;
  return (
    <Section
      title="Networks that may connect"
      note={allowlist?.isPropagating && "not every entry is in force yet"}
      source={{ document: compiled, variables: { id } }}
      actions={
        refusal === null && (
          <Button kind="quiet" icon="plus" because={because} onClick={() => setAdding(true)}>
            Allow
          </Button>
        )
      }
    >
      {!allowlist ? (
        <p className="line muted">They were not observed yet.</p>
      ) : allowlist.networks.length === 0 ? (
        <p className="line muted">None: nobody can connect.</p>
      ) : (
        <ul className="items narrow">
          {allowlist.networks.map(({ cidr, name, allowsSql, allowsUi }) => (
            <li key={cidr} className="item">
              <div className="what">
                <span className="mono">{cidr}</span>{" "}
                {name && <span className="where">{name}</span>}
              </div>
              <span className="when">{[allowsSql && "SQL", allowsUi && "console"].filter(Boolean).join(", ")}</span>
              {refusal === null && (
                <span className="actions">
                  <IconButton icon="close" label={`Take ${cidr} off`} because={because} onClick={() => setRemoved(cidr)} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {isAdding && <Allow id={data.id} onClose={() => setAdding(false)} />}
      {removed && (
        <ChangeDialog
          title={`Take ${removed} off the list`}
          done="It was asked for."
          label="Take it off"
          kind="danger"
          ask={async (dryRun) => (await disallow({ id: data.id, cidr: removed, dryRun })).disallowNetwork}
          onClose={() => setRemoved(null)}
        >
          <p>Nobody connects from there any more, unless another entry lets them.</p>
        </ChangeDialog>
      )}
    </Section>
  );
}

function Allow({ id, onClose }: { id: string; onClose: () => void }) {
  const [network, setNetwork] = useState({ cidr: "", name: "", allowsSql: true, allowsUi: true });
  const [allow] = useChange<NetworksAllowMutation>(graphql`
    mutation NetworksAllowMutation($id: ID!, $network: AllowedNetworkInput!, $dryRun: Boolean) {
      allowNetwork(id: $id, network: $network, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
        cluster {
          ...Networks_cluster
        }
      }
    }
  `);
  const wanted = { ...network, cidr: network.cidr.trim(), name: network.name.trim() || null };
  return (
    <ChangeDialog
      title="Let a network connect"
      done="It was asked for."
      label="Allow"
      wish={JSON.stringify(wanted)}
      because={wanted.cidr === "" ? "Give the network." : null}
      ask={async (dryRun) => (await allow({ id, network: wanted, dryRun })).allowNetwork}
      onClose={onClose}
    >
      <label htmlFor="network-cidr">Network</label>
      <input id="network-cidr" className="mono" autoComplete="off" placeholder="192.0.2.0/24" value={network.cidr} onChange={(event) => setNetwork({ ...network, cidr: event.target.value })} />
      <label htmlFor="network-name">Name</label>
      <input id="network-name" autoComplete="off" placeholder="optional" value={network.name} onChange={(event) => setNetwork({ ...network, name: event.target.value })} />
      <label className="check">
        <input type="checkbox" checked={network.allowsSql} onChange={(event) => setNetwork({ ...network, allowsSql: event.target.checked })} />
        SQL clients may connect
      </label>
      <label className="check">
        <input type="checkbox" checked={network.allowsUi} onChange={(event) => setNetwork({ ...network, allowsUi: event.target.checked })} />
        The cluster's own console may be opened
      </label>
    </ChangeDialog>
  );
}
