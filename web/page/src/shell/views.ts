/** The views, in the order of the navigation. `letter` opens one after `g`. */
import type { IconName } from "../parts/icons";

export interface View {
  path: string;
  title: string;
  icon: IconName;
  letter: string;
}

export const VIEWS: readonly View[] = [
  { path: "/", title: "Fleet", icon: "fleet", letter: "f" },
  { path: "/clusters", title: "Clusters", icon: "clusters", letter: "c" },
  { path: "/activity", title: "Activity", icon: "activity", letter: "a" },
  { path: "/operations", title: "Operations", icon: "operations", letter: "o" },
  { path: "/accounts", title: "Accounts", icon: "accounts", letter: "t" },
  { path: "/spend", title: "Spend", icon: "spend", letter: "s" },
  { path: "/keys", title: "Keys", icon: "keys", letter: "k" },
];

export const isAt = (view: View, path: string): boolean =>
  view.path === "/" ? path === "/" : path === view.path || path.startsWith(`${view.path}/`);
