import type { ReactNode } from "react";
import type { ClusterSpecInput } from "../__generated__/FormMutation.graphql";
import type { UpdateClusterInput } from "../__generated__/ProtectionMutation.graphql";
import type { Values } from "../parts/fields";

export interface Offers {
  readonly accountId: string;
  readonly regions: readonly {
    readonly name: string;
    readonly location: string | null | undefined;
    readonly cloud: string;
    readonly isServerless: boolean | null | undefined;
  }[];
  readonly versions: readonly {
    readonly name: string;
    readonly plans: readonly string[] | null | undefined;
    readonly release: string | null | undefined;
    readonly supportEndsAt: string | null | undefined;
  }[];
  /** Why no versions are on offer here. Null where they are. */
  readonly noVersions: string | null;
  /** The lists of which there is more than was read, by their names. */
  readonly cut: readonly string[];
  readonly integrations: readonly { readonly id: string; readonly name: string; readonly cloud: string }[];
}

export interface FieldsProps {
  values: Values;
  offers: Offers;
  onChange: (changed: Values) => void;
}

/** How clusters of a provider are asked for, and what of them is changed on their page. */
export interface Kind {
  nameRule: { pattern: RegExp; said: string };
  initial: Values;
  Fields: (props: FieldsProps) => ReactNode;
  /** `missing` names what is still to be given. */
  toSpec: (values: Values) => { spec: ClusterSpecInput; missing: string | null };
  /** Turns the protection from deletion on and off. Left out where the provider's API cannot. */
  protect?: (isDeletionProtected: boolean) => UpdateClusterInput;
}
