/** A secret that is shown this once. */
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { copy } from "./Section";

interface OnceProps {
  title: string;
  label: string;
  secret: string;
  copied: string;
  onClose: () => void;
}

export function Once({ title, label, secret, copied, onClose }: OnceProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="made">
        <p>This is the only time that it is shown.</p>
        <input aria-label={label} className="mono" readOnly value={secret} onFocus={(event) => event.target.select()} />
        <footer>
          <Button icon="copy" kind="primary" onClick={() => copy(secret, copied)}>
            Copy
          </Button>
          <Button onClick={onClose}>Done</Button>
        </footer>
      </div>
    </Dialog>
  );
}
