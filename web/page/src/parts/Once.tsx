/** A secret that is shown this once. */
import { Button } from "./Button";
import { copy } from "./Section";

export function Once({ label, secret, copied, onDone }: { label: string; secret: string; copied: string; onDone: () => void }) {
  return (
    <div className="made">
      <p>This is the only time that it is shown.</p>
      <input aria-label={label} className="mono" readOnly value={secret} onFocus={(event) => event.target.select()} />
      <footer>
        <Button icon="copy" kind="primary" onClick={() => copy(secret, copied)}>
          Copy
        </Button>
        <Button onClick={onDone}>Done</Button>
      </footer>
    </div>
  );
}
