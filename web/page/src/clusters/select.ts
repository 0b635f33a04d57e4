/** Searching, narrowing, sorting and counting over the rows that are loaded. */
import { type Asked, type Facet, FACETS } from "./address";
import type { Column } from "./columns";
import type { Row } from "./useRows";

export interface Count {
  value: string;
  label: string;
  count: number;
  isChosen: boolean;
}

export interface Selection {
  rows: readonly Row[];
  counts: ReadonlyMap<string, readonly Count[]>;
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const SEARCHED = (row: Row): string =>
  fold(
    [row.name, row.displayName, row.externalId, row.account.name, row.provider.name, row.version, row.plan, row.cloud, ...row.regions]
      .filter(Boolean)
      .join(" "),
  );

/** Each facet counts what the others leave, so that a number says what choosing it would show. */
export function select(rows: readonly Row[], asked: Asked): Selection {
  const needed = fold(asked.text).split(/\s+/).filter(Boolean);
  const found = needed.length === 0 ? rows : rows.filter((row) => needed.every((word) => SEARCHED(row).includes(word)));
  const passes = (row: Row, facet: Facet): boolean => {
    const chosen = asked.chosen.get(facet.name);
    return !chosen?.size || facet.values(row).some((value) => chosen.has(value));
  };
  const counts = new Map<string, Count[]>();
  for (const facet of FACETS) {
    const others = FACETS.filter((one) => one !== facet);
    const byValue = new Map<string, Count>();
    for (const row of found) {
      if (!others.every((one) => passes(row, one))) continue;
      for (const value of facet.values(row)) {
        const before = byValue.get(value);
        if (before) before.count++;
        else byValue.set(value, { value, label: facet.label(value, row), count: 1, isChosen: asked.chosen.get(facet.name)?.has(value) ?? false });
      }
    }
    for (const value of asked.chosen.get(facet.name) ?? []) {
      if (!byValue.has(value)) byValue.set(value, { value, label: value, count: 0, isChosen: true });
    }
    counts.set(facet.name, [...byValue.values()].sort((a, b) => b.count - a.count || a.label.localeCompare(b.label)));
  }
  const kept = found.filter((row) => FACETS.every((facet) => passes(row, facet)));
  return { rows: asked.sort ? sorted(kept, asked.sort.column, asked.sort.isDown) : kept, counts };
}

function sorted(rows: readonly Row[], column: Column, isDown: boolean): Row[] {
  const { rank, text } = column;
  const order = new Intl.Collator("en", { numeric: true });
  const compare = rank ? (a: Row, b: Row) => rank(a) - rank(b) : (a: Row, b: Row) => order.compare(text(a), text(b));
  return [...rows].sort(isDown ? (a, b) => compare(b, a) : compare);
}
