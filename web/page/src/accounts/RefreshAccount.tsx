/** Asks for an observation of an account now. Whoever reads may do it too: it changes nothing at the provider. */
import { graphql } from "react-relay";
import type { RefreshAccountMutation } from "../__generated__/RefreshAccountMutation.graphql";
import { Button, IconButton } from "../parts/Button";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";

export function RefreshAccount({ id, name, isWide = false }: { id: string; name: string; isWide?: boolean }) {
  const [change, isBusy] = useChange<RefreshAccountMutation>(graphql`
    mutation RefreshAccountMutation($id: ID!) {
      refreshAccount(id: $id) {
        userErrors {
          __typename
          message
        }
        operation {
          id
          state
        }
      }
    }
  `);
  const refresh = async () => {
    const { refreshAccount } = await change({ id });
    const refused = refreshAccount?.userErrors[0];
    say(refused ? refused.message : `${name} is being observed.`, refused ? "broken" : "fine");
  };
  const because = isBusy ? "It has just been asked for." : null;
  return isWide ? (
    <Button icon="refresh" because={because} onClick={refresh}>
      Refresh
    </Button>
  ) : (
    <IconButton icon="refresh" label={`Refresh ${name}`} because={because} onClick={refresh} />
  );
}
