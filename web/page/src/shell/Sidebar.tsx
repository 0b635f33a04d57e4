/** Where one can go, and who one is. */
import * as Menu from "@radix-ui/react-dropdown-menu";
import { Link, useLocation } from "wouter";
import { words } from "../model/phase";
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
            <li key={view.path} className={view.isDaily ? "" : "rest"}>
              <Link to={view.path} aria-current={isAt(view, path) ? "page" : undefined} title={`g ${view.letter}`}>
                <Icon name={view.icon} />
                <span>{view.title}</span>
              </Link>
            </li>
          ))}
          <li className="apart rest">
            <a href="/graphql">
              <Icon name="explorer" />
              <span>Explorer</span>
            </a>
          </li>
          <li className="more">
            <More path={path} />
          </li>
        </ul>
      </nav>
      <Who />
    </div>
  );
}

/** What does not fit in the bar of a narrow screen. */
function More({ path }: { path: string }) {
  const [, go] = useLocation();
  const hasKey = useStore(key) !== null;
  const rest = VIEWS.filter((view) => !view.isDaily);
  const here = rest.find((view) => isAt(view, path));
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={here ? "here" : ""}>
        <Icon name="more" />
        <span>{here ? here.title : "More"}</span>
        {here && <span className="sr"> and more views</span>}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" side="top" align="end" sideOffset={6} collisionPadding={8}>
          {rest.map((view) => (
            <Menu.Item key={view.path} className="item" onSelect={() => go(view.path)}>
              <Icon name={view.icon} /> {view.title}
            </Menu.Item>
          ))}
          <Menu.Item className="item" asChild>
            <a href="/graphql">
              <Icon name="explorer" /> Explorer
            </a>
          </Menu.Item>
          <Menu.Separator className="line-between" />
          <Menu.Item className="item" onSelect={toggleTheme}>
            <Icon name="moon" /> Light or dark
          </Menu.Item>
          {hasKey && (
            <Menu.Item className="item" onSelect={signOut}>
              <Icon name="lock" /> Sign out
            </Menu.Item>
          )}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

const signOut = async (): Promise<void> => (await import("./signIn")).signOut();

function Who() {
  const viewer = useViewer();
  const hasKey = useStore(key) !== null;
  return (
    <div className="who">
      <span className="name" title={`May ${viewer.scopes.map(words).join(", ").toLowerCase()}`}>
        <strong>{viewer.name}</strong>
        <small>{viewer.scopes.at(-1) === "ADMIN" ? "admin" : viewer.scopes.map((scope) => scope.toLowerCase()).join(", ")}</small>
      </span>
      {hasKey && <IconButton icon="lock" label="Sign out" onClick={signOut} />}
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
