// The key of this tab of the browser: the page of the fleet reads and writes the same place.
import { useState } from "react";

const PLACE = "fleetgraph.key";

export const readKey = () => sessionStorage.getItem(PLACE);

export function KeyBox() {
  const [hasKey, setHasKey] = useState(readKey() !== null);
  const keep = (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const key = new FormData(form).get("key").trim();
    if (key) sessionStorage.setItem(PLACE, key);
    else sessionStorage.removeItem(PLACE);
    setHasKey(key !== "");
    form.reset();
  };
  return (
    <form className="key" onSubmit={keep}>
      <input
        name="key"
        type="password"
        autoComplete="off"
        aria-label="Key"
        placeholder={hasKey ? "A key is given, for this tab alone" : "Key, where one is needed"}
      />
      <button type="submit">{hasKey ? "Replace" : "Keep"}</button>
    </form>
  );
}
