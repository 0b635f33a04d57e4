/** What a dry run showed: the requests as they would go out, and the button that sends exactly these. */
import { graphql, useFragment } from "react-relay";
import type { PlanApplyMutation } from "../__generated__/PlanApplyMutation.graphql";
import type { Plan_plan$key } from "../__generated__/Plan_plan.graphql";
import { money } from "../model/amount";
import { Ago } from "../parts/Ago";
import { Button } from "../parts/Button";
import { Icon } from "../parts/icons";
import { Section } from "../parts/Section";
import { useChange } from "../relay/useChange";
import type { Refusal } from "./types";

interface PlanProps {
  plan: Plan_plan$key;
  onRefused: (said: readonly Refusal[]) => void;
  /** It was sent. Null where no operation follows it. */
  onSent: (operationId: string | null) => void;
  /** Asks for the change itself, by this digest. For a plan with secrets, which are not kept. */
  onAgain?: (digest: string) => void;
}

export function Plan({ plan, onRefused, onSent, onAgain }: PlanProps) {
  const { digest, expiresAt, isWhole, requests, warnings, cost } = useFragment(
    graphql`
      fragment Plan_plan on Plan {
        digest
        expiresAt
        isWhole
        warnings
        cost {
          minimum {
            decimal
            currency
          }
          maximum {
            decimal
            currency
          }
        }
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
          target {
            ... on Cluster {
              id
              ...Header_cluster @alias(as: "header")
            }
          }
        }
      }
    }
  `);
  const send = async () => {
    if (!isWhole) {
      onAgain?.(digest);
      return;
    }
    const { applyPlan } = await apply({ digest });
    if (!applyPlan) return;
    if (applyPlan.userErrors.length > 0) onRefused(applyPlan.userErrors);
    else onSent(applyPlan.operation?.id ?? null);
  };
  const because = isBusy ? "It is being asked for." : isWhole || onAgain ? null : "It holds secrets, which are not kept: ask for the change itself.";
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
      {warnings.map((warning) => (
        <p key={warning} className="warning tone-unknown">
          <Icon name="UNKNOWN" size={14} /> {warning}
        </p>
      ))}
      <footer className="submit">
        <span className="muted small">
          The plan ends <Ago at={expiresAt} />.{" "}
          {cost ? `As it is now, it is expected to cost ${money(cost.minimum)} to ${money(cost.maximum)} a month.` : "The provider does not tell what it would cost."}
        </span>
        <span className="spread" />
        <Button because={because} onClick={() => void send()}>
          Send exactly this
        </Button>
      </footer>
    </Section>
  );
}
