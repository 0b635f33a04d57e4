/** How an account is observed: what is asked when and why then, and what the latest observations did. */
import { Suspense, useMemo } from "react";
import { graphql } from "react-relay";
import compiled from "../__generated__/LedgerQuery.graphql";
import type { LedgerQuery } from "../__generated__/LedgerQuery.graphql";
import { plural } from "../model/amount";
import { words } from "../model/phase";
import { duration } from "../model/time";
import { Ago, Clock, Due } from "../parts/Ago";
import { Dialog } from "../parts/Dialog";
import { Section } from "../parts/Section";
import { Skeleton } from "../parts/States";
import { useFollowed } from "../relay/useFollowed";
import type { OfAccount } from "./ReplaceToken";

export function Ledger({ id, name, onClose }: OfAccount) {
  return (
    <Dialog title={`Observations of ${name}`} onClose={onClose} isWide>
      <Suspense fallback={<Skeleton />}>
        <Content accountId={id} />
      </Suspense>
    </Dialog>
  );
}

const AT_LEAST_EVERY_MS = 10_000;

function Content({ accountId }: { accountId: string }) {
  const variables = useMemo(() => ({ accountId }), [accountId]);
  const { node, observations, explainSchedule } = useFollowed<LedgerQuery>(
    graphql`
      query LedgerQuery($accountId: ID!) {
        node(id: $accountId) {
          ... on Account {
            expectedAge
            requestBudget {
              usedBy {
                use
                requests
              }
            }
          }
        }
        observations(accountId: $accountId, first: 50) {
          nodes {
            beganAt
            endedAt
            requests
            changedCount
            failure
            quietBefore
          }
          pageInfo {
            hasNextPage
          }
        }
        explainSchedule(accountId: $accountId) {
          nextObservationAt
          collections {
            collection
            observedAt
            nextAttemptAt
            intervalSeconds
            requests
            reason
          }
        }
      }
    `,
    variables,
    { atLeastEveryMs: AT_LEAST_EVERY_MS },
  );
  const source = { document: compiled, variables };
  const next = explainSchedule?.nextObservationAt;
  const used = (node?.requestBudget?.usedBy ?? []).filter(({ requests }) => requests > 0);
  const nodes = observations?.nodes ?? [];
  return (
    <>
      <Section title="What is asked when" source={source} note={next ? <>next <Due at={next} /></> : "waits for another token"}>
        <div className="scroll" tabIndex={0} role="group" aria-label="What is asked when, as a table">
          <table className="sheet stacks">
            <thead>
              <tr>
                {["What", "Seen", "Next", "Every", "Requests", "Why then"].map((title) => (
                  <th scope="col" key={title}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {explainSchedule?.collections.map((one) => (
                <tr key={one.collection}>
                  <th scope="row">{words(one.collection)}</th>
                  <td data-title="Seen">
                    <Ago at={one.observedAt} />
                  </td>
                  <td data-title="Next">{one.nextAttemptAt && <Due at={one.nextAttemptAt} />}</td>
                  <td data-title="Every">{one.intervalSeconds != null && duration(one.intervalSeconds)}</td>
                  <td data-title="Requests">{one.requests}</td>
                  <td data-title="Why then">{one.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p className="line muted small">
          {node?.expectedAge != null && `What is older than ${duration(node.expectedAge)} is stale. `}
          {used.length > 0 && `Of the running window's requests went ${used.map(({ use, requests }) => `${requests} to ${USES[use] ?? words(use)}`).join(", ")}.`}
        </p>
      </Section>
      <Section title="Ledger" source={source} note={`what changed something or failed, for 7 days${observations?.pageInfo.hasNextPage ? `: the newest ${nodes.length}` : ""}`}>
        {nodes.length === 0 && <p className="line muted">Nothing changed and nothing failed.</p>}
        <ol className="log">
          {nodes.map(({ beganAt, endedAt, requests, changedCount, failure, quietBefore }) => (
            <li key={beganAt}>
              <span className="when">
                <span className="muted day">{beganAt.slice(0, 10)}</span> <Clock at={beganAt} />
              </span>
              <span className="what">
                {failure ? <span className="tone-broken">{failure}</span> : `${plural(changedCount, "change")}`}{" "}
                {quietBefore > 0 && <span className="where">after {plural(quietBefore, "quiet observation")}</span>}
              </span>
              <span className="turn muted">
                {plural(requests, "request")} in {took(Date.parse(endedAt) - Date.parse(beganAt))}
              </span>
            </li>
          ))}
        </ol>
      </Section>
    </>
  );
}

const USES: Record<string, string> = { CLUSTERS: "lists of clusters", NODES: "nodes", DETAILS: "details", PEOPLE: "people", OTHERS: "somebody else with the same token" };

const took = (milliseconds: number): string => (milliseconds < 1000 ? `${milliseconds} ms` : duration(milliseconds / 1000));
