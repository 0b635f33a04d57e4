import { useEffect, useRef } from "react";
import { useLocation, useSearchParams } from "wouter";
import { brief, useNow } from "../model/time";
import { LinkButton } from "../parts/Button";
import { Icon } from "../parts/icons";
import { connection } from "../relay/connection";
import { useStore } from "../relay/store";
import { useRefusal } from "./Viewer";
import { isAt, VIEWS } from "./views";

export function Topbar() {
  const [path] = useLocation();
  const title = path === "/create" ? "Create a cluster" : (VIEWS.find((view) => isAt(view, path))?.title ?? "Fleetgraph");
  useEffect(() => {
    document.title = title === "Fleet" ? "Fleetgraph" : `${title} · Fleetgraph`;
  }, [title]);
  return (
    <header className="topbar">
      <h1>{title}</h1>
      <Live />
      <span className="spread" />
      <Search />
      {useRefusal("WRITE") === null && (
        <LinkButton to="/create" icon="plus" kind="primary">
          Create
        </LinkButton>
      )}
    </header>
  );
}

const STALE_AFTER_MS = 25_000;

function Live() {
  const { answeredAt, failure } = useStore(connection);
  const now = useNow();
  const age = answeredAt === null ? 0 : Math.max(0, now - answeredAt);
  const isStale = failure !== null || age > STALE_AFTER_MS;
  return (
    <span className={`live ${isStale ? "stale" : ""}`} role="status" title={failure ?? "What is shown follows the fleet."}>
      <span className="dot" aria-hidden="true" />
      {isStale ? (
        <>
          <span>{answeredAt === null ? "No answer" : `Stale, ${brief(age / 1000)} old`}</span>
          {failure && <span className="why">{failure}</span>}
        </>
      ) : answeredAt === null ? (
        "Reading"
      ) : (
        "Live"
      )}
    </span>
  );
}

/** Searches clusters by name, from any view. */
function Search() {
  const [path, go] = useLocation();
  const [params, setParams] = useSearchParams();
  const isHere = path === "/clusters";
  const box = useRef<HTMLInputElement>(null);
  const asked = isHere ? (params.get("q") ?? "") : "";
  useEffect(() => {
    if (box.current && document.activeElement !== box.current) box.current.value = asked;
  }, [asked]);
  const search = (text: string) => {
    if (!isHere) return;
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (text) after.set("q", text);
        else after.delete("q");
        return after;
      },
      { replace: true },
    );
  };
  return (
    <form
      role="search"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        const text = box.current?.value ?? "";
        if (!isHere) go(`/clusters?q=${encodeURIComponent(text)}`);
      }}
    >
      <Icon name="search" size={14} />
      <input
        ref={box}
        id="search"
        type="search"
        aria-label="Search clusters"
        placeholder="Search, or cloud:aws phase:degraded"
        defaultValue={asked}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => search(event.target.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}
