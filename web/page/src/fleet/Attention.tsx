/** Clusters with the reason why somebody may have to do something, in the order that the API gives. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Attention_clusters$data, Attention_clusters$key } from "../__generated__/Attention_clusters.graphql";
import { plural } from "../model/amount";
import { Ago, For } from "../parts/Ago";
import { Icon } from "../parts/icons";
import { Phase, Severity } from "../parts/Phase";
import { Section, type Source } from "../parts/Section";
import { Empty } from "../parts/States";
import { RefreshAccount } from "../accounts/RefreshAccount";

type Item = Attention_clusters$data["nodes"][number];

interface AttentionProps {
  title: string;
  clusters: Attention_clusters$key;
  source: Source;
  /** Not shown when there are none. */
  isOptional?: boolean;
}

export function Attention({ title, clusters, source, isOptional = false }: AttentionProps) {
  const { nodes, totalCount } = useFragment(
    graphql`
      fragment Attention_clusters on ClusterConnection {
        nodes {
          id
          displayName
          provider {
            name
          }
          account {
            id
            name
          }
          status {
            phase
            providerPhase
          }
          assessment {
            severity
            reason
            since
          }
          freshness {
            state
            observedAt
          }
          consoleUrl
        }
        totalCount
      }
    `,
    clusters,
  );
  if (nodes.length === 0 && isOptional) return null;
  const note = totalCount > nodes.length ? `the first ${nodes.length} of ${plural(totalCount, "cluster")}` : plural(totalCount, "cluster");
  return (
    <Section title={title} note={nodes.length > 0 && note} source={source}>
      {nodes.length > 0 ? (
        <Items items={nodes} />
      ) : (
        <Empty title="Nothing needs attention.">Every cluster that answered is fine or on its way.</Empty>
      )}
    </Section>
  );
}

function Items({ items }: { items: readonly Item[] }) {
  return (
    <ul className="items">
      {items.map((item) => (
        <Row key={item.id} item={item} />
      ))}
    </ul>
  );
}

function Row({ item }: { item: Item }) {
  const { status, freshness } = item;
  const isOld = freshness.state !== "CURRENT";
  const address = `/clusters/${encodeURIComponent(item.id)}`;
  return (
    <li className={`item ${isOld ? "old" : ""}`}>
      {item.assessment.severity === "STUCK" || (item.assessment.severity === "UNKNOWN" && status.phase !== "UNKNOWN") ? (
        <Severity severity={item.assessment.severity} />
      ) : (
        <Phase phase={status.phase} word={status.providerPhase} />
      )}
      <div className="what">
        <Link to={address} className="name">
          {item.displayName}
        </Link>{" "}
        <span className="where">
          {item.provider.name} · {item.account.name}
        </span>
        <p>{item.assessment.reason}</p>
      </div>
      <span className="when">
        {isOld ? (
          <span className="tone-unknown">
            seen <Ago at={freshness.observedAt} />
          </span>
        ) : (
          <For since={item.assessment.since} />
        )}
      </span>
      <span className="actions">
        <RefreshAccount id={item.account.id} name={item.account.name} />
        <Link to={`${address}#history`} className="button quiet square" aria-label={`History of ${item.displayName}`} title="History">
          <Icon name="activity" size={14} />
        </Link>
        {item.consoleUrl && (
          <a
            href={item.consoleUrl}
            className="button quiet square"
            target="_blank"
            rel="noopener noreferrer"
            aria-label={`Console of ${item.displayName}, in a new tab`}
            title="The provider's console"
          >
            <Icon name="external" size={14} />
          </a>
        )}
      </span>
    </li>
  );
}
