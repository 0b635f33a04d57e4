/** What was charged in each calendar month, by currency, as bars. Periods that are no months stand beside them by name. */
import { useMemo } from "react";
import { graphql } from "react-relay";
import compiled from "../__generated__/MonthsQuery.graphql";
import type { MonthsQuery } from "../__generated__/MonthsQuery.graphql";
import type { MonthsPageQuery } from "../__generated__/MonthsPageQuery.graphql";
import { decimal, digitsOf, money, plural } from "../model/amount";
import { Section } from "../parts/Section";
import { Empty } from "../parts/States";
import { useWhole } from "../relay/useWhole";
import { useFollowed } from "../relay/useFollowed";

const MONTH = /^\d{4}-\d{2}$/;
const MOST_MONTHS = 12;

graphql`
  fragment Months_page on AccountConnection {
    nodes {
      id
      name
      spend(first: 12) {
        period
        isFinal
        leavesOut
        total {
          minorUnits
          decimal
          currency
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`;

const nextDocument = graphql`
  query MonthsPageQuery($after: String) {
    accounts(first: 100, after: $after) {
      ...Months_page @relay(mask: false)
    }
  }
`;

type Account = MonthsQuery["response"]["accounts"]["nodes"][number];
type Period = NonNullable<Account["spend"]>[number];

interface Month {
  name: string;
  minorUnits: bigint;
  /** Whether every part of it is an invoice. */
  isFinal: boolean;
  parts: string[];
}

export function Months() {
  const variables = useMemo(() => ({}), []);
  const { accounts: firstAccounts } = useFollowed<MonthsQuery>(
    graphql`
      query MonthsQuery {
        accounts(first: 100) {
          ...Months_page @relay(mask: false)
        }
      }
    `,
    variables,
  );
  const accounts = useWhole<MonthsPageQuery, Account>(firstAccounts, nextDocument, {}, (data) => data.accounts, true);
  const periods = accounts.nodes.flatMap((account) => (account.spend ?? []).map((period): [Account, Period] => [account, period]));
  const currencies = [...new Set(periods.map(([, { total }]) => total.currency))].sort();
  const others = periods.filter(([, { period }]) => !MONTH.test(period));
  const leftOut = [...new Set(periods.flatMap(([, { leavesOut }]) => leavesOut ?? []))];
  return (
    <Section title="Months" note={`as the providers charged them; the running month so far${accounts.isCut ? `; of ${plural(accounts.nodes.length, "account")} alone` : ""}`} source={{ document: compiled, variables }}>
      {periods.length === 0 && <Empty icon="spend" title="No provider tells what it charged." />}
      {currencies.map((currency) => (
        <Currency key={currency} currency={currency} periods={periods.filter(([, { period, total }]) => MONTH.test(period) && total.currency === currency)} />
      ))}
      {others.length > 0 && (
        <>
          <p className="line muted">In no sum, because their periods are not calendar months:</p>
          <ul className="limits plain">
            {others.map(([account, { period, total }]) => (
              <li key={`${account.id} ${period} ${total.currency}`}>
                <span className="what">
                  <span className="name">{account.name}</span>{" "}
                  <span className="where">{period}</span>
                </span>
                <span className="when">{money(total)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {leftOut.length > 0 && <p className="line muted small">{leftOut.join(" ")}</p>}
    </Section>
  );
}

function Currency({ currency, periods }: { currency: string; periods: [Account, Period][] }) {
  const months = new Map<string, Month>();
  for (const [account, { period, isFinal, total }] of periods) {
    const before = months.get(period) ?? { name: period, minorUnits: 0n, isFinal: true, parts: [] };
    months.set(period, {
      name: period,
      minorUnits: before.minorUnits + BigInt(total.minorUnits),
      isFinal: before.isFinal && isFinal,
      parts: [...before.parts, `${account.name} ${money(total)}`],
    });
  }
  const shown = [...months.values()].sort((a, b) => a.name.localeCompare(b.name)).slice(-MOST_MONTHS);
  const most = shown.reduce((sum, { minorUnits }) => (minorUnits > sum ? minorUnits : sum), 1n);
  const digits = digitsOf(periods[0]?.[1].total.decimal ?? "");
  if (shown.length === 0) return null;
  return (
    <ol className="months" tabIndex={0} aria-label={`Months in ${currency}`}>
      {shown.map(({ name, minorUnits, isFinal, parts }) => (
        <li key={name} title={parts.join("\n")}>
          <span className="amount">{money({ decimal: decimal(minorUnits, digits), currency })}</span>
          <span className="plot" aria-hidden="true">
            <span className={isFinal ? "" : "running"} style={{ height: `${Math.max(1, Number((minorUnits * 100n) / most))}%` }} />
          </span>
          <span className="muted">
            {name}
            {!isFinal && <small> so far</small>}
          </span>
        </li>
      ))}
    </ol>
  );
}
