/** Sets an envelope. One of the same name is replaced. */
import { type FormEvent, useState } from "react";
import { graphql } from "react-relay";
import type { SetEnvelopeMutation } from "../__generated__/SetEnvelopeMutation.graphql";
import { Refusals } from "../changing/ChangeForm";
import type { Refusal } from "../changing/types";
import { AMOUNT, toMinor } from "../model/amount";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";

interface SetEnvelopeProps {
  accounts: readonly { readonly id: string; readonly name: string }[];
  onSet: () => void;
  onClose: () => void;
}

const LABEL = /^([^=\s]+)=(\S*)$/;

export function SetEnvelope({ accounts, onSet, onClose }: SetEnvelopeProps) {
  const [name, setName] = useState("");
  const [amount, setAmount] = useState("");
  const [currency, setCurrency] = useState("USD");
  const [labels, setLabels] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const [change, isBusy] = useChange<SetEnvelopeMutation>(graphql`
    mutation SetEnvelopeMutation($input: SetEnvelopeInput!) {
      setEnvelope(input: $input) {
        userErrors {
          __typename
          message
          path
        }
        envelope {
          id
        }
      }
    }
  `);
  const given = labels.split(/[\s,]+/).filter(Boolean);
  const because = isBusy
    ? "It is being asked for."
    : name.trim() === ""
      ? "Give it a name."
      : !AMOUNT.test(amount)
        ? "Give an amount, as in 120 or 12.50."
        : given.every((one) => LABEL.test(one))
          ? null
          : "Write a label as team=games.";
  const set = async (event: FormEvent) => {
    event.preventDefault();
    if (because) return;
    const { setEnvelope } = await change({
      input: {
        name: name.trim(),
        money: { minorUnits: toMinor(amount), currency },
        accountIds: chosen.length > 0 ? chosen : null,
        labels: given.map((one) => ({ key: LABEL.exec(one)?.[1] ?? "", value: LABEL.exec(one)?.[2] ?? "" })),
      },
    });
    if (!setEnvelope) return;
    setRefused(setEnvelope.userErrors);
    if (setEnvelope.userErrors.length > 0) return;
    say(`${name.trim()} is set.`);
    onSet();
  };
  return (
    <Dialog title="Set an envelope" isOpen onClose={onClose}>
      <form onSubmit={set}>
        <label htmlFor="envelope-name">Name</label>
        <input id="envelope-name" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        <label htmlFor="envelope-amount">A month</label>
        <span className="beside">
          <input id="envelope-amount" inputMode="decimal" autoComplete="off" value={amount} onChange={(event) => setAmount(event.target.value)} />
          <select aria-label="Currency" value={currency} onChange={(event) => setCurrency(event.target.value)}>
            {["USD", "EUR", "GBP"].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </span>
        <label htmlFor="envelope-labels">Only clusters with the labels</label>
        <input id="envelope-labels" autoComplete="off" placeholder="team=games" value={labels} onChange={(event) => setLabels(event.target.value)} />
        <fieldset className="choose">
          <legend>Accounts; none means all</legend>
          {accounts.map((account) => (
            <label key={account.id} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(account.id)}
                onChange={(event) => setChosen(event.target.checked ? [...chosen, account.id] : chosen.filter((id) => id !== account.id))}
              />
              {account.name}
            </label>
          ))}
        </fieldset>
        {refused.length > 0 && <Refusals said={refused} />}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" because={because}>
            Set
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
