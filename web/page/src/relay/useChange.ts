/** A mutation as a promise. What the API cannot answer is said, and never thrown at a view. */
import { useMutation } from "react-relay";
import type { GraphQLTaggedNode, MutationParameters } from "relay-runtime";
import { say } from "../parts/Toasts";

export function useChange<T extends MutationParameters>(
  document: GraphQLTaggedNode,
): [(variables: T["variables"]) => Promise<Partial<T["response"]>>, boolean] {
  const [commit, isBusy] = useMutation<T>(document);
  const change = (variables: T["variables"]) =>
    new Promise<Partial<T["response"]>>((resolve) => {
      commit({
        variables,
        onCompleted: (response, errors) => {
          const fault = errors?.[0];
          if (fault) say(fault.message, "broken");
          resolve(response);
        },
        onError: (error) => {
          say(error.message, "broken");
          resolve({});
        },
      });
    });
  return [change, isBusy];
}
