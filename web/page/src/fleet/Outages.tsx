/** One sentence for each provider that does not answer as it should. */
import { graphql, useFragment } from "react-relay";
import type { Outages_coverage$data, Outages_coverage$key } from "../__generated__/Outages_coverage.graphql";
import { plural } from "../model/amount";
import { Ago, Due } from "../parts/Ago";
import { Icon } from "../parts/icons";

type Missing = Outages_coverage$data["missing"]["nodes"][number];

export function Outages({ coverage }: { coverage: Outages_coverage$key }) {
  const { missing, missingCount } = useFragment(
    graphql`
      fragment Outages_coverage on Coverage {
        missingCount
        missing(first: 100) {
          nodes {
            id
            name
            provider {
              id
              name
            }
            freshness {
              state
              observedAt
              nextAttemptAt
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
  const byProvider = new Map<string, Missing[]>();
  for (const account of missing.nodes) {
    byProvider.set(account.provider.id, [...(byProvider.get(account.provider.id) ?? []), account]);
  }
  return [...byProvider.values()].map((accounts) => <Outage key={accounts[0]?.provider.id} accounts={accounts} isCut={missingCount > missing.nodes.length} />);
}

function Outage({ accounts, isCut }: { accounts: Missing[]; isCut: boolean }) {
  const [first] = accounts;
  if (!first) return null;
  const seen = accounts.map((one) => one.freshness.observedAt ?? "").sort()[0];
  const next = accounts.flatMap((one) => one.freshness.nextAttemptAt ?? []).sort()[0];
  const reasons = new Set(accounts.flatMap((one) => one.freshness.lastFailure?.message ?? []));
  return (
    <div className="banner tone-unknown" role="status">
      <Icon name="UNKNOWN" />
      <p>
        <strong>{first.provider.name}</strong>: {isCut && "at least "}
        {plural(accounts.length, "account")} not current
        {accounts.length < 4 && ` (${accounts.map((one) => one.name).join(", ")})`}. {[...reasons].slice(0, 2).join(" ")}{" "}
        {seen ? (
          <>
            What is shown was seen <Ago at={seen} />.
          </>
        ) : (
          "Nothing was seen yet."
        )}{" "}
        {next && (
          <>
            Next attempt <Due at={next} />.
          </>
        )}
      </p>
    </div>
  );
}
