/** Who asks, and what they may. Views do not wait for it: until it is known, nobody may change anything. */
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { fetchQuery, graphql, useRelayEnvironment } from "react-relay";
import type { ViewerQuery } from "../__generated__/ViewerQuery.graphql";
import { words } from "../model/phase";
import { Empty, Skeleton } from "../parts/States";

interface ViewerFacts {
  name: string;
  scopes: readonly string[];
  isKnown: boolean;
}

const NOBODY: ViewerFacts = { name: "", scopes: [], isKnown: false };
const TRY_AGAIN_MS = 5_000;
const Context = createContext<ViewerFacts>(NOBODY);

export function ViewerProvider({ children }: { children: ReactNode }) {
  const environment = useRelayEnvironment();
  const [facts, setFacts] = useState(NOBODY);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let again: ReturnType<typeof setTimeout> | undefined;
    const asked = fetchQuery<ViewerQuery>(
      environment,
      graphql`
        query ViewerQuery {
          viewer {
            name
            scopes
          }
        }
      `,
      {},
    ).subscribe({
      next: ({ viewer }) => setFacts({ ...viewer, isKnown: true }),
      error: () => {
        again = setTimeout(() => setTurn(turn + 1), TRY_AGAIN_MS); // the connection says why
      },
    });
    return () => {
      asked.unsubscribe();
      clearTimeout(again);
    };
  }, [environment, turn]);
  return <Context value={facts}>{children}</Context>;
}

export const useViewer = (): ViewerFacts => useContext(Context);

/** Why the viewer may not do what takes this scope. Null when they may. */
export function useRefusal(scope: "WRITE" | "ADMIN"): string | null {
  const { isKnown, scopes } = useViewer();
  if (!isKnown) return "It is not known yet what you may.";
  return scopes.includes(scope) ? null : `Your key would need the scope ${words(scope)}.`;
}

/** A view that administrators alone may see. */
export function ForAdministrators({ title, children }: { title: string; children: ReactNode }) {
  const { isKnown } = useViewer();
  const refusal = useRefusal("ADMIN");
  if (!isKnown) return <Skeleton />;
  if (refusal === null) return children;
  return (
    <Empty icon="lock" title={title}>
      {refusal}
    </Empty>
  );
}

/** Stands where the buttons would be that change something. */
export function ReadOnly({ refusal }: { refusal: string }) {
  const { isKnown } = useViewer();
  return isKnown && <span className="muted small">Read only. {refusal}</span>;
}
