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

const VIEW_CODE = {
  "": () => import("./fleet/Fleet"),
  clusters: () => import("./clusters/Clusters"),
  activity: () => import("./activity/Activity"),
  operations: () => import("./operations/Operations"),
  accounts: () => import("./accounts/Accounts"),
  create: () => import("./create/Create"),
  spend: () => import("./spend/Spend"),
  keys: () => import("./keys/Keys"),
  integrations: () => import("./integrations/Integrations"),
  webhooks: () => import("./webhooks/Webhooks"),
  audit: () => import("./audit/Audit"),
};

// The code of the view that is asked for is loaded beside this, not after it.
void VIEW_CODE[(location.pathname.split("/")[1] ?? "") as keyof typeof VIEW_CODE]?.();

const Fleet = lazy(VIEW_CODE[""]);
const Clusters = lazy(VIEW_CODE.clusters);
const Cluster = lazy(() => import("./cluster/Cluster"));
const Operations = lazy(VIEW_CODE.operations);
const Operation = lazy(() => import("./operations/Operation"));
const Accounts = lazy(VIEW_CODE.accounts);
const Create = lazy(VIEW_CODE.create);
const Activity = lazy(VIEW_CODE.activity);
const Spend = lazy(VIEW_CODE.spend);
const Keys = lazy(VIEW_CODE.keys);
const Integrations = lazy(VIEW_CODE.integrations);
const Webhooks = lazy(VIEW_CODE.webhooks);
const Audit = lazy(VIEW_CODE.audit);

export function App() {
  const { keyWanted } = useStore(connection);
  const [path] = useLocation();
  if (keyWanted !== null) return <KeyBox reason={keyWanted} />;
  return (
    <Boundary at="frame">
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
      <Route path="/integrations" component={Integrations} />
      <Route path="/webhooks" component={Webhooks} />
      <Route path="/audit" component={Audit} />
      <Route>
        <Empty icon="UNKNOWN" title="There is nothing at this address.">
          <LinkButton to="/">To the fleet</LinkButton>
        </Empty>
      </Route>
    </Switch>
  );
}
