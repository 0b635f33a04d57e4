/** What the keyboard does in every view. */
import { useEffect } from "react";
import { useLocation } from "wouter";
import { Dialog } from "../parts/Dialog";
import { createStore, useStore } from "../relay/store";
import { toggleTheme } from "./theme";
import { VIEWS } from "./views";

const SEQUENCE_MS = 1500;
const help = createStore(false);

export const openHelp = (): void => help.set(true);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function Shortcuts() {
  const [, go] = useLocation();
  const isOpen = useStore(help);
  useEffect(() => {
    let wentAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target)) {
        if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
        return;
      }
      const view = VIEWS.find((one) => one.letter === event.key);
      if (Date.now() - wentAt < SEQUENCE_MS && (view || event.key === "n")) {
        wentAt = 0;
        go(view ? view.path : "/create");
      } else if (event.key === "g") {
        wentAt = Date.now();
        return;
      } else if (event.key === "/") {
        document.getElementById("search")?.focus();
      } else if (event.key === "?") {
        openHelp();
      } else if (event.key === "t") {
        toggleTheme();
      } else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [go]);
  if (!isOpen) return null;
  return (
    <Dialog title="Keyboard" onClose={() => help.set(false)}>
      <dl className="shortcuts">
        <Shortcut keys={["/"]}>Search clusters</Shortcut>
        {VIEWS.map((view) => (
          <Shortcut key={view.path} keys={["g", view.letter]}>
            {view.title}
          </Shortcut>
        ))}
        <Shortcut keys={["g", "n"]}>Create a cluster</Shortcut>
        <Shortcut keys={["↑", "↓", "Enter"]}>Move in a table, open a row</Shortcut>
        <Shortcut keys={["t"]}>Light or dark</Shortcut>
        <Shortcut keys={["Esc"]}>Leave a field, close a dialog</Shortcut>
        <Shortcut keys={["?"]}>This help</Shortcut>
      </dl>
    </Dialog>
  );
}

function Shortcut({ keys, children }: { keys: string[]; children: string }) {
  return (
    <div>
      <dt>{children}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </div>
  );
}
