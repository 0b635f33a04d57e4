/** Changes how large a cluster is. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { ResizeMutation } from "../__generated__/ResizeMutation.graphql";
import type { sizes_cluster$key } from "../__generated__/sizes_cluster.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { Button } from "../parts/Button";
import { useChange } from "../relay/useChange";
import { SIZES, useSized } from "./sizes";

/** `because`: why the cluster cannot be changed now, whatever its size. */
export function Resize({ cluster, because }: { cluster: sizes_cluster$key; because: string | null }) {
  const data = useSized(cluster);
  const size = SIZES[data.provider.kind ?? ""];
  /** As it was when the dialog opened: what comes in meanwhile is a conflict, not another wish. */
  const [opened, setOpened] = useState<{ revision: string; initial: Readonly<Record<string, string>> } | null>(null);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [change] = useChange<ResizeMutation>(graphql`
    mutation ResizeMutation($id: ID!, $input: UpdateClusterInput!, $expectedRevision: Revision, $dryRun: Boolean) {
      updateCluster(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
        userErrors {
          __typename
          message
          path
          ... on ConflictError {
            currentRevision
          }
        }
        operation {
          id
        }
        plan {
          digest
          ...Plan_plan
        }
        cluster {
          ...Header_cluster
          ...sizes_cluster
        }
      }
    }
  `);
  if (!size) return null;
  const open = () => {
    const initial = size.initial(data);
    setOpened({ revision: data.revision, initial });
    setValues(initial);
  };
  const { Fields, toInput } = size;
  const input = opened && toInput(values, opened.initial, data);
  return (
    <>
      <Button because={because ?? size.refuses?.(data)} onClick={open}>
        Scale
      </Button>
      <ChangeDialog
        title="Scale the cluster"
        done="The change was asked for."
        label="Scale"
        wish={JSON.stringify(input)}
        because={input ? null : "Change something first, to a whole number where there is one."}
        ask={async (dryRun) => input && (await change({ id: data.id, input, expectedRevision: opened.revision, dryRun })).updateCluster}
        conflict={{
          sides: opened ? Object.entries(size.initial(data)).flatMap(([name, now]) => (values[name] === opened.initial[name] ? [] : [{ title: name, now, wanted: values[name] ?? "" }])) : [],
          onRebase: (revision) => setOpened({ revision, initial: size.initial(data) }),
        }}
        isOpen={opened !== null}
        onClose={() => setOpened(null)}
      >
        {opened && (
          <div className="fields">
            <Fields values={values} initial={opened.initial} onChange={(changed) => setValues((before) => ({ ...before, ...changed }))} />
          </div>
        )}
      </ChangeDialog>
    </>
  );
}
