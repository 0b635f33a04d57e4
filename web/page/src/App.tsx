/** The frame of every view: who asks, where one is, and how old what is shown may be. */
import { lazy, Suspense } from "react";
import { Route, Switch, useLocation } from "wouter";
import { LinkButton } from "./parts/Button";
import { Boundary, Empty, Skeleton } from "./parts/States";
import { Toasts } from "./parts/Toasts";
import { connection } from "./relay/connection";
import { useStore } from "./relay/store";
import { KeyBox } from "./shell/KeyBox";
import { Shortcuts } from "./shell/Shortcuts";
import { Sidebar } from "./shell/Sidebar";
import { Topbar } from "./shell/Topbar";
import { ViewerProvider } from "./shell/Viewer";

const Fleet = lazy(() => import("./fleet/Fleet"));
const Clusters = lazy(() => import("./clusters/Clusters"));
const Cluster = lazy(() => import("./cluster/Cluster"));
const Operations = lazy(() => import("./operations/Operations"));
const Operation = lazy(() => import("./operations/Operation"));
const Accounts = lazy(() => import("./accounts/Accounts"));
const Create = lazy(() => import("./create/Create"));
const Activity = lazy(() => import("./activity/Activity"));
const Spend = lazy(() => import("./spend/Spend"));
const Keys = lazy(() => import("./keys/Keys"));

export function App() {
  const { keyWanted } = useStore(connection);
  const [path] = useLocation();
  if (keyWanted !== null) return <KeyBox reason={keyWanted} />;
  return (
    <Boundary at="frame">
      <Suspense fallback={<Frame />}>
        <ViewerProvider>
          <a className="skip" href="#main">
            Skip to the content
          </a>
          <div className="frame">
            <Sidebar />
            <div className="column">
              <Topbar />
              <main id="main" tabIndex={-1}>
                <Boundary at={path}>
                  <Suspense fallback={<Skeleton rows={10} />}>
                    <Views />
                  </Suspense>
                </Boundary>
              </main>
            </div>
          </div>
          <Shortcuts />
          <Toasts />
        </ViewerProvider>
      </Suspense>
    </Boundary>
  );
}

function Views() {
  return (
    <Switch>
      <Route path="/" component={Fleet} />
      <Route path="/clusters" component={Clusters} />
      <Route path="/clusters/:id">{({ id }) => <Cluster key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/operations" component={Operations} />
      <Route path="/operations/:id">{({ id }) => <Operation key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/accounts" component={Accounts} />
      <Route path="/create" component={Create} />
      <Route path="/activity" component={Activity} />
      <Route path="/spend" component={Spend} />
      <Route path="/keys" component={Keys} />
      <Route>
        <Empty icon="UNKNOWN" title="There is nothing at this address.">
          <LinkButton to="/">To the fleet</LinkButton>
        </Empty>
      </Route>
    </Switch>
  );
}

function Frame() {
  return (
    <div className="frame" aria-busy="true">
      <div className="sidebar" />
      <div className="column">
        <main>
          <Skeleton rows={10} />
        </main>
      </div>
    </div>
  );
}
