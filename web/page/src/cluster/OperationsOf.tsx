/** The changes of this cluster that were asked for here. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { OperationsOf_operations$key } from "../__generated__/OperationsOf_operations.graphql";
import { words } from "../model/phase";
import { Ago } from "../parts/Ago";
import { OperationState } from "../parts/Phase";
import { Section, type Source } from "../parts/Section";

export function OperationsOf({ operations, source }: { operations: OperationsOf_operations$key; source: Source }) {
  const { nodes } = useFragment(
    graphql`
      fragment OperationsOf_operations on OperationConnection {
        nodes {
          id
          kind
          state
          requestedBy
          requestedAt
          failure {
            message
          }
        }
      }
    `,
    operations,
  );
  return (
    <Section title="Operations" note="asked for here, kept for 30 days" source={source}>
      {nodes.length === 0 ? (
        <p className="line muted">No change was asked for here.</p>
      ) : (
        <ul className="items">
          {nodes.map((operation) => (
            <li key={operation.id} className="item">
              <OperationState state={operation.state} />
              <div className="what">
                <Link className="name" to={`/operations/${encodeURIComponent(operation.id)}`}>
                  {words(operation.kind)}
                </Link>{" "}
                <span className="where">{operation.requestedBy}</span>
                {operation.failure && <p>{operation.failure.message}</p>}
              </div>
              <span className="when">
                <Ago at={operation.requestedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
