import { IconButton } from "./Button";
import { copy } from "./Section";

/** A text that people need elsewhere, with a button that copies it. In one line, unless it is to be told from one like it. */
export function Copied({ text, isWhole = false }: { text: string; isWhole?: boolean }) {
  return (
    <span className={isWhole ? "copied whole" : "copied"}>
      <span className="mono" title={text}>
        {text}
      </span>
      <IconButton icon="copy" label={`Copy ${text}`} onClick={() => copy(text, "Copied.")} />
    </span>
  );
}
