/** What a change asks for, as people read it: the API has it as paths of its input, each with a text. */
import { cores, decimal, digitsOfCurrency, mebibytes, money } from "./amount";
import { cloudName, spelled, words } from "./phase";
import { duration } from "./time";

interface Setting {
  readonly field: string;
  readonly value: string | null | undefined;
}

export interface Said {
  title: string;
  /** One each, where it is a list of things with members of their own. */
  lines: readonly string[];
}

/** Units that the name of a member ends with, and how people write such a number. */
const UNITS: readonly (readonly [end: RegExp, write: (number: string) => string])[] = [
  [/Mi[bB]$/, mebibytes],
  [/Gi[bB]$/, (number) => `${number} GiB`],
  [/Gb$/, (number) => `${number} GB`],
  [/MbPerSecond$/, (number) => `${number} MB/s`],
  [/Millicores$/, cores],
  [/Seconds$/, (number) => duration(Number(number))],
  [/Units$/, (number) => Number(number).toLocaleString("en-US")],
];

const NUMBER = /^\d+(\.\d+)?$/;
/** What somebody wrote stays as it was written. */
const WRITTEN = /^(name|displayName|description|reason|labels|settings|advanced|features)$/;

/** Names and values in words, amounts of money as one, and what belongs to one item of a list on one line. */
export function saidOf(settings: readonly Setting[]): Said[] {
  const said = new Map<string, string[]>();
  const items = new Map<string, number>();
  for (const { field, value } of joined(settings)) {
    const path = field.split(".");
    const at = path.findIndex((part) => /^\d+$/.test(part));
    const title = titleOf(at < 0 ? path : path.slice(0, at));
    const lines = said.get(title) ?? [];
    said.set(title, lines);
    const member = path.slice(at + 1);
    if (at < 0) {
      lines.push(valueOf(field, value));
    } else if (member.length === 0) {
      lines[0] = [...lines, valueOf(field, value)].join(", ");
    } else {
      const item = path.slice(0, at + 1).join(".");
      const line = items.get(item) ?? lines.length;
      items.set(item, line);
      const one = `${lowered(titleOf(member))} ${valueOf(field, value)}`;
      lines[line] = lines[line] ? `${lines[line]}, ${one}` : one;
    }
  }
  return [...said].map(([title, lines]) => ({ title, lines }));
}

/** plan.basic.spendLimit -> Plan, basic, spend limit. */
export function titleOf(path: readonly string[]): string {
  const kept = path.filter((part, index) => index === 0 || part !== "money");
  return kept.map((part, index) => (kept[index - 1] === "labels" ? part : index === 0 ? words(bare(part)) : lowered(words(bare(part))))).join(", ");
}

export function valueOf(field: string, value: string | null | undefined): string {
  if (value == null) return "cleared";
  if (value === "true" || value === "false") return value === "true" ? "yes" : "no";
  const path = field.split(".");
  const name = path.findLast((part) => !/^\d+$/.test(part)) ?? "";
  const unit = UNITS.find(([end]) => end.test(name));
  if (unit && NUMBER.test(value)) return unit[1](value);
  if (path.some((part) => WRITTEN.test(part))) return value;
  return name === "cloud" ? cloudName(value) : spelled(value);
}

/** isHighlyAvailable -> HighlyAvailable, storageGib -> storage, integrationExternalId -> integration. */
const bare = (name: string): string => name.replace(/^is(?=[A-Z])/, "").replace(/(?<=[a-z])(Mi[bB]|Gi[bB]|Gb|MbPerSecond|Millicores|Seconds|ExternalId)$/, "");

const lowered = (title: string): string => (/^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title);

/** An amount and its currency are two members of the input, and one thing. */
function joined(settings: readonly Setting[]): Setting[] {
  const values = new Map(settings.map(({ field, value }) => [field, value]));
  return settings.flatMap(({ field, value }) => {
    const whole = field.replace(/\.(minorUnits|currency)$/, "");
    const [minor, currency] = [values.get(`${whole}.minorUnits`), values.get(`${whole}.currency`)];
    if (whole === field || minor == null || currency == null) return [{ field, value }];
    if (field.endsWith(".currency")) return [];
    return [{ field: whole, value: money({ decimal: decimal(BigInt(minor), digitsOfCurrency(currency)), currency }) }];
  });
}
