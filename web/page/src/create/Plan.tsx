/** What a dry run showed: the requests as they would go out, and the button that sends exactly these. */
import { graphql, useFragment } from "react-relay";
import { useLocation } from "wouter";
import type { PlanApplyMutation } from "../__generated__/PlanApplyMutation.graphql";
import type { Plan_plan$key } from "../__generated__/Plan_plan.graphql";
import { Ago } from "../parts/Ago";
import { Button } from "../parts/Button";
import { Section } from "../parts/Section";
import { useChange } from "../relay/useChange";
import type { Fault } from "./types";

export function Plan({ plan, onRefused }: { plan: Plan_plan$key; onRefused: (faults: readonly Fault[]) => void }) {
  const { digest, expiresAt, isWhole, requests } = useFragment(
    graphql`
      fragment Plan_plan on Plan {
        digest
        expiresAt
        isWhole
        requests {
          method
          url
          headers
          body
          isMasked
        }
      }
    `,
    plan,
  );
  const [, go] = useLocation();
  const [apply, isBusy] = useChange<PlanApplyMutation>(graphql`
    mutation PlanApplyMutation($digest: String!) {
      applyPlan(digest: $digest) {
        userErrors {
          __typename
          message
          path
        }
        operation {
          id
        }
      }
    }
  `);
  const send = async () => {
    const { applyPlan } = await apply({ digest });
    if (!applyPlan) return;
    if (applyPlan.userErrors.length > 0) onRefused(applyPlan.userErrors);
    else go(applyPlan.operation ? `/operations/${encodeURIComponent(applyPlan.operation.id)}` : "/operations");
  };
  const because = isBusy ? "It is being asked for." : isWhole ? null : "It holds secrets, which are not kept: create the cluster from the form.";
  return (
    <Section title="What would be sent" note="Nothing was changed.">
      <ol className="requests">
        {requests.map((request) => (
          <li key={request.method + request.url}>
            <code className="request">
              <strong>{request.method}</strong> {request.url}
            </code>
            {request.headers.map((header) => (
              <code key={header} className="muted">
                {header}
              </code>
            ))}
            {request.body && (
              <pre tabIndex={0} aria-label={`The body of ${request.method} ${request.url}`}>
                {JSON.stringify(JSON.parse(request.body), null, 2)}
              </pre>
            )}
            {request.isMasked && <small className="muted">*** stands for a secret.</small>}
          </li>
        ))}
      </ol>
      <footer className="submit">
        <span className="muted small">
          The plan ends <Ago at={expiresAt} />. Its cost is known once the cluster is there.
        </span>
        <span className="spread" />
        <Button because={because} onClick={() => void send()}>
          Send exactly this
        </Button>
      </footer>
    </Section>
  );
}
