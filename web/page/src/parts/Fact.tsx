import type { ReactNode } from "react";

/** A name and its value. What is not known is not there. */
export function Fact({ title, children }: { title: string; children: ReactNode }) {
  const parts = Array.isArray(children) ? children : [children];
  if (parts.every((part) => part === null || part === undefined || part === false || part === "")) return null;
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What is not known is not there. */
export const yes = (fact: boolean | null | undefined): string | null => (fact == null ? null : fact ? "yes" : "no");
