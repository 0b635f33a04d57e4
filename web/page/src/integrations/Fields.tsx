/** Fields of an integration: its credentials, and what its provider keeps beside them. */
import { Choice, Secret, Text, type Values } from "../parts/fields";
import { CREDENTIALS, type CredentialsName } from "./credentials";
import { fieldsOf, type IntegrationKind } from "./kinds";

interface Given {
  values: Values;
  onChange: (changed: Values) => void;
}

interface CredentialsProps extends Given {
  kind: IntegrationKind;
  /** Those that can be chosen. */
  names: readonly CredentialsName[];
  chosen: CredentialsName;
  onChoose: (name: CredentialsName) => void;
}

export function Credentials({ kind, names, chosen, onChoose, ...given }: CredentialsProps) {
  return (
    <>
      {names.length > 1 && (
        <Choice
          name="kind"
          title="Credentials"
          values={{ kind: chosen }}
          options={names.map((name) => [name, CREDENTIALS[name].title])}
          onChange={({ kind: name }) => onChoose(name as CredentialsName)}
        />
      )}
      {fieldsOf(kind, chosen).map(({ name, title, secret, options, note, isOptional }) => {
        const said = { name, title: isOptional ? `${title} (optional)` : title, note };
        if (options) return <Choice key={name} {...given} {...said} options={options} />;
        return secret ? <Secret key={name} {...given} {...said} isLong={secret === "long"} /> : <Text key={name} {...given} {...said} />;
      })}
    </>
  );
}

export function Settings({ isAws, ...given }: Given & { isAws: boolean }) {
  return (
    <>
      <Text {...given} name="description" title="Description (optional)" />
      <Text {...given} name="features" title="Used for (optional)" placeholder="byoc, registry-pull" note="In the provider's words, with commas between them." />
      <Text {...given} name="teams" title="Teams that may use it (optional)" note="Their ids, with commas between them. Without one, every team may." />
      {isAws && <Text {...given} name="check" title="Check of rights (optional)" placeholder="enabled" note="How strictly the provider checks what it may do, in its words." />}
    </>
  );
}

/** The words of a list, without blanks. */
export const listed = (typed: string | undefined): string[] =>
  (typed ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
