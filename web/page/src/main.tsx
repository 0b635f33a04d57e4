import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RelayEnvironmentProvider } from "react-relay";
import { App } from "./App";
import { keyWanted } from "./relay/connection";
import { environment } from "./relay/environment";
import { applyTheme } from "./shell/theme";
import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/views.css";

applyTheme();
const root = document.getElementById("root");

/** Whoever comes back from the issuer gets the token first. What fails there is said where the key is asked for. */
async function start(element: HTMLElement): Promise<void> {
  if (mayReturn()) {
    const { finish, isReturn } = await import("./shell/signIn");
    if (isReturn()) await finish().catch((error: unknown) => keyWanted(error instanceof Error ? error.message : String(error)));
  }
  createRoot(element).render(
    <StrictMode>
      <RelayEnvironmentProvider environment={environment}>
        <App />
      </RelayEnvironmentProvider>
    </StrictMode>,
  );
}

const mayReturn = (): boolean => /[?&]state=/.test(location.search) && /[?&](code|error)=/.test(location.search);

if (root) void start(root);
