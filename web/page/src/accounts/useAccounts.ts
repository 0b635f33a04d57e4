/** Every account, to choose from. */
import { graphql } from "react-relay";
import type { useAccounts_page$data } from "../__generated__/useAccounts_page.graphql";
import type { useAccountsQuery } from "../__generated__/useAccountsQuery.graphql";
import { plural } from "../model/amount";
import { useWhole, type Whole } from "../relay/useWhole";

graphql`
  fragment useAccounts_page on AccountConnection {
    nodes {
      id
      name
      provider {
        id
        kind
        name
      }
      freshness {
        state
        lastFailure {
          message
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
  query useAccountsQuery($after: String) {
    accounts(first: 100, after: $after) {
      ...useAccounts_page @relay(mask: false)
    }
  }
`;

type Page = Omit<useAccounts_page$data, " $fragmentType">;

export const useAccounts = (first: Page): Whole<Page["nodes"][number]> => useWhole<useAccountsQuery, Page["nodes"][number]>(first, nextDocument, {}, (data) => data.accounts, true);

/** Some accounts by their names: the first three, and how many more. One that is not read, or gone, is counted. */
export function named(ids: readonly string[] | null | undefined, accounts: readonly { readonly id: string; readonly name: string }[]): string {
  if (!ids) return "every account";
  const names = ids.flatMap((id) => accounts.find((one) => one.id === id)?.name ?? []).slice(0, SHOWN);
  const others = ids.length - names.length;
  if (names.length === 0) return plural(others, "account");
  return [...names, others > 0 && `${others} more`].filter(Boolean).join(", ");
}

const SHOWN = 3;
