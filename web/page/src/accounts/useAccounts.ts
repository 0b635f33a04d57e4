/** Every account, to choose from. */
import { graphql } from "react-relay";
import type { useAccounts_page$data } from "../__generated__/useAccounts_page.graphql";
import type { useAccountsQuery } from "../__generated__/useAccountsQuery.graphql";
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

export const useAccounts = (first: Page): Whole<Page["nodes"][number]> => useWhole<useAccountsQuery, Page["nodes"][number]>(first, nextDocument, {}, (data) => data.accounts);
