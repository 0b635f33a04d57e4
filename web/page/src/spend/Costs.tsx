/** What accounts cost in the running periods, by their providers' own statements, and what the sums leave out. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import type { Costs_fleet$key } from "../__generated__/Costs_fleet.graphql";
import { money, plural } from "../model/amount";
import { Section, type Source } from "../parts/Section";
import { AccountCosts } from "./AccountCosts";

/** As many as the API gives of the dearest. */
const MOST = 100;

export function Costs({ fleet, source }: { fleet: Costs_fleet$key; source: Source }) {
  const { spend, coverage } = useFragment(
    graphql`
      fragment Costs_fleet on Fleet {
        coverage {
          accountCount
        }
        spend {
          total {
            decimal
            currency
          }
          byProvider {
            provider {
              id
              name
            }
            total {
              decimal
              currency
            }
          }
          byAccount(first: 100) {
            account {
              id
              name
              provider {
                name
              }
            }
            total {
              decimal
              currency
            }
          }
          leftOutCount
          leftOut(first: 20) {
            account {
              id
              name
            }
            reason
          }
        }
      }
    `,
    fleet,
  );
  const [open, setOpen] = useState<{ readonly id: string; readonly name: string } | null>(null);
  const others = coverage.accountCount - spend.leftOutCount - spend.byAccount.length;
  const total = spend.total.map(money).join(", ") || "nothing yet";
  return (
    <Section title="Costs of the running period" note={`${total}, as the providers charge it`} source={source}>
      <ul className="limits plain" aria-label="Costs by provider">
        {spend.byProvider.map(({ provider, total: of }) => (
          <li key={provider.id}>
            <span className="what">{provider.name}</span>
            <span className="when">{of.map(money).join(", ")}</span>
          </li>
        ))}
      </ul>
      <ul className="limits plain apart" aria-label="Costs by account">
        {spend.byAccount.map(({ account, total: of }) => (
          <li key={account.id}>
            <span className="what">
              <button type="button" className="link name" aria-label={`What ${account.name} costs`} onClick={() => setOpen(account)}>
                {account.name}
              </button>{" "}
              <span className="where">{account.provider.name}</span>
            </span>
            <span className="when">{of.map(money).join(", ")}</span>
          </li>
        ))}
        {spend.byAccount.length === MOST && others > 0 && (
          <li className="muted">
            <span className="what">{plural(others, "account costs", "accounts cost")} less than these, and are in the sum</span>
          </li>
        )}
        {spend.leftOut.map(({ account, reason }) => (
          <li key={account.id} className="muted">
            <span className="what">
              <span className="name">{account.name}</span>{" "}
              <span className="where">{reason}</span>
            </span>
            <span className="when">not known</span>
          </li>
        ))}
      </ul>
      {spend.leftOutCount > spend.leftOut.length && <p className="line muted small">{plural(spend.leftOutCount - spend.leftOut.length, "more account is", "more accounts are")} not known.</p>}
      {open && <AccountCosts id={open.id} name={open.name} onClose={() => setOpen(null)} />}
    </Section>
  );
}
