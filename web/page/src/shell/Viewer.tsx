/** Who asks, and what they may. */
import { createContext, useContext, type ReactNode } from "react";
import { graphql, useLazyLoadQuery } from "react-relay";
import type { ViewerQuery } from "../__generated__/ViewerQuery.graphql";

interface ViewerFacts {
  name: string;
  scopes: readonly string[];
}

const Context = createContext<ViewerFacts>({ name: "", scopes: [] });

export function ViewerProvider({ children }: { children: ReactNode }) {
  const { viewer } = useLazyLoadQuery<ViewerQuery>(
    graphql`
      query ViewerQuery {
        viewer {
          name
          scopes
        }
      }
    `,
    {},
  );
  return <Context value={viewer}>{children}</Context>;
}

export const useViewer = (): ViewerFacts => useContext(Context);

/** Why the viewer may not do what takes this scope. Null when they may. */
export function useRefusal(scope: "WRITE" | "ADMIN"): string | null {
  return useViewer().scopes.includes(scope) ? null : `Your key would need the scope ${scope}.`;
}
