/** Which columns are shown, and taking away what is shown. */
import * as Menu from "@radix-ui/react-dropdown-menu";
import { plural } from "../model/amount";
import { Icon } from "../parts/icons";
import { useNarrow } from "../shell/narrow";
import { COLUMNS, type Column, defaultsOf } from "./columns";
import type { Row } from "./useRows";

export function ColumnMenu({ shown, onChange }: { shown: readonly Column[]; onChange: (columns: string | null) => void }) {
  const defaults = defaultsOf(useNarrow());
  const toggle = (column: Column) => {
    const names = COLUMNS.filter((one) => (one === column ? !shown.includes(one) : shown.includes(one))).map((one) => one.name);
    const isDefault = names.join() === defaults.map((one) => one.name).join();
    onChange(isDefault ? null : names.join(","));
  };
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button">
        <Icon name="columns" size={14} /> Columns
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="end" sideOffset={4}>
          {COLUMNS.map((column) => (
            <Menu.CheckboxItem
              key={column.name}
              className="item"
              checked={shown.includes(column)}
              disabled={column.name === "name"}
              onCheckedChange={() => toggle(column)}
              onSelect={(event) => event.preventDefault()}
            >
              <span className="tick">
                <Menu.ItemIndicator>
                  <Icon name="check" size={14} />
                </Menu.ItemIndicator>
              </span>
              {column.title}
            </Menu.CheckboxItem>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

export function ExportMenu({ rows, columns }: { rows: readonly Row[]; columns: readonly Column[] }) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="button">
        <Icon name="download" size={14} /> Export
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu" align="end" sideOffset={4}>
          <Menu.Item className="item" onSelect={() => download("clusters.csv", "text/csv", toCsv(rows, columns))}>
            CSV of the {plural(rows.length, "cluster")} loaded
          </Menu.Item>
          <Menu.Item className="item" onSelect={() => download("clusters.json", "application/json", `${JSON.stringify(rows, null, 2)}\n`)}>
            JSON of the {plural(rows.length, "cluster")} loaded
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** A spreadsheet takes a cell that begins so for a formula, so it gets a quote before it. */
const FORMULA = /^[=+\-@\t\r]/;

function toCsv(rows: readonly Row[], columns: readonly Column[]): string {
  const quoted = (text: string) => `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const lines = [["id", ...columns.map((column) => column.name)], ...rows.map((row) => [row.id, ...columns.map((column) => column.text(row))])];
  return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}
