import { Link, useLocation } from "wouter";
import { IconButton } from "../parts/Button";
import { Icon } from "../parts/icons";
import { key } from "../relay/key";
import { useStore } from "../relay/store";
import { openHelp } from "./Shortcuts";
import { toggleTheme } from "./theme";
import { useViewer } from "./Viewer";
import { isAt, VIEWS } from "./views";

export function Sidebar() {
  const [path] = useLocation();
  return (
    <div className="sidebar">
      <Link to="/" className="brand">
        <Mark />
        Fleetgraph
      </Link>
      <nav aria-label="Views">
        <ul>
          {VIEWS.map((view) => (
            <li key={view.path}>
              <Link to={view.path} aria-current={isAt(view, path) ? "page" : undefined} title={`g ${view.letter}`}>
                <Icon name={view.icon} />
                <span>{view.title}</span>
              </Link>
            </li>
          ))}
          <li className="apart">
            <a href="/graphql">
              <Icon name="explorer" />
              <span>Explorer</span>
            </a>
          </li>
        </ul>
      </nav>
      <Who />
    </div>
  );
}

function Who() {
  const viewer = useViewer();
  const hasKey = useStore(key) !== null;
  return (
    <div className="who">
      <span className="name" title={`May ${viewer.scopes.join(", ")}`}>
        <strong>{viewer.name}</strong>
        <small>{viewer.scopes.at(-1) === "ADMIN" ? "admin" : viewer.scopes.map((scope) => scope.toLowerCase()).join(", ")}</small>
      </span>
      {hasKey && (
        <IconButton
          icon="lock"
          label="Sign out"
          onClick={async () => (await import("./signIn")).signOut()}
        />
      )}
      <IconButton icon="moon" label="Light or dark" onClick={toggleTheme} />
      <IconButton icon="help" label="Keyboard shortcuts" onClick={openHelp} />
    </div>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true" className="mark">
      <path d="M16 7 7 23h18z" />
      <circle cx="16" cy="7" r="4.5" />
      <circle cx="7" cy="23" r="4.5" />
      <circle cx="25" cy="23" r="4.5" />
    </svg>
  );
}
