/** A table that holds thousands of rows and draws those in sight. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { Icon } from "../parts/icons";
import type { Asked } from "./address";
import { addressOf, type Column } from "./columns";
import type { Row } from "./useRows";

const ROW_HEIGHT = 32;

interface TableProps {
  rows: readonly Row[];
  total: number;
  columns: readonly Column[];
  sort: Asked["sort"];
  onSort: (sort: string | null) => void;
  /** The end of the rows came in sight, and there are more. */
  onEnd: (() => void) | undefined;
}

export function Table({ rows, total, columns, sort, onSort, onEnd }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const inSight = virtual.getVirtualItems();
  const lastInSight = inSight.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastInSight >= rows.length - 20) onEnd?.();
  }, [lastInSight, rows.length, onEnd]);

  const [, go] = useLocation();
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    const at = Number((event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index ?? -1);
    if (event.key === "Enter" && at >= 0 && rows[at] && (event.target as HTMLElement).role === "row") go(addressOf(rows[at].id));
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(rows.length - 1, Math.max(0, at + step));
    virtual.scrollToIndex(next);
    const focus = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
    focus();
    requestAnimationFrame(focus); // it may have to be drawn first
  };

  const least = columns.reduce((sum, column) => sum + column.width, 0);
  const grid = {
    width: `max(100%, ${least}px)`,
    gridTemplateColumns: columns.map(({ width, grows }) => (grows ? `minmax(${width}px, ${grows}fr)` : `${width}px`)).join(" "),
  };
  return (
    <div ref={scroller} className="table" role="grid" aria-label="Clusters" aria-rowcount={total + 1} onKeyDown={move} tabIndex={0}>
      <div className="head" role="row" aria-rowindex={1} style={grid}>
        {columns.map((column) => (
          <Head key={column.name} column={column} sort={sort} onSort={onSort} />
        ))}
      </div>
      <div role="rowgroup" className="body" style={{ height: virtual.getTotalSize(), width: grid.width }}>
        {inSight.map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <div
              key={row.id}
              role="row"
              tabIndex={-1}
              data-index={index}
              aria-rowindex={index + 2}
              className={row.freshness.state === "CURRENT" ? "row" : "row old"}
              style={{ ...grid, transform: `translateY(${start}px)` }}
            >
              {columns.map((column) => (
                <span key={column.name} role="gridcell" className={`cell ${column.name}`} title={column.cell ? undefined : column.text(row)}>
                  {column.cell ? column.cell(row) : column.text(row)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Head({ column, sort, onSort }: { column: Column; sort: Asked["sort"]; onSort: TableProps["onSort"] }) {
  const isSorted = sort?.column === column;
  const next = !isSorted ? column.name : sort.isDown ? null : `-${column.name}`;
  return (
    <span role="columnheader" aria-sort={isSorted ? (sort.isDown ? "descending" : "ascending") : "none"} className={`cell ${column.name}`}>
      {column.field ? (
        <button type="button" onClick={() => onSort(next)}>
          {column.title}
          {isSorted && <Icon name={sort.isDown ? "down" : "up"} size={12} />}
        </button>
      ) : (
        <span className="title">{column.title}</span>
      )}
    </span>
  );
}
