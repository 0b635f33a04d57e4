/** A value of a provider that is JSON, in words. */
import { words } from "./phase";

/** One line for each member. A text that is no JSON stays as it is. */
export function linesOf(text: string | null | undefined): string[] {
  if (text == null) return ["on"];
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [said(value)];
  return Object.entries(value).map(([name, member]) => `${words(name)}: ${said(member)}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function said(value: unknown): string {
  if (value == null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(said).join(", ") || "none";
  if (typeof value === "object") return Object.entries(value).map(([name, member]) => `${words(name).toLowerCase()} ${said(member)}`).join(", ");
  return String(value);
}
