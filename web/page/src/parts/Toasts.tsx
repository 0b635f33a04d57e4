/** Short sentences about what was just done, which go by themselves. */
import { createStore, useStore } from "../relay/store";
import { Icon } from "./icons";

interface Toast {
  id: number;
  text: string;
  tone: "fine" | "broken";
}

const SHOWN_MS = 6000;
const toasts = createStore<readonly Toast[]>([]);
let last = 0;

export function say(text: string, tone: Toast["tone"] = "fine"): void {
  const id = ++last;
  toasts.set([...toasts.get(), { id, text, tone }]);
  setTimeout(() => toasts.set(toasts.get().filter((toast) => toast.id !== id)), SHOWN_MS);
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((toast) => (
        <p key={toast.id} className={`toast tone-${toast.tone}`}>
          <Icon name={toast.tone === "fine" ? "FINE" : "BROKEN"} size={14} />
          <span>{toast.text}</span>
        </p>
      ))}
    </div>
  );
}
