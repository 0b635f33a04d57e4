/** A sentence across the page that everybody has to see. */
import type { ReactNode } from "react";
import { Icon } from "./icons";

export function Banner({ tone, children }: { tone: string; children: ReactNode }) {
  return (
    <div className={`banner tone-${tone}`}>
      <Icon name={tone === "broken" ? "BROKEN" : tone === "moving" ? "MOVING" : "UNKNOWN"} />
      <p>{children}</p>
    </div>
  );
}
