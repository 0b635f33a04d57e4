import { IconButton } from "./Button";
import { copy } from "./Section";

/** A text that people need elsewhere, in one line, with a button that copies it. */
export function Copied({ text }: { text: string }) {
  return (
    <span className="copied">
      <span className="mono" title={text}>
        {text}
      </span>
      <IconButton icon="copy" label={`Copy ${text}`} onClick={() => copy(text, "Copied.")} />
    </span>
  );
}
