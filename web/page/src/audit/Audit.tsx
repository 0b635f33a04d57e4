/** The audit log: what administrators asked for. */
import { useMemo } from "react";
import { graphql } from "react-relay";
import type { AuditPageQuery } from "../__generated__/AuditPageQuery.graphql";
import compiled from "../__generated__/AuditQuery.graphql";
import type { AuditQuery } from "../__generated__/AuditQuery.graphql";
import type { Audit_query$data, Audit_query$key } from "../__generated__/Audit_query.graphql";
import { words } from "../model/phase";
import { Ago } from "../parts/Ago";
import { Icon, type IconName } from "../parts/icons";
import { More } from "../parts/More";
import { Section } from "../parts/Section";
import { Empty } from "../parts/States";
import { useListed, useLists } from "../relay/lists";
import { useFollowed } from "../relay/useFollowed";
import { ForAdministrators } from "../shell/Viewer";

type AuditOutcome = NonNullable<Audit_query$data["auditLog"]>["edges"][number]["node"]["outcome"];

/** What administrators do is no change of the fleet. */
const AT_LEAST_EVERY_MS = 10_000;

const OUTCOMES: Partial<Record<AuditOutcome, [tone: string, icon: IconName, meaning: string]>> = {
  DONE: ["fine", "FINE", "It was done."],
  REFUSED: ["still", "close", "Nothing was changed."],
  BEGUN: ["moving", "MOVING", "It may have been done: it is on its way, or nothing says how it ended."],
};
const OTHER = ["unknown", "UNKNOWN", "Another version of Fleetgraph has the word for it."] as const;

export default function Audit() {
  return (
    <ForAdministrators title="The audit log is for administrators.">
      <List />
    </ForAdministrators>
  );
}

function List() {
  const variables = useMemo(() => ({}), []);
  const lists = useLists();
  const query = useFollowed<AuditQuery>(
    graphql`
      query AuditQuery {
        ...Audit_query
      }
    `,
    variables,
    { lists, atLeastEveryMs: AT_LEAST_EVERY_MS },
  );
  const list = useListed<AuditPageQuery, Audit_query$key>(
    graphql`
      fragment Audit_query on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, cursor: { type: "String" })
      @refetchable(queryName: "AuditPageQuery") {
        auditLog(first: $count, after: $cursor) @connection(key: "Audit_auditLog") {
          edges {
            cursor
            node {
              at
              action
              subject
              name
              caller
              callerId
              outcome
            }
          }
        }
      }
    `,
    query,
    lists,
  );
  const edges = list.data.auditLog?.edges ?? [];
  return (
    <div className="page">
      <Section title="Audit log" note="what was done with accounts, tokens, keys and webhooks; newest first, kept for 400 days" source={{ document: compiled, variables }}>
        {edges.length === 0 ? (
          <Empty icon="audit" title="Nothing was asked for yet.">
            Who connects an account, replaces a token, or makes a key or a webhook stands here, also when the thing itself is gone.
          </Empty>
        ) : (
          <ul className="items">
            {edges.map(({ cursor, node: { at, action, subject, name, caller, callerId, outcome } }) => (
              <li key={cursor} className="item entry">
                <Outcome outcome={outcome} />
                <div className="what">
                  <span className="name">{words(action)}</span>{" "}
                  {name == null ? <span className="where mono">{subject}</span> : <span title={subject}>{name}</span>}
                  <p className="small muted">
                    by {caller}
                    {callerId !== caller && (
                      <>
                        , <span className="mono">{callerId}</span>
                      </>
                    )}
                  </p>
                </div>
                <span className="when">
                  <Ago at={at} />
                </span>
              </li>
            ))}
          </ul>
        )}
        <More of={list} label="Earlier" />
      </Section>
    </div>
  );
}

function Outcome({ outcome }: { outcome: AuditOutcome }) {
  const [tone, icon, meaning] = OUTCOMES[outcome] ?? OTHER;
  return (
    <span className={`phase tone-${tone}`} title={meaning}>
      <Icon name={icon} size={14} />
      {words(outcome)}
    </span>
  );
}
