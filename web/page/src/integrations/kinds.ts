/** What the integrations of each provider take. */
import { CREDENTIALS, type CredentialsField, type CredentialsName } from "./credentials";

export interface IntegrationKind {
  credentials: readonly CredentialsName[];
  /** What the provider does not take, by the kind of the credentials. */
  without?: Partial<Record<CredentialsName, readonly string[]>>;
  /** It keeps a description, features and the teams that may use it. */
  hasSettings: boolean;
  /** Its credentials are replaced whole by every change. */
  replacesWhole: boolean;
}

/** A provider of a newer API has none. */
export const INTEGRATION_KINDS: Partial<Record<string, IntegrationKind>> = {
  NORTHFLANK: {
    credentials: ["awsRole", "awsKeys", "gcp", "azure", "oci", "apiKey", "kubeconfig", "cloudflare", "akamai", "backblaze", "keyless"],
    hasSettings: true,
    replacesWhole: false,
  },
  QOVERY: {
    credentials: ["awsRole", "awsKeys", "gcp", "azure", "scaleway", "onPremises"],
    without: { awsRole: ["externalId"], gcp: ["projectId"], azure: ["clientId", "objectId", "secret"] },
    hasSettings: false,
    replacesWhole: true,
  },
};

export const fieldsOf = (kind: IntegrationKind, name: CredentialsName): readonly CredentialsField[] =>
  CREDENTIALS[name].fields.filter((field) => !kind.without?.[name]?.includes(field.name));

/** Those that can take the place of the ones that an integration of this cloud has. */
export const replacing = (kind: IntegrationKind, cloud: string): readonly CredentialsName[] =>
  kind.credentials.filter((name) => name !== "keyless" && (CREDENTIALS[name].cloud === cloud || (name === "apiKey" && options(name).includes(cloud))));

const options = (name: CredentialsName): readonly string[] => CREDENTIALS[name].fields.flatMap((field) => (field.options ?? []).map(([value]) => value));
