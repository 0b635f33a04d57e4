/** One change, from being asked for to its end. */
import { type ComponentProps, useMemo } from "react";
import { graphql } from "react-relay";
import { Link } from "wouter";
import compiled from "../__generated__/OperationQuery.graphql";
import type { OperationQuery } from "../__generated__/OperationQuery.graphql";
import { words } from "../model/phase";
import { duration, full, useNow } from "../model/time";
import { Ago, Due, For } from "../parts/Ago";
import { Expected } from "../parts/Expected";
import { Fact } from "../parts/Fact";
import { Icon, type IconName } from "../parts/icons";
import { OperationState, Phase } from "../parts/Phase";
import { Section, SourceMenu } from "../parts/Section";
import { Empty } from "../parts/States";
import { useFollowed } from "../relay/useFollowed";
import { Asked } from "./Asked";
import { Cancel } from "./Cancel";

const MEANINGS: Record<string, string> = {
  RUNNING: "The provider took it. It succeeds when an observation shows what was asked for.",
  UNCONFIRMED: "The provider may or may not have taken it. That is being found out; nothing is sent twice.",
  SUCCEEDED: "An observation shows what was asked for.",
  FAILED: "It was not done.",
  TIMED_OUT: "Its end was not seen in time. The provider may still come to it.",
};

