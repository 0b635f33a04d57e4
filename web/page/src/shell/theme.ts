/** Light or dark: as the system says, until a person chooses. The choice is kept in this browser. */
const PLACE = "fleetgraph.theme";
type Theme = "light" | "dark";

const chosen = () => localStorage.getItem(PLACE) as Theme | null;
const ofSystem = (): Theme => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

export function applyTheme(): void {
  const theme = chosen();
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

export function toggleTheme(): void {
  localStorage.setItem(PLACE, (chosen() ?? ofSystem()) === "dark" ? "light" : "dark");
  applyTheme();
}
