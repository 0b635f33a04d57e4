/**
 * The views, in the order of the navigation. `letter` opens one after `g`. On a narrow screen, those that are not of every
 * day stand behind "More".
 */
import type { IconName } from "../parts/icons";

export interface View {
  path: string;
  title: string;
  icon: IconName;
  letter: string;
  isDaily?: boolean;
}

export const VIEWS: readonly View[] = [
  { path: "/", title: "Fleet", icon: "fleet", letter: "f", isDaily: true },
  { path: "/clusters", title: "Clusters", icon: "clusters", letter: "c", isDaily: true },
  { path: "/activity", title: "Activity", icon: "activity", letter: "a", isDaily: true },
  { path: "/operations", title: "Operations", icon: "operations", letter: "o", isDaily: true },
  { path: "/accounts", title: "Accounts", icon: "accounts", letter: "t" },
  { path: "/integrations", title: "Integrations", icon: "integrations", letter: "i" },
  { path: "/spend", title: "Spend", icon: "spend", letter: "s" },
  { path: "/keys", title: "Keys", icon: "keys", letter: "k" },
  { path: "/webhooks", title: "Webhooks", icon: "webhooks", letter: "w" },
  { path: "/audit", title: "Audit log", icon: "audit", letter: "l" },
];

export const isAt = (view: View, path: string): boolean =>
  view.path === "/" ? path === "/" : path === view.path || path.startsWith(`${view.path}/`);
