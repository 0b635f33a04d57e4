/** Fields of the form. */
import { useId, type ReactNode } from "react";
import { cores, mebibytes } from "../model/amount";
import { cloudName } from "../model/phase";
import type { FieldsProps, Offers } from "./types";

type Given = Pick<FieldsProps, "values" | "onChange"> & { name: string; title: string; note?: ReactNode };

export function Text({ values, onChange, name, title, note, ...rest }: Given & { inputMode?: "numeric" | "decimal"; placeholder?: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{title}</label>
      <input id={id} autoComplete="off" value={values[name] ?? ""} onChange={(event) => onChange({ [name]: event.target.value })} {...rest} />
      {note && <small className="muted">{note}</small>}
    </div>
  );
}

export type Options = readonly (readonly [value: string, title: string])[];

export function Choice({ values, onChange, name, title, note, options, isOptional = false }: Given & { options: Options; isOptional?: boolean }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{title}</label>
      <select id={id} value={values[name] ?? ""} onChange={(event) => onChange({ [name]: event.target.value })}>
        <option value="" disabled={!isOptional}>
          {isOptional ? "The provider's choice" : "Choose"}
        </option>
        {options.map(([value, said]) => (
          <option key={value} value={value}>
            {said}
          </option>
        ))}
      </select>
      {note && <small className="muted">{note}</small>}
    </div>
  );
}

export function Tick({ values, onChange, name, title }: Given) {
  return (
    <label className="check">
      <input type="checkbox" checked={values[name] === "yes"} onChange={(event) => onChange({ [name]: event.target.checked ? "yes" : "" })} />
      {title}
    </label>
  );
}

export const cloudsOf = (offers: Offers): Options =>
  [...new Set(offers.regions.map((region) => region.cloud))].sort().map((cloud) => [cloud, cloudName(cloud)]);

export const regionsOf = (offers: Offers, cloud: string | undefined, isServerless = false): Options =>
  offers.regions
    .filter((region) => region.cloud === cloud && !(isServerless && region.isServerless === false))
    .map((region) => [region.name, region.location ? `${region.name}, ${region.location}` : region.name]);

export const typesOf = (offers: Offers, cloud: string | undefined, region: string | undefined): Options =>
  offers.instanceTypes
    .filter((type) => type.cloud === cloud && (type.region == null || type.region === region))
    .map((type) => [
      type.name,
      [type.name, type.cpuMillicores != null && cores(type.cpuMillicores), type.memoryMiB != null && mebibytes(type.memoryMiB)].filter(Boolean).join(", "),
    ]);

export const integrationsOf = (offers: Offers, cloud: string | undefined): Options =>
  offers.integrations.filter((one) => one.cloud === cloud).map((one) => [one.id, one.name]);

/** A whole number, or null while it is none. */
export const whole = (typed: string | undefined): number | null => (typed && /^\d{1,9}$/.test(typed) ? Number(typed) : null);
