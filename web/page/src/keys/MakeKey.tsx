/** Makes a key, and shows it once. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { MakeKeyAccountsQuery } from "../__generated__/MakeKeyAccountsQuery.graphql";
import type { MakeKeyMutation, Scope } from "../__generated__/MakeKeyMutation.graphql";
import { useAccounts } from "../accounts/useAccounts";
import { ChangeDialog } from "../changing/ChangeDialog";
import { words } from "../model/phase";
import { Several } from "../parts/fields";
import { Once } from "../parts/Once";
import { unsealed } from "../relay/secrets";
import { useChange } from "../relay/useChange";
import { useRead } from "../relay/useRead";

const SCOPES: readonly [Scope, string][] = [
  ["READ", "sees"],
  ["WRITE", "changes clusters, limits and integrations"],
  ["ADMIN", "connects accounts and makes keys"],
];
const ENDS: readonly [string, number | null][] = [
  ["in 30 days", 30],
  ["in 90 days", 90],
  ["in a year", 365],
  ["never by itself", null],
];
const DAY_MS = 86_400_000;

export function MakeKey({ connection, onClose }: { connection: string; onClose: () => void }) {
  const [made, setMade] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("READ");
  const [days, setDays] = useState<number | null>(90);
  const [accountIds, setAccountIds] = useState<readonly string[]>([]);
  const [isLimited, setLimited] = useState(false);
  const read = useRead<MakeKeyAccountsQuery>(
    graphql`
      query MakeKeyAccountsQuery {
        accounts(first: 100) {
          ...useAccounts_page @relay(mask: false)
        }
      }
    `,
    {},
  );
  const accounts = useAccounts(read.accounts);
  const [change] = useChange<MakeKeyMutation>(graphql`
    mutation MakeKeyMutation($input: CreateApiKeyInput!, $connections: [ID!]!) {
      createApiKey(input: $input) {
        userErrors {
          __typename
          message
          path
        }
        token
        apiKey @prependNode(connections: $connections, edgeTypeName: "ApiKeyEdge") {
          id
          name
          hint
          scopes
          accountIds
          createdAt
          expiresAt
          lastUsedAt
          revokedAt
        }
      }
    }
  `);
  const ask = async () => {
    const { createApiKey } = await change({
      connections: [connection],
      input: {
        name: name.trim(),
        scopes: [scope],
        accountIds: isLimited ? accountIds : null,
        expiresAt: days === null ? null : new Date(Date.now() + days * DAY_MS).toISOString(),
      },
    });
    if (createApiKey?.token) setMade(unsealed(createApiKey.token));
    return createApiKey;
  };
  if (made) return <Once title="The key" label="The key" secret={made} copied="The key is copied." onClose={onClose} />;
  return (
    <ChangeDialog
      title="Make a key"
      label="Make"
      isOurs
      because={name.trim() === "" ? "Give it a name." : isLimited && accountIds.length === 0 ? "Choose an account." : null}
      ask={ask}
      onClose={onClose}
    >
      <label htmlFor="key-name">Name</label>
      <input id="key-name" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} placeholder="stands in operations as who asked" />
      <label htmlFor="key-scope">What it may</label>
      <select id="key-scope" value={scope} onChange={(event) => setScope(event.target.value as Scope)}>
        {SCOPES.map(([value, meaning]) => (
          <option key={value} value={value}>
            {words(value)}: {meaning}
          </option>
        ))}
      </select>
      <label htmlFor="key-end">It ends</label>
      <select id="key-end" value={String(days)} onChange={(event) => setDays(event.target.value === "null" ? null : Number(event.target.value))}>
        {ENDS.map(([title, value]) => (
          <option key={title} value={String(value)}>
            {title}
          </option>
        ))}
      </select>
      <label className="check">
        <input type="checkbox" checked={isLimited} onChange={(event) => setLimited(event.target.checked)} /> It sees some accounts alone
      </label>
      {isLimited && (
        <Several title="Account" none="none yet" options={accounts.nodes.map((one) => [one.id, `${one.name}, ${one.provider.name}`])} chosen={accountIds} onChange={setAccountIds} />
      )}
    </ChangeDialog>
  );
}
