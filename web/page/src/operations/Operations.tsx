/** Changes that were asked for here, newest first. */
import { useMemo } from "react";
import { graphql } from "react-relay";
import { Link, useSearchParams } from "wouter";
import type { OperationsPageQuery } from "../__generated__/OperationsPageQuery.graphql";
import compiled from "../__generated__/OperationsQuery.graphql";
import type { OperationsQuery, OperationState } from "../__generated__/OperationsQuery.graphql";
import type { Operations_query$key } from "../__generated__/Operations_query.graphql";
import { words } from "../model/phase";
import { duration } from "../model/time";
import { Ago } from "../parts/Ago";
import { Button } from "../parts/Button";
import { OperationState as State } from "../parts/Phase";
import { More } from "../parts/More";
import { Section } from "../parts/Section";
import { Empty } from "../parts/States";
import { useListed, useLists } from "../relay/lists";
import { useFollowed } from "../relay/useFollowed";

const STATES: readonly OperationState[] = ["RUNNING", "UNCONFIRMED", "SUCCEEDED", "FAILED", "TIMED_OUT"];

export default function Operations() {
  const [params, setParams] = useSearchParams();
  const given = params.get("state");
  const state = STATES.find((one) => one === given) ?? null;
  const choose = (chosen: OperationState | null) => setParams(chosen ? { state: chosen } : {}, { replace: true });
  return (
    <div className="page">
      <div className="choices" role="group" aria-label="State">
        <Button kind="quiet" aria-pressed={state === null} onClick={() => choose(null)}>
          All
        </Button>
        {STATES.map((one) => (
          <Button key={one} kind="quiet" aria-pressed={state === one} onClick={() => choose(one)}>
            {words(one)}
          </Button>
        ))}
      </div>
      <List key={state} state={state} />
    </div>
  );
}

function List({ state }: { state: OperationState | null }) {
  const variables = useMemo(() => ({ filter: state ? { states: [state] } : null }), [state]);
  const lists = useLists();
  const query = useFollowed<OperationsQuery>(
    graphql`
      query OperationsQuery($filter: OperationFilter) {
        ...Operations_query @arguments(filter: $filter)
      }
    `,
    variables,
    { lists },
  );
  const list = useListed<OperationsPageQuery, Operations_query$key>(
    graphql`
      fragment Operations_query on Query
      @argumentDefinitions(
        filter: { type: "OperationFilter" }
        count: { type: "Int", defaultValue: 50 }
        cursor: { type: "String" }
      )
      @refetchable(queryName: "OperationsPageQuery") {
        operations(first: $count, after: $cursor, filter: $filter) @connection(key: "Operations_operations") {
          edges {
            node {
              id
              kind
              state
              targetName
              account {
                name
                provider {
                  name
                }
              }
              requestedBy
              requestedAt
              finishedAt
              failure {
                message
              }
            }
          }
        }
      }
    `,
    query,
    lists,
    variables,
  );
  const { data } = list;
  const operations = data.operations.edges.map((edge) => edge.node);
  return (
    <Section title="Operations" note="newest first, kept for 30 days" source={{ document: compiled, variables }}>
      {operations.length === 0 ? (
        <Empty icon="operations" title={state ? `None is ${words(state).toLowerCase()}.` : "No change was asked for here yet."}>
          {!state && "A change that is asked for through Fleetgraph, by whatever means, is followed here to its end."}
        </Empty>
      ) : (
        <ul className="items">
          {operations.map((operation) => (
            <li key={operation.id} className="item operation">
              <State state={operation.state} />
              <div className="what">
                <Link className="name" to={`/operations/${encodeURIComponent(operation.id)}`}>
                  {words(operation.kind)} {operation.targetName}
                </Link>{" "}
                <span className="where">
                  {operation.account ? `${operation.account.provider.name} · ${operation.account.name}` : "account disconnected"} · by {operation.requestedBy}
                </span>
                {operation.failure && <p>{operation.failure.message}</p>}
              </div>
              <span className="when">
                <Ago at={operation.requestedAt} />
                {operation.finishedAt && `, took ${duration((Date.parse(operation.finishedAt) - Date.parse(operation.requestedAt)) / 1000)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      <More of={list} label="Earlier" />
    </Section>
  );
}
