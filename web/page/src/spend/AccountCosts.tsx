/** What an account costs, period by period and line by line, and the plan that it pays for. */
import { Suspense, useMemo, useState } from "react";
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import compiled from "../__generated__/AccountCostsQuery.graphql";
import type { AccountCostsQuery } from "../__generated__/AccountCostsQuery.graphql";
import type { AccountCosts_account$data, AccountCosts_account$key } from "../__generated__/AccountCosts_account.graphql";
import { AccountPlan } from "../create/AccountPlan";
import { decimal, digitsOf, inUse, money } from "../model/amount";
import { Ago } from "../parts/Ago";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Fact } from "../parts/Fact";
import { Section, type Source } from "../parts/Section";
import { Skeleton } from "../parts/States";
import { useFollowed } from "../relay/useFollowed";
import { Meters } from "./Meters";

/** Of one period. What they leave of its sum is said. */
const MOST_LINES = 100;

type Period = NonNullable<AccountCosts_account$data["spend"]>[number];

export function AccountCosts({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  return (
    <Dialog title={`What ${name} costs`} onClose={onClose} isWide>
      <Suspense fallback={<Skeleton />}>
        <Content id={id} />
      </Suspense>
    </Dialog>
  );
}

function Content({ id }: { id: string }) {
  const variables = useMemo(() => ({ id }), [id]);
  const { node } = useFollowed<AccountCostsQuery>(
    graphql`
      query AccountCostsQuery($id: ID!) {
        node(id: $id) {
          ...AccountCosts_account @alias(as: "account")
        }
      }
    `,
    variables,
  );
  if (!node?.account) return <p className="line muted">The account is not connected any more.</p>;
  return <Costs account={node.account} source={{ document: compiled, variables }} />;
}

function Costs({ account, source }: { account: AccountCosts_account$key; source: Source }) {
  const data = useFragment(
    graphql`
      fragment AccountCosts_account on Account {
        spend(first: 12) {
          period
          since
          until
          isFinal
          asOf
          leavesOut
          total {
            minorUnits
            decimal
            currency
          }
          lines(first: 100) {
            label
            cluster {
              id
              displayName
            }
            amount {
              minorUnits
              decimal
              currency
            }
          }
        }
        spendFreshness {
          observedAt
          nextAttemptAt
          reason
          lastFailure {
            message
          }
        }
        freeAllowance {
          money {
            decimal
            currency
          }
          requestUnits
          storageMiB
          condition
        }
        subscription {
          ...Meters_subscription
        }
        ...AccountPlan_account
      }
    `,
    account,
  );
  const { spend, spendFreshness: freshness, freeAllowance: free, subscription } = data;
  const trouble = freshness.lastFailure?.message ?? freshness.reason;
  return (
    <>
      {spend && spend.length > 0 ? (
        <Periods periods={spend} source={source} />
      ) : (
        <Section title="Lines" source={source}>
          <p className="line muted">{trouble ?? "The provider tells no costs."}</p>
        </Section>
      )}
      <Section title="Plan and allowance" source={source}>
        <AccountPlan account={data} />
        {subscription && <Meters subscription={subscription} />}
        <dl className="facts">
          <Fact title="Free each month">
            {free && (
              <>
                <div>
                  {inUse({ requestUnits: free.requestUnits, storageMiB: free.storageMiB, provisionedVcpus: null })}, worth {money(free.money)}
                </div>
                <p className="muted small">{free.condition}</p>
              </>
            )}
          </Fact>
          <Fact title="Costs seen">
            <Ago at={freshness.observedAt} />
            {trouble && <span className="muted"> {trouble}</span>}
          </Fact>
        </dl>
      </Section>
    </>
  );
}

/** Its name says from when to when. */
const MONTH = /^\d{4}-\d{2}$/;

const nameOf = ({ period, total }: Period): string => `${period} ${total.currency}`;

function Periods({ periods, source }: { periods: readonly Period[]; source: Source }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = periods.find((one) => nameOf(one) === chosen) ?? periods[0];
  const areSeveral = new Set(periods.map(({ total }) => total.currency)).size > 1;
  if (!shown) return null;
  const { period, since, until, isFinal, asOf, leavesOut, total, lines } = shown;
  const rest = BigInt(total.minorUnits) - lines.reduce((sum, { amount }) => sum + BigInt(amount.minorUnits), 0n);
  const bounds = since && until && !MONTH.test(period) ? ` from ${since.slice(0, 10)} to ${until.slice(0, 10)}` : "";
  return (
    <>
      <div className="choices" role="group" aria-label="Period">
        {periods.map((one) => (
          <Button key={nameOf(one)} kind="quiet" aria-pressed={one === shown} onClick={() => setChosen(nameOf(one))}>
            {areSeveral ? nameOf(one) : one.period}
          </Button>
        ))}
      </div>
      <Section
        title="Lines"
        note={
          <>
            {money(total)} {isFinal ? "as it was billed" : "so far"}; worked out <Ago at={asOf} />
          </>
        }
        source={source}
      >
        <ul className="limits plain">
          {lines.map(({ label, cluster, amount }, index) => (
            <li key={`${index} ${label}`}>
              <span className="what">
                {cluster ? (
                  <Link className="name" to={`/clusters/${encodeURIComponent(cluster.id)}`}>
                    {cluster.displayName}
                  </Link>
                ) : (
                  label
                )}
              </span>
              <span className="when">{money(amount)}</span>
            </li>
          ))}
          {lines.length === MOST_LINES && rest !== 0n && (
            <li className="muted">
              <span className="what">all smaller ones</span>
              <span className="when">{money({ decimal: decimal(rest, digitsOf(total.decimal)), currency: total.currency })}</span>
            </li>
          )}
        </ul>
        {lines.length === 0 && <p className="line muted">The provider splits it into no lines.</p>}
        {(bounds || leavesOut) && (
          <p className="line muted small">
            {bounds && `The period is${bounds}. `}
            {leavesOut}
          </p>
        )}
      </Section>
    </>
  );
}
