/** Money and sizes in words. Amounts are exact text and stay so. */

export const money = (amount: { readonly decimal: string; readonly currency: string }): string => `${grouped(amount.decimal)} ${amount.currency}`;

/** 1900.00 -> 1,900.00 */
export function grouped(amount: string): string {
  const [whole = "0", cents] = amount.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (cents === undefined ? "" : `.${cents}`);
}

/** What is typed as an amount of money. */
export const AMOUNT = /^\d{1,9}(\.\d{1,2})?$/;

/** 12.5 -> 1250, of a currency with two digits. */
export function toMinor(typed: string): string {
  const [whole = "0", cents = ""] = typed.split(".");
  return String(BigInt(whole) * 100n + BigInt(cents.padEnd(2, "0")));
}

/** How many digits of an amount are behind the point. */
export const digitsOf = (amount: string): number => amount.split(".")[1]?.length ?? 0;

/** 2 of USD, 0 of JPY; of a currency that is none, 2. */
export function digitsOfCurrency(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 2;
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

export function decimal(minorUnits: bigint, digits: number): string {
  const text = String(minorUnits < 0n ? -minorUnits : minorUnits).padStart(digits + 1, "0");
  return `${minorUnits < 0n ? "-" : ""}${digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`}`;
}

const short = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));

export const cores = (millicores: string | number): string => `${short(Number(millicores) / 1000)} vCPU`;

export function mebibytes(mib: string | number): string {
  const value = Number(mib);
  if (value >= 1_048_576) return `${short(value / 1_048_576)} TiB`;
  return value >= 1024 ? `${short(value / 1024)} GiB` : `${short(value)} MiB`;
}

export const plural = (count: number, one: string, many: string = `${one}s`): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

interface Usage {
  readonly requestUnits: string | null | undefined;
  readonly storageMiB: string | null | undefined;
  readonly provisionedVcpus: string | null | undefined;
}

export const inUse = ({ requestUnits, storageMiB, provisionedVcpus }: Usage): string =>
  [
    requestUnits != null && `${Number(requestUnits).toLocaleString("en-US")} request units`,
    storageMiB != null && `${mebibytes(storageMiB)} storage`,
    provisionedVcpus != null && `${provisionedVcpus} vCPU`,
  ]
    .filter(Boolean)
    .join(", ");
