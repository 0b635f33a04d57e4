/** Clusters that somebody has to do something about, worst first; then those on the move. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Attention_clusters$data, Attention_clusters$key } from "../__generated__/Attention_clusters.graphql";
import { plural } from "../model/amount";
import { PHASES, severityOf } from "../model/phase";
import { Ago, For } from "../parts/Ago";
import { Icon } from "../parts/icons";
import { Phase } from "../parts/Phase";
import { Section, type Source } from "../parts/Section";
import { Empty } from "../parts/States";
import { RefreshAccount } from "../accounts/RefreshAccount";

type Item = Attention_clusters$data["nodes"][number];

export function Attention({ clusters, source }: { clusters: Attention_clusters$key; source: Source }) {
  const { nodes, pageInfo } = useFragment(
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
            providerOperation
            message
            since
          }
          freshness {
            state
            observedAt
          }
          details {
            consoleUrl
          }
          operation {
            id
            kind
          }
        }
        pageInfo {
          hasNextPage
        }
      }
    `,
    clusters,
  );
  const order: readonly string[] = PHASES;
  const sorted = [...nodes].sort(
    (a, b) =>
      order.indexOf(a.status.phase) - order.indexOf(b.status.phase) ||
      b.status.since.localeCompare(a.status.since),
  );
  const wrong = sorted.filter((item) => severityOf(item.status.phase) !== "MOVING");
  const moving = sorted.filter((item) => severityOf(item.status.phase) === "MOVING");
  const more = pageInfo.hasNextPage ? ", and more" : "";
  return (
    <div className="stack">
      <Section title="Needs attention" note={wrong.length > 0 && `${plural(wrong.length, "cluster")}${more}`} source={source}>
        {wrong.length > 0 ? <Items items={wrong} /> : <Empty title="Nothing needs attention.">Every cluster that answered is fine or on its way.</Empty>}
      </Section>
      {moving.length > 0 && (
        <Section title="On the move" note={plural(moving.length, "cluster")} source={source}>
          <Items items={moving} />
        </Section>
      )}
    </div>
  );
}

function Items({ items }: { items: Item[] }) {
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
      <Phase phase={status.phase} word={status.providerPhase} />
      <div className="what">
        <Link to={address} className="name">
          {item.displayName}
        </Link>
        <span className="where">
          {item.provider.name} · {item.account.name}
        </span>
        <p>{reason(item)}</p>
      </div>
      <span className="when">
        {isOld ? (
          <span className="tone-unknown">
            seen <Ago at={freshness.observedAt} />
          </span>
        ) : (
          <For since={status.since} />
        )}
      </span>
      <span className="actions">
        <RefreshAccount id={item.account.id} name={item.account.name} />
        <Link to={`${address}#history`} className="button quiet square" aria-label={`History of ${item.displayName}`} title="History">
          <Icon name="activity" size={14} />
        </Link>
        {item.details?.consoleUrl && (
          <a
            href={item.details.consoleUrl}
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

/** What the provider says, else its own word for the phase. */
function reason({ status, operation }: Item): string {
  const doing = status.providerOperation ? ` It is at ${status.providerOperation}.` : "";
  if (status.message && status.message !== status.providerPhase) return status.message + doing;
  if (operation) return `A change asked for here is on its way.${doing}`;
  return status.providerPhase ? `The provider says ${status.providerPhase}.${doing}` : `The provider gives no reason.${doing}`;
}
