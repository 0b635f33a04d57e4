/** Fields of a form. What is typed is kept by the name of the field. */
import { useId, type ReactNode } from "react";

export type Values = Readonly<Record<string, string>>;

interface Given {
  values: Values;
  onChange: (changed: Values) => void;
  name: string;
  title: string;
  note?: ReactNode;
}

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

/** It is not shown while it is typed. One of several lines keeps them, as keys in PEM need. */
export function Secret({ values, onChange, name, title, note, isLong = false }: Given & { isLong?: boolean }) {
  const id = useId();
  const given = {
    id,
    autoComplete: "off",
    value: values[name] ?? "",
    onChange: (event: { target: { value: string } }) => onChange({ [name]: event.target.value }),
  };
  return (
    <div className={isLong ? "field across" : "field"}>
      <label htmlFor={id}>{title}</label>
      {isLong ? <textarea {...given} className="secret" rows={3} spellCheck={false} /> : <input {...given} type="password" />}
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

/** Stands where a field would be that has nothing to choose from. */
export function NoChoice({ title, because }: { title: string; because: string }) {
  return (
    <div className="field">
      <span>{title}</span>
      <small className="muted">{because}</small>
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

interface SeveralProps<Value extends string> {
  title: string;
  none?: string;
  options: readonly (readonly [Value, string])[];
  chosen: readonly Value[];
  onChange: (chosen: readonly Value[]) => void;
}

/** Any number of them. `none`: what it means that none is chosen. */
export function Several<Value extends string>({ title, none = "all", options, chosen, onChange }: SeveralProps<Value>) {
  return (
    <fieldset className="several">
      <legend>
        {title} <span className="muted">{chosen.length === 0 ? none : `${chosen.length} of ${options.length}`}</span>
      </legend>
      {options.map(([value, said]) => (
        <label key={value} className="check">
          <input type="checkbox" checked={chosen.includes(value)} onChange={(event) => onChange(event.target.checked ? [...chosen, value] : chosen.filter((one) => one !== value))} />
          {said}
        </label>
      ))}
    </fieldset>
  );
}

/** A whole number, or null while it is none. */
export const whole = (typed: string | undefined): number | null => (typed && /^\d{1,9}$/.test(typed) ? Number(typed) : null);
