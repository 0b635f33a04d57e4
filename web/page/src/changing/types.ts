import type { Plan_plan$key } from "../__generated__/Plan_plan.graphql";

/** Why a change is not made. `currentRevision` is there when somebody else changed the cluster first. */
export interface Refusal {
  readonly message: string;
  readonly path?: readonly string[];
  readonly currentRevision?: string | null | undefined;
}

/** What every change at a provider answers: a refusal, an operation, or the plan of a dry run. */
export interface Answer {
  readonly userErrors: readonly Refusal[];
  readonly operation?: { readonly id: string } | null | undefined;
  readonly plan?: (Plan_plan$key & { readonly digest: string }) | null | undefined;
}

/**
 * Asks for a change, or for its plan. `plan` is the digest of a dry run: exactly its requests are to go out. Null where
 * nothing came: why was said already.
 */
export type Ask = (dryRun: boolean, plan?: string) => Promise<Answer | null | undefined>;