export default function Operation({ id }: { id: string }) {
  const variables = useMemo(() => ({ id }), [id]);
  const { node } = useFollowed<OperationQuery>(
    graphql`
      query OperationQuery($id: ID!) {
        node(id: $id) {
          __typename
          ... on Operation {
            id
            kind
            state
            targetName
            target {
              __typename
              ... on Cluster {
                id
                displayName
                status {
                  phase
                  providerPhase
                  since
                }
              }
              ... on ClusterNode {
                id
                cluster {
                  id
                  displayName
                }
              }
            }
            account {
              name
              provider {
                name
              }
            }
            requestedBy
            requestedById
            requestedAt
            finishedAt
            deadline
            eta {
              expectedAt
              lateAt
              sampleCount
            }
            canBeCancelled
            failure {
              kind
              message
              occurredAt
              httpStatus
              providerRequestId
              isRetryable
              retryAt
            }
            ...Asked_operation @alias(as: "wish")
            candidates {
              id
              displayName
              createdAt
              status {
                phase
                providerPhase
              }
            }
          }
        }
      }
    `,
    variables,
    { isClose: true },
  );
  if (node?.__typename !== "Operation") {
    return <Empty icon="UNKNOWN" title="There is no such operation.">Operations are kept for 30 days.</Empty>;
  }
  const source = { document: compiled, variables };
  const { target, failure } = node;
  return (
    <div className="page">
      <header className="cluster-header">
        <p className="crumbs">
          <Link to="/operations">Operations</Link>
          {node.account && (
            <>
              <Icon name="right" size={12} />
              <span>{node.account.provider.name}</span>
              <Icon name="right" size={12} />
              <span>{node.account.name}</span>
            </>
          )}
        </p>
        <div className="title">
          <h2>
            {words(node.kind)} {node.targetName}
          </h2>
          <OperationState state={node.state} />
          <span className="spread" />
          {!node.finishedAt && <Cancel id={node.id} canBeCancelled={node.canBeCancelled} />}
          <SourceMenu title="operation" {...source} />
        </div>
        <p className="muted">{MEANINGS[node.state]}</p>
      </header>
      <div className="halves">
        <Section title="Steps" source={source}>
          <ol className="steps">
            <Step icon="FINE" tone="fine" title="Asked for" at={node.requestedAt}>
              by {node.requestedBy}
              {node.requestedById && node.requestedById !== node.requestedBy && <span className="muted mono"> {node.requestedById}</span>}
            </Step>
            {failure && (
              <Step icon={node.state === "FAILED" ? "BROKEN" : "UNKNOWN"} tone={node.state === "FAILED" ? "broken" : "unknown"} title={words(failure.kind)} at={failure.occurredAt}>
                {failure.message}
              </Step>
            )}
            {target?.__typename === "Cluster" && Date.parse(target.status.since) >= Date.parse(node.requestedAt) && (
              <Step icon="activity" tone="moving" title="Changed its phase" at={target.status.since}>
                <Link to={`/clusters/${encodeURIComponent(target.id)}`}>{target.displayName}</Link>{" "}
                <Phase phase={target.status.phase} word={target.status.providerPhase} />
              </Step>
            )}
            {node.finishedAt ? (
              <Step icon={node.state === "SUCCEEDED" ? "FINE" : "BROKEN"} tone={node.state === "SUCCEEDED" ? "fine" : "broken"} title={words(node.state)} at={node.finishedAt}>
                after {duration((Date.parse(node.finishedAt) - Date.parse(node.requestedAt)) / 1000)}
              </Step>
            ) : (
              <Waiting since={node.requestedAt} deadline={node.deadline} eta={node.eta} />
            )}
          </ol>
        </Section>
        <div className="stack">
          <Section title="About" source={source}>
            <dl className="facts">
              <Fact title="Target">
                {target?.__typename === "ClusterNode" && <Link to={`/clusters/${encodeURIComponent(target.cluster.id)}`}>node of {target.cluster.displayName}</Link>}
                {target?.__typename === "Cluster" && (
                  <>
                    <Link to={`/clusters/${encodeURIComponent(target.id)}`}>{target.displayName}</Link> <Phase phase={target.status.phase} word={target.status.providerPhase} />
                  </>
                )}
                {!target && "not seen yet, or gone"}
              </Fact>
              <Fact title="Asked for">{full(node.requestedAt)}</Fact>
              <Fact title="Deadline">{full(node.deadline)}</Fact>
              <Fact title="HTTP status">{failure?.httpStatus}</Fact>
              <Fact title="Provider's request">{failure?.providerRequestId && <span className="mono">{failure.providerRequestId}</span>}</Fact>
              <Fact title="May work later">{failure && (failure.isRetryable ? "yes" : "no")}</Fact>
              <Fact title="Try again">{failure?.retryAt && <Due at={failure.retryAt} />}</Fact>
            </dl>
          </Section>
          {node.wish && <Asked operation={node.wish} source={source} />}
          {node.candidates.length > 0 && (
            <Section title="Candidates" note="clusters that it may have made" source={source}>
              <ul className="items">
                {node.candidates.map((one) => (
                  <li key={one.id} className="item">
                    <Phase phase={one.status.phase} word={one.status.providerPhase} />
                    <Link className="name" to={`/clusters/${encodeURIComponent(one.id)}`}>
                      {one.displayName}
                    </Link>
                    <span className="when">{one.createdAt && <Ago at={one.createdAt} />}</span>
                  </li>
                ))}
              </ul>
            </Section>
          )}
        </div>
      </div>
    </div>
  );
}

function Step({ icon, tone, title, at, children }: { icon: IconName; tone: string; title: string; at: string; children: React.ReactNode }) {
  return (
    <li>
      <span className={`tone-${tone}`}>
        <Icon name={icon} size={16} />
      </span>
      <div>
        <strong>{title}</strong>
        <span className="muted">
          {" "}
          <Ago at={at} />
        </span>
        <p>{children}</p>
      </div>
    </li>
  );
}

function Waiting({ since, deadline, eta }: { since: string; deadline: string; eta: ComponentProps<typeof Expected>["eta"] }) {
  const now = useNow();
  const began = Date.parse(since);
  return (
    <li>
      <span className="tone-moving">
        <Icon name="MOVING" size={16} />
      </span>
      <div>
        <strong>On its way</strong>
        <span className="muted">
          {" "}
          for <For since={since} />
        </span>
        <p>
          We stop waiting <Due at={deadline} />.
          <Expected eta={eta} />
        </p>
        <progress max={1} value={Math.min(1, (now - began) / (Date.parse(deadline) - began))} aria-label="Share of the time that we wait" />
      </div>
    </li>
  );
}
