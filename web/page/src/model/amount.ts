/** Money and sizes in words. Amounts are exact text and stay so. */

export function money(amount: { readonly decimal: string; readonly currency: string }): string {
  const [whole = "0", cents] = amount.decimal.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${grouped}${cents === undefined ? "" : `.${cents}`} ${amount.currency}`;
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
