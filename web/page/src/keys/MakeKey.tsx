/** Makes a key, and shows it once. */
import { type FormEvent, useState } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";
import type { MakeKeyAccountsQuery } from "../__generated__/MakeKeyAccountsQuery.graphql";
import type { MakeKeyMutation, Scope } from "../__generated__/MakeKeyMutation.graphql";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Once } from "../parts/Once";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";

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

interface MakeKeyProps {
  isOpen: boolean;
  connection: string;
  onClose: () => void;
}

export function MakeKey({ isOpen, connection, onClose }: MakeKeyProps) {
  const [made, setMade] = useState<string | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Dialog title={made ? "The key" : "Make a key"} isOpen={isOpen} onClose={close}>
      {made ? (
        <Once label="The key" secret={made} copied="The key is copied." onDone={close} />
      ) : (
        isOpen && <Form connection={connection} onMade={setMade} onCancel={close} />
      )}
    </Dialog>
  );
}

function Form({ connection, onMade, onCancel }: { connection: string; onMade: (key: string) => void; onCancel: () => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("READ");
  const [days, setDays] = useState<number | null>(90);
  const [accountIds, setAccountIds] = useState<readonly string[]>([]);
  const [isLimited, setLimited] = useState(false);
  const { accounts } = useLazyLoadQuery<MakeKeyAccountsQuery>(
    graphql`
      query MakeKeyAccountsQuery {
        accounts(first: 100) {
          nodes {
            id
            name
            provider {
              name
            }
          }
        }
      }
    `,
    {},
  );
  const [change, isBusy] = useChange<MakeKeyMutation>(graphql`
    mutation MakeKeyMutation($input: CreateApiKeyInput!, $connections: [ID!]!) {
      createApiKey(input: $input) {
        userErrors {
          __typename
          message
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
  const because = isBusy ? "It is being made." : name.trim() === "" ? "Give it a name." : isLimited && accountIds.length === 0 ? "Choose an account." : null;
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (because) return;
    const { createApiKey } = await change({
      connections: [connection],
      input: {
        name: name.trim(),
        scopes: [scope],
        accountIds: isLimited ? accountIds : null,
        expiresAt: days === null ? null : new Date(Date.now() + days * DAY_MS).toISOString(),
      },
    });
    const refused = createApiKey?.userErrors[0];
    if (refused) say(refused.message, "broken");
    if (createApiKey?.token) onMade(createApiKey.token);
  };
  return (
    <form onSubmit={make}>
      <label htmlFor="key-name">Name</label>
      <input id="key-name" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} placeholder="stands in operations as who asked" />
      <label htmlFor="key-scope">What it may</label>
      <select id="key-scope" value={scope} onChange={(event) => setScope(event.target.value as Scope)}>
        {SCOPES.map(([value, meaning]) => (
          <option key={value} value={value}>
            {value}: {meaning}
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
        <fieldset className="choose">
          <legend className="sr">Accounts</legend>
          {accounts.nodes.map((account) => (
            <label key={account.id} className="check">
              <input
                type="checkbox"
                checked={accountIds.includes(account.id)}
                onChange={(event) => setAccountIds(event.target.checked ? [...accountIds, account.id] : accountIds.filter((id) => id !== account.id))}
              />
              {account.name} <span className="muted">{account.provider.name}</span>
            </label>
          ))}
        </fieldset>
      )}
      <footer>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" kind="primary" because={because}>
          Make
        </Button>
      </footer>
    </form>
  );
}
