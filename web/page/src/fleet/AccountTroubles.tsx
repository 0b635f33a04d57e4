/** Accounts whose present is not known, each with its reason. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { AccountTroubles_coverage$key } from "../__generated__/AccountTroubles_coverage.graphql";
import { plural } from "../model/amount";
import { Ago } from "../parts/Ago";
import { Icon } from "../parts/icons";
import { FreshnessState } from "../parts/Phase";
import { Section, type Source } from "../parts/Section";
import { RefreshAccount } from "../accounts/RefreshAccount";

export function AccountTroubles({ coverage, source }: { coverage: AccountTroubles_coverage$key; source: Source }) {
  const { accountCount, missingCount, missing } = useFragment(
    graphql`
      fragment AccountTroubles_coverage on Coverage {
        accountCount
        missingCount
        missing(first: 100) {
          nodes {
            id
            name
            provider {
              name
            }
            freshness {
              state
              observedAt
              lastFailure {
                message
              }
            }
          }
        }
      }
    `,
    coverage,
  );
  return (
    <Section title="Accounts" note={`${accountCount - missingCount} of ${accountCount} current`} source={source}>
      {missingCount === 0 ? (
        <p className="line tone-fine">
          <Icon name="FINE" size={14} /> {accountCount === 1 ? "The account was" : `All ${plural(accountCount, "account")} were`} observed when due.
        </p>
      ) : (
        <ul className="items narrow">
          {missing.nodes.map((account) => (
            <li key={account.id} className="item">
              <div className="what">
                <FreshnessState state={account.freshness.state} />
                <Link to="/accounts" className="name">
                  {account.name}
                </Link>{" "}
                <span className="where">{account.provider.name}</span>
                <p>{account.freshness.lastFailure?.message ?? "It is overdue."}</p>
              </div>
              <span className="when">
                seen <Ago at={account.freshness.observedAt} />
              </span>
              <span className="actions">
                <RefreshAccount id={account.id} name={account.name} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {missingCount > missing.nodes.length && <p className="line muted">{plural(missingCount - missing.nodes.length, "more account is", "more accounts are")} not current.</p>}
    </Section>
  );
}
