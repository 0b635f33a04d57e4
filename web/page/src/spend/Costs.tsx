/** What accounts cost in the running periods, by their providers' own statements, and what the sums leave out. */
import { graphql, useFragment } from "react-relay";
import type { Costs_fleet$key } from "../__generated__/Costs_fleet.graphql";
import { money } from "../model/amount";
import { Section, type Source } from "../parts/Section";

export function Costs({ fleet, source }: { fleet: Costs_fleet$key; source: Source }) {
  const { spend } = useFragment(
    graphql`
      fragment Costs_fleet on Fleet {
        spend {
          total {
            decimal
            currency
          }
          byAccount(first: 50) {
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
  const total = spend.total.map(money).join(", ") || "nothing yet";
  return (
    <Section title="Costs of the running period" note={`${total}, as the providers charge it`} source={source}>
      <ul className="limits plain">
        {spend.byAccount.map(({ account, total: of }) => (
          <li key={account.id}>
            <span className="what">
              <span className="name">{account.name}</span>
              <span className="where">{account.provider.name}</span>
            </span>
            <span className="when">{of.map(money).join(", ")}</span>
          </li>
        ))}
        {spend.leftOut.map(({ account, reason }) => (
          <li key={account.id} className="muted">
            <span className="what">
              <span className="name">{account.name}</span>
              <span className="where">{reason}</span>
            </span>
            <span className="when">not known</span>
          </li>
        ))}
      </ul>
      {spend.leftOutCount > spend.leftOut.length && <p className="muted small">{spend.leftOutCount - spend.leftOut.length} more accounts are not known.</p>}
    </Section>
  );
}
