/** Sets an envelope. One of the same name is replaced. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { SetEnvelopeMutation } from "../__generated__/SetEnvelopeMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { AMOUNT, toMinor } from "../model/amount";
import { Several } from "../parts/fields";
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
  const [change] = useChange<SetEnvelopeMutation>(graphql`
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
  const because =
    name.trim() === ""
      ? "Give it a name."
      : !AMOUNT.test(amount)
        ? "Give an amount, as in 120 or 12.50."
        : given.every((one) => LABEL.test(one))
          ? null
          : "Write a label as team=games.";
  const ask = async () => {
    const { setEnvelope } = await change({
      input: {
        name: name.trim(),
        money: { minorUnits: toMinor(amount), currency },
        accountIds: chosen.length > 0 ? chosen : null,
        labels: given.map((one) => ({ key: LABEL.exec(one)?.[1] ?? "", value: LABEL.exec(one)?.[2] ?? "" })),
      },
    });
    if (setEnvelope?.userErrors.length === 0) onSet();
    return setEnvelope;
  };
  return (
    <ChangeDialog title="Set an envelope" done={`${name.trim()} is set.`} label="Set" isOurs because={because} ask={ask} onClose={onClose}>
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
      <Several title="Account" options={accounts.map((one) => [one.id, one.name])} chosen={chosen} onChange={setChosen} />
    </ChangeDialog>
  );
}
