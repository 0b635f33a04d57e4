/** Asks for the key when the API wants one. It is kept for this tab of the browser, for page and explorer alike. */
import { useEffect, useState } from "react";
import { Button } from "../parts/Button";
import { key, keepKey } from "../relay/key";
import { Mark } from "./Sidebar";
import type { SignIn } from "./signIn";

export function KeyBox({ reason }: { reason: string }) {
  const [typed, setTyped] = useState("");
  const wasRefused = key.get() !== null;
  const [signIn, setSignIn] = useState<SignIn | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    import("./signIn").then(({ readSignIn }) => readSignIn()).then(setSignIn, () => undefined);
  }, []);
  const enter = async () => {
    if (!signIn) return;
    const { begin } = await import("./signIn");
    await begin(signIn).catch((error: unknown) => setFault(error instanceof Error ? error.message : String(error)));
  };
  return (
    <main className="keybox">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === "") return;
          keepKey(typed.trim());
          location.reload();
        }}
      >
        <h1>
          <Mark /> Fleetgraph
        </h1>
        <p role={wasRefused ? "alert" : undefined} className={wasRefused ? "tone-broken" : "muted"}>
          {wasRefused ? `The key was refused. ${reason}` : reason}
        </p>
        {signIn && (
          <>
            <Button kind="primary" onClick={enter}>
              Sign in
            </Button>
            <p className="muted small">at {new URL(signIn.issuer).host}, or with a key:</p>
            {fault && (
              <p role="alert" className="tone-broken">
                {fault}
              </p>
            )}
          </>
        )}
        <label htmlFor="key">Key</label>
        <input
          id="key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit" kind={signIn ? "plain" : "primary"} because={typed.trim() === "" ? "Give a key first." : null}>
          Open
        </Button>
        <p className="muted small">
          It stays in this tab of the browser and goes when you close it. Whoever runs this Fleetgraph makes keys, on the
          page of keys or by <code>fleetgraph keys create</code>.
        </p>
      </form>
    </main>
  );
}
