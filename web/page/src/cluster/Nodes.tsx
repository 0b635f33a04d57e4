/** The nodes of a cluster, and keeping work off them. */
import * as Menu from "@radix-ui/react-dropdown-menu";
import { useState } from "react";
import { graphql } from "react-relay";
import type { NodesCordonMutation } from "../__generated__/NodesCordonMutation.graphql";
import type { NodesDrainMutation } from "../__generated__/NodesDrainMutation.graphql";
import compiled from "../__generated__/NodesQuery.graphql";
import type { NodesQuery } from "../__generated__/NodesQuery.graphql";
import type { NodesUncordonMutation } from "../__generated__/NodesUncordonMutation.graphql";
import type { Nodes_cluster$key } from "../__generated__/Nodes_cluster.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import type { Ask } from "../changing/types";
import { shortId, words } from "../model/phase";
import { Ago } from "../parts/Ago";
import { Icon } from "../parts/icons";
import { More } from "../parts/More";
import { Section } from "../parts/Section";
import { Unread } from "../parts/Unread";
import { type Lists, useListed } from "../relay/lists";
import { useChange } from "../relay/useChange";
import { useRefusal } from "../shell/Viewer";

const PHASES: Record<string, string> = { READY: "fine", NOT_READY: "broken", DELETED: "still" };

export function Nodes({ cluster, id, lists }: { cluster: Nodes_cluster$key; id: string; lists: Lists }) {
  const list = useListed<NodesQuery, Nodes_cluster$key>(
    graphql`
      fragment Nodes_cluster on Cluster
      @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, cursor: { type: "String" })
      @refetchable(queryName: "NodesQuery") {
        capabilities {
          capability
          isSupported
          reason
        }
        nodes(first: $count, after: $cursor) @connection(key: "Nodes_nodes") {
          edges {
            node {
              id
              name
              phase
              providerPhase
              region
              zone
              instanceType
              pool
              createdAt
              unreadMembers
              freshness {
                state
                observedAt
                reason
              }
            }
          }
        }
      }
    `,
    cluster,
    lists,
    { id },
  );
  const { data, hasNext } = list;
  const source = { document: compiled, variables: { id, count: 50 } };
  const support = (name: string) => data.capabilities.find((one) => one.capability === name);
  if (!data.nodes) {
    return (
      <Section title="Nodes" source={source}>
        <p className="line muted">{support("LIST_NODES")?.reason ?? "The provider lists no nodes here."}</p>
      </Section>
    );
  }
  const nodes = data.nodes.edges.map((edge) => edge.node);
  const hasTypes = nodes.some((node) => node.instanceType);
  const hasAges = nodes.some((node) => node.createdAt);
  const isReady = nodes.filter((node) => node.phase === "READY").length;
  return (
    <Section title="Nodes" note={nodes.length > 0 && `${isReady} of ${nodes.length}${hasNext ? " and more" : ""} ready`} source={source}>
      {nodes.length === 0 ? (
        <p className="line muted">There are none.</p>
      ) : (
        <div className="scroll">
          <table className="sheet stacks">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Phase</th>
                <th scope="col">Where</th>
                {hasTypes && <th scope="col">Type</th>}
                {hasAges && <th scope="col">Age</th>}
                <th scope="col">
                  <span className="sr">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {nodes.map((node) => (
                <tr key={node.id}>
                  <th scope="row" className="mono">
                    {node.name}
                  </th>
                  <td data-title="Phase">
                    <span className={`phase tone-${PHASES[node.phase] ?? "unknown"}`} title={node.providerPhase}>
                      <Icon name={node.phase === "READY" ? "FINE" : node.phase === "NOT_READY" ? "BROKEN" : "UNKNOWN"} size={14} />
                      {words(node.phase)}
                    </span>
                    {node.freshness.state !== "CURRENT" && (
                      <small className="muted" title={node.freshness.reason ?? undefined}>
                        {" "}
                        seen <Ago at={node.freshness.observedAt} />
                      </small>
                    )}
                  </td>
                  <td data-title="Where" title={node.pool ? `Pool ${node.pool}` : undefined}>{[node.zone ?? node.region, node.pool && `pool ${shortId(node.pool)}`].filter(Boolean).join(", ")}</td>
                  {hasTypes && <td data-title="Type" className="mono">{node.instanceType}</td>}
                  {hasAges && <td data-title="Age">{node.createdAt && <Ago at={node.createdAt} />}</td>}
                  <td>{support("NODE_MAINTENANCE")?.isSupported && <Maintenance id={node.id} name={node.name} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Unread members={nodes.flatMap((node) => node.unreadMembers.map((member) => `${node.name}: ${member}`))} />
      <More of={list} label="More nodes" />
    </Section>
  );
}

interface Verb {
  label: string;
  meaning: string;
  done: string;
  ask: Ask;
}

function Maintenance({ id, name }: { id: string; name: string }) {
  const refusal = useRefusal("WRITE");
  const [chosen, setChosen] = useState<Verb | null>(null);
  const [cordon] = useChange<NodesCordonMutation>(graphql`
    mutation NodesCordonMutation($id: ID!, $dryRun: Boolean) {
      cordonNode(id: $id, dryRun: $dryRun) {
        ...answer_node @relay(mask: false)
      }
    }
  `);
  const [uncordon] = useChange<NodesUncordonMutation>(graphql`
    mutation NodesUncordonMutation($id: ID!, $dryRun: Boolean) {
      uncordonNode(id: $id, dryRun: $dryRun) {
        ...answer_node @relay(mask: false)
      }
    }
  `);
  const [drain] = useChange<NodesDrainMutation>(graphql`
    mutation NodesDrainMutation($id: ID!, $dryRun: Boolean) {
      drainNode(id: $id, dryRun: $dryRun) {
        ...answer_node @relay(mask: false)
      }
    }
  `);
  if (refusal) return null;
  const verbs: readonly Verb[] = [
    { label: "Cordon", meaning: "keep new work off", done: `${name} gets no new work.`, ask: async (dryRun) => (await cordon({ id, dryRun })).cordonNode },
    { label: "Uncordon", meaning: "let work on again", done: `${name} gets work again.`, ask: async (dryRun) => (await uncordon({ id, dryRun })).uncordonNode },
    { label: "Drain", meaning: "move work elsewhere", done: `The work of ${name} is moved elsewhere.`, ask: async (dryRun) => (await drain({ id, dryRun })).drainNode },
  ];
  return (
    <>
      <Menu.Root modal={false}>
        <Menu.Trigger className="button quiet square" aria-label={`Maintenance of ${name}`}>
          <Icon name="more" size={14} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={4}>
            {verbs.map((verb) => (
              <Menu.Item key={verb.label} className="item" onSelect={() => setChosen(verb)}>
                {verb.label}: {verb.meaning}
              </Menu.Item>
            ))}
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {chosen && (
        <ChangeDialog title={`${chosen.label} ${name}`} done={chosen.done} label={chosen.label} ask={chosen.ask} onClose={() => setChosen(null)}>
          <p>{words(chosen.meaning)}.</p>
        </ChangeDialog>
      )}
    </>
  );
}
