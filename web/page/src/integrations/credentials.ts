/** The kinds of credentials that an integration is made with, as the API takes them. */
import type { Cloud, CloudCredentialsInput } from "../__generated__/NewMutation.graphql";
import type { Options, Values } from "../parts/fields";
import { seal } from "../relay/secrets";

export type CredentialsName = keyof CloudCredentialsInput;

export interface CredentialsField {
  /** As the API calls it. */
  name: string;
  title: string;
  /** `long` has several lines. */
  secret?: "short" | "long";
  isOptional?: boolean;
  options?: Options;
  note?: string;
}

export interface CredentialsKind {
  title: string;
  /** The cloud that takes them. Null where a field chooses it. */
  cloud: Cloud | null;
  fields: readonly CredentialsField[];
}

export const CREDENTIALS: Readonly<Record<CredentialsName, CredentialsKind>> = {
  awsRole: {
    title: "AWS: a role",
    cloud: "AWS",
    fields: [
      { name: "roleArn", title: "ARN of the role", note: "arn:aws:iam::123456789012:role/…" },
      { name: "externalId", title: "External ID", isOptional: true, note: "Where the role demands one." },
    ],
  },
  awsKeys: {
    title: "AWS: an access key",
    cloud: "AWS",
    fields: [
      { name: "accessKeyId", title: "ID of the access key", secret: "short" },
      { name: "secretAccessKey", title: "Secret access key", secret: "short" },
    ],
  },
  gcp: {
    title: "Google Cloud: a service account",
    cloud: "GCP",
    fields: [
      { name: "keyfileJson", title: "Key file", secret: "long", note: "The whole JSON file, as Google Cloud issues it." },
      { name: "projectId", title: "Project", isOptional: true, note: "Without one, the project of the key." },
    ],
  },
  azure: {
    title: "Azure: an application",
    cloud: "AZURE",
    fields: [
      { name: "tenantId", title: "Tenant" },
      { name: "subscriptionId", title: "Subscription" },
      { name: "clientId", title: "Client ID of the application" },
      { name: "objectId", title: "Object ID of the application", isOptional: true },
      { name: "secret", title: "Client secret", secret: "short" },
    ],
  },
  scaleway: {
    title: "Scaleway: an API key",
    cloud: "SCALEWAY",
    fields: [
      { name: "accessKey", title: "Access key", secret: "short" },
      { name: "secretKey", title: "Secret key", secret: "short" },
      { name: "projectId", title: "Project" },
      { name: "organizationId", title: "Organization" },
    ],
  },
  oci: {
    title: "Oracle Cloud: a user",
    cloud: "OCI",
    fields: [
      { name: "region", title: "Region" },
      { name: "tenancyId", title: "Tenancy" },
      { name: "compartmentId", title: "Compartment" },
      { name: "userId", title: "User" },
      { name: "fingerprint", title: "Fingerprint of the key" },
      { name: "privateKey", title: "Private key", secret: "long", note: "In PEM, with its first and last line." },
      { name: "passphrase", title: "Passphrase", secret: "short", isOptional: true, note: "Where the key has one." },
    ],
  },
  cloudflare: {
    title: "Cloudflare: a key",
    cloud: "CLOUDFLARE",
    fields: [
      {
        name: "credentialType",
        title: "Type of the key",
        options: [
          ["apiToken", "API token"],
          ["originCAKey", "Origin CA key"],
          ["globalApiKey", "Global API key"],
        ],
      },
      { name: "apiKey", title: "Key", secret: "short" },
      { name: "email", title: "Email of its owner", isOptional: true, note: "For a global API key." },
    ],
  },
  akamai: {
    title: "Akamai: an API client",
    cloud: "AKAMAI",
    fields: [
      { name: "host", title: "Host" },
      { name: "accessToken", title: "Access token", secret: "short" },
      { name: "clientToken", title: "Client token", secret: "short" },
      { name: "clientSecret", title: "Client secret", secret: "short" },
    ],
  },
  backblaze: {
    title: "Backblaze: an application key",
    cloud: "BACKBLAZE",
    fields: [
      { name: "applicationKeyId", title: "ID of the key", secret: "short" },
      { name: "applicationKey", title: "Key", secret: "short" },
    ],
  },
  apiKey: {
    title: "Aiven, Civo, CoreWeave: an API key",
    cloud: null,
    fields: [
      {
        name: "cloud",
        title: "Cloud",
        options: [
          ["AIVEN", "Aiven"],
          ["CIVO", "Civo"],
          ["COREWEAVE", "CoreWeave"],
        ],
      },
      { name: "apiKey", title: "API key", secret: "short" },
    ],
  },
  kubeconfig: {
    title: "A Kubernetes cluster of your own: its kubeconfig",
    cloud: "BYOK",
    fields: [{ name: "kubeconfig", title: "Kubeconfig", secret: "long", note: "In YAML." }],
  },
  onPremises: { title: "Machines of your own", cloud: "ON_PREMISES", fields: [] },
  keyless: {
    title: "No credentials: the provider is given rights",
    cloud: null,
    fields: [
      {
        name: "cloud",
        title: "Cloud",
        options: [
          ["AWS", "AWS"],
          ["GCP", "Google Cloud"],
          ["BYOK", "A Kubernetes cluster of your own"],
        ],
      },
      { name: "authentication", title: "How", isOptional: true, note: "In the provider's word. Without one, the way that needs no secret." },
      { name: "projectId", title: "Project", isOptional: true, note: "In Google Cloud." },
    ],
  },
};

const ON_PREMISES = { onPremises: { isOnPremises: true } } satisfies CloudCredentialsInput;

/** The input, with a name in the place of each secret: for one request. */
export function toCredentials(name: CredentialsName, fields: readonly CredentialsField[], values: Values): CloudCredentialsInput {
  if (name === "onPremises") return ON_PREMISES;
  const given = fields.flatMap((field) => {
    const value = field.secret === "long" ? values[field.name] : values[field.name]?.trim();
    return value ? [[field.name, field.secret ? seal(value) : value]] : [];
  });
  return { [name]: Object.fromEntries(given) } as unknown as CloudCredentialsInput; // the table above has the input's own names
}

/** The first field that has to be given, by the name that people see. */
export const missingOf = (fields: readonly CredentialsField[], values: Values): string | null =>
  fields.find((field) => !field.isOptional && !values[field.name]?.trim())?.title ?? null;
