// The key of this tab of the browser: the page of the fleet reads and writes the same place.
import { useState } from "react";

const PLACE = "fleetgraph.key";

export const readKey = () => sessionStorage.getItem(PLACE);

export function KeyBox() {
  const [isOpen, setOpen] = useState(false);
  const [hasKey, setHasKey] = useState(readKey() !== null);
  const keep = (event) => {
    event.preventDefault();
    const key = new FormData(event.target).get("key").trim();
    if (key) sessionStorage.setItem(PLACE, key);
    else sessionStorage.removeItem(PLACE);
    setHasKey(key !== "");
    setOpen(false);
  };
  if (!isOpen) {
    return (
      <button type="button" className="key" onClick={() => setOpen(true)} title="Sent with every request of this tab of the browser">
        {hasKey ? "Key: given" : "Key: none"}
      </button>
    );
  }
  return (
    <form className="key" onSubmit={keep}>
      <input name="key" type="password" autoComplete="off" autoFocus aria-label="Key" placeholder="Key, for this tab alone" />
      <button type="submit">Keep</button>
    </form>
  );
}
