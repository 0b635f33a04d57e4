/** The phases of a cluster: as a line in time, and one by one. */
import { graphql } from "react-relay";
import { Link } from "wouter";
import compiled from "../__generated__/HistoryQuery.graphql";
import type { HistoryQuery } from "../__generated__/HistoryQuery.graphql";
import type { History_cluster$key } from "../__generated__/History_cluster.graphql";
import { duration } from "../model/time";
import { Clock } from "../parts/Ago";
import { More } from "../parts/More";
import { Phase } from "../parts/Phase";
import { Section } from "../parts/Section";
import { type Lists, useListed } from "../relay/lists";
import { Timeline } from "./Timeline";

interface HistoryProps {
  cluster: History_cluster$key;
  id: string;
  lists: Lists;
}

export function History({ cluster, id, lists }: HistoryProps) {
  const list = useListed<HistoryQuery, History_cluster$key>(
    graphql`
      fragment History_cluster on Cluster
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
      @refetchable(queryName: "HistoryQuery") {
        status {
          phase
          since
        }
        statusHistory(first: $count, after: $cursor) @connection(key: "History_statusHistory") {
          edges {
            node {
              from
              to
              providerPhase
              observedAt
              afterSeconds
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
  const changes = data.statusHistory.edges.map((edge) => edge.node);
  return (
    <Section id="history" title="History" source={{ document: compiled, variables: { id, count: 20 } }} note="newest first, kept for 90 days" actions={<Link to={`/activity?span=90d&cluster=${encodeURIComponent(id)}`}>All its activity</Link>}>
      <Timeline changes={changes} />
      <ol className="history">
        {changes.map((change, index) => (
          <li key={`${change.observedAt} ${change.to}`}>
            <span>
              <span className="muted">{change.observedAt.slice(0, 10)}</span> <Clock at={change.observedAt} />
            </span>
            <Phase phase={change.to} word={change.providerPhase} />
            <span className="muted">
              {change.from
                ? change.afterSeconds != null && `after ${duration(change.afterSeconds)}`
                : index === changes.length - 1 && !hasNext
                  ? "seen for the first time"
                  : ""}
            </span>
          </li>
        ))}
      </ol>
      <More of={list} label="Earlier" />
    </Section>
  );
}
